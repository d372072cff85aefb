/** Method: bash itself completes, with the script that the command prints; of others the text is read. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
  const { exitCode, out, err } = await costSentry(['completion', 'bash']);
  expect([exitCode, err]).toEqual([0, '']);
  writeFileSync(join(folder, 'completion.bash'), out);
  writeFileSync(join(folder, 'now.tfvars'), '');
  writeFileSync(join(folder, 'with space.tfvars'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

const SCRIPT = `
set -u
source ./completion.bash
source ./completion.bash
[[ $(complete -p cost-sentry) == *'-F _cost_sentry cost-sentry' ]] || exit 9
COMP_WORDS=(cost-sentry "$@")
COMP_CWORD=$#
_cost_sentry
((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"
`;

/** Words that bash offers when Tab is hit at the end of the words; the last may be begun or empty. */
const offered = (...words: readonly string[]): readonly string[] =>
  execFileSync('bash', ['-c', SCRIPT, 'bash', ...words], { cwd: folder, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');

describe('bash', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['the begun command', ['sim'], ['simulate']],
    ['commands of a command', ['limits', 'r'], ['raise', 'reset']],
    ['options of a command', ['limits', 'raise', 'sales/x', '--b'], ['--by']],
    ['words of an option', ['simulate', '--guess', ''], ['mean', 'worst']],
    ['a begun word of an option', ['report', '--granularity', 'd'], ['daily']],
    ['words of an argument', ['completion', 'z'], ['zsh']],
    ['files where one is named', ['simulate', '--var-file', 'n'], ['now.tfvars']],
    ['files with spaces whole', ['simulate', '--trace', 'w'], ['with space.tfvars']],
    ['nothing where any value is allowed', ['limits', 'show', '--table', ''], []],
    [
      'options after a value that reads as a command',
      ['limits', 'show', '--table', 'raise', '--ur'],
      ['--url'],
    ],
    ['nothing that is not there', ['limits', 'raise', '--var'], []],
  ])('offers %s', (_, words, completions) => {
    expect(offered(...words)).toEqual(completions);
  });

  test('offers every command that help shows', async () => {
    const { out } = await costSentry(['--help']);
    const shown = [...out.matchAll(/^ {2}([a-z]+)(?: |$)/gm)].map(([, name]) => name);
    expect(shown.length).toBeGreaterThan(5);
    expect(offered('').filter((word) => !word.startsWith('-'))).toEqual(shown);
  });

  test('runs nothing of what is typed', () => {
    const bait = join(folder, 'bait');
    const typed = `$(touch ${bait})`;
    expect(offered('simulate', typed, '--tr')).toEqual(['--trace']);
    expect(() => execFileSync('ls', [bait], { stdio: 'ignore' })).toThrow();
  });
});

describe.each(['zsh', 'fish', 'powershell'])('%s', (shell) => {
  test('knows every command and option that bash knows', async () => {
    const [own, bash] = await Promise.all(
      [shell, 'bash'].map(async (each) => (await costSentry(['completion', each])).out),
    );
    const options = new Set(bash?.match(/--[a-z-]+/g));
    expect(options.size).toBeGreaterThan(15);
    const named =
      shell === 'fish' ? (name: string) => `-l ${name.slice(2)} ` : (name: string) => name;
    expect([...options].filter((name) => !own?.includes(named(name)))).toEqual([]);
    for (const word of ['simulate', 'raise', 'worst', 'daily']) expect(own).toContain(word);
  });
});

test('an unknown shell is refused, with those there are', async () => {
  const { exitCode, err } = await costSentry(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(err).toContain('Allowed choices are bash, zsh, fish, powershell');
});
