/** No statement names every resource unless docs/security.md says why. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../support/iam/policy.ts';
import { projectFiles } from '../../support/tidy/project-files.ts';

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** Statements that the root module itself hands to a function. */
const OF_THE_ROOT = new Set(['ReadCosts', 'ReadMetrics']);

/** Which part of the project a golden policy comes from; empty for the root module. */
const partOf = (golden: string, sid: string): string => {
  if (OF_THE_ROOT.has(sid)) return '';
  if (golden.startsWith('test/golden/access-policies/')) return 'modules/access-policies';
  return golden.endsWith('/workflow.json') ? 'modules/workflow' : 'modules/function';
};

const goldens = ['test/golden/iam/', 'test/golden/access-policies/'].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT)).map((name) => `${folder}${name}`),
);

const line = (part: string, sid: string, actions: readonly string[]): string =>
  `${part} ${sid}: ${actions.toSorted().join(', ')}`;

/** The statements with a star, as policies really have them. */
function rendered(): ReadonlySet<string> {
  const lines = goldens.flatMap((golden) =>
    parsePolicy(read(golden))
      .filter(({ resources }) => resources.patterns.includes('*'))
      .map(({ sid, actions }) => line(partOf(golden, sid), sid, actions.patterns)),
  );
  return new Set(lines);
}

const CODE = /`([^`]+)`/g;
const codes = (cell = ''): string[] => Array.from(cell.matchAll(CODE), ([, code = '']) => code);

interface Row {
  readonly part: string;
  readonly text: string;
  readonly why: string;
}

function documented(): readonly Row[] {
  const [, table = ''] =
    /<!-- resource-stars -->\n(.*?)<!-- \/resource-stars -->/s.exec(read('docs/security.md')) ?? [];
  const rows = table.trim().split('\n').slice(2);
  return rows.map((row) => {
    const [, partCell, sidCell, actionsCell, why = ''] = row.split('|');
    const [part = ''] = codes(partCell);
    const [sid = ''] = codes(sidCell);
    return { part, text: line(part, sid, codes(actionsCell)), why: why.trim() };
  });
}

const STAR = /\bresources?\s*=\s*\[?\s*"\*"/gi;

describe('the table of docs/security.md', () => {
  const rows = documented();

  test('names the statements with "Resource": "*" of the rendered policies, and no others', () => {
    expect(rows.map(({ text }) => text).toSorted()).toEqual([...rendered()].toSorted());
  });

  test('gives a reason for each', () => {
    for (const { why } of rows) expect(why).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('has a row for every such statement of the sources, so none is left unrendered', () => {
    const inSources = projectFiles()
      .filter(({ path }) => path.endsWith('.tf') && !path.startsWith('examples/'))
      .flatMap(({ path, text }) =>
        Array.from(text.matchAll(STAR), () => path.split('/').slice(0, -1).join('/')),
      );
    expect(inSources.toSorted()).toEqual(rows.map(({ part }) => part).toSorted());
  });
});
