/** What docs/ shows of the command line's input and output is true. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';

/** The first block of a language in a page. */
const block = (page: string, language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(readFileSync(page, 'utf8'))?.[1] ??
  '';

test('the commented configuration of docs/configuration.md is valid', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
  try {
    const file = join(folder, 'terraform.tfvars');
    writeFileSync(file, block('docs/configuration.md', 'hcl'));
    const { exitCode, out } = await costSentry(['validate', '--var-file', file]);
    expect([exitCode, out]).toEqual([0, 'valid: 2 cost centers, 3 models\n']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the estimate of docs/costs.md is what the command prints', async () => {
  const shown = block('docs/costs.md', 'text');
  const [, ...args] = block('docs/costs.md', 'sh').trim().split(/\s+/).slice(1);
  const { exitCode, out } = await costSentry(args, {
    clock: { now: () => Date.UTC(2026, 10, 25) },
  });
  expect(exitCode).toBe(0);
  expect(shown).toContain('USD A MONTH');
  expect(out.startsWith(shown)).toBe(true);
});
