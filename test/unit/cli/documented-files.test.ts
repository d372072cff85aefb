/** What docs/ shows of the command line's input and output is true. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { answeredLine } from '../../support/audit-lines.ts';
import { costSentry } from '../../support/command-line.ts';
import { inFolder } from '../../support/temporary-folder.ts';

/** The first block of a language in a page. */
const block = (page: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(readFileSync(page, 'utf8'))?.[1] ??
  '';

test('the commented configuration of docs/configuration.md is valid', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'terraform.tfvars');
    writeFileSync(file, block('docs/configuration.md', 'hcl'));
    const { exitCode, out } = await costSentry(['validate', '--var-file', file]);
    expect([exitCode, out]).toEqual([0, 'valid: 2 cost centers, 3 models\n']);
  }));

test('the estimate of docs/costs.md is what the command prints', async () => {
  const shown = block('docs/costs.md', 'text');
  const [, ...args] = block('docs/costs.md', 'sh').trim().split(/\s+/);
  const { exitCode, out } = await costSentry(args, {
    clock: { now: () => Date.UTC(2026, 10, 25) },
  });
  expect(exitCode).toBe(0);
  expect(shown).toContain('USD PER MONTH');
  expect(out.startsWith(shown)).toBe(true);
});

test('the fixed cost that README.md names is what the command says of its configuration', () =>
  inFolder(async (folder) => {
    const file = join(folder, 'terraform.tfvars');
    const [, variables = ''] =
      /^module [^\n]*\n {2}source [^\n]*\n(.*?)^\}$/ms.exec(block('README.md', 'hcl')) ?? [];
    writeFileSync(file, variables);
    const args = ['--requests-per-month', '1', '--region', 'us-east-1'];
    const { exitCode, out } = await costSentry(['estimate', '--var-file', file, ...args]);
    expect(exitCode).toBe(0);
    const [, fixed] = /^direct \(configured\) +[\d.]+ +([\d.]+) /m.exec(out) ?? [];
    expect(readFileSync('README.md', 'utf8')).toContain(`costs USD ${fixed} a month without any`);
  }));

test('the simulation of docs/simulation.md is what the command prints', () =>
  inFolder(async (folder) => {
    const policy = join(folder, 'proposed.tfvars');
    const trace = join(folder, 'audit.jsonl');
    writeFileSync(policy, block('docs/simulation.md', 'hcl'));
    const lines = [0, 1, 2, 3].map((hour) =>
      answeredLine(
        { start: `2026-11-23T0${hour}:00:00.000Z`, ms: 900, tokens: [800, 400] },
        { actualNanoUsd: 3_080_000 },
      ),
    );
    writeFileSync(trace, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { exitCode, out } = await costSentry([
      'simulate',
      '--var-file',
      policy,
      '--trace',
      trace,
    ]);
    expect([exitCode, out]).toEqual([0, block('docs/simulation.md', 'text')]);
  }));

test.each([
  ['docs/alerts.md', ['usage']],
  ['docs/limits.md', ['limits', 'raise']],
  ['docs/reconciliation.md', ['reconcile']],
  ['docs/reporting.md', ['report']],
  ['docs/simulation.md', ['simulate']],
])('%s lists every flag of its command', async (page, command) => {
  const { out } = await costSentry([...command, '--help']);
  const [own = '', global = ''] = out.split('Global Options:');
  const flags = Array.from(own.matchAll(/^ {2}(--[\w-]+)/gm), ([, flag]) => flag);
  expect(flags.length).toBeGreaterThan(3);
  const shared = Array.from(global.matchAll(/^ {2}(--[\w-]+)/gm), ([, flag]) => flag);
  const pageOfAll = readFileSync('docs/command-line.md', 'utf8');
  expect(shared.length).toBeGreaterThan(2);
  expect(shared.filter((flag) => !pageOfAll.includes(`| \`${flag}`))).toEqual([]);
  const text = readFileSync(page, 'utf8');
  const rows = Array.from(text.matchAll(/^\| (`--[^|]*)\|([^|\n]*)/gm), ([row]) => row).join('\n');
  expect(flags.filter((flag) => flag && !rows.includes(`\`${flag}`))).toEqual([]);
});
