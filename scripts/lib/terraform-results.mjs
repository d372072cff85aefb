/** Parts that the Terraform suites share: counting, `terraform init`, and reading -json output. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const MINUTE_MS = 60_000;

const foldersIn = (root, folder) =>
  readdirSync(join(root, folder))
    .filter((name) => statSync(join(root, folder, name)).isDirectory())
    .map((name) => `${folder}/${name}`);

const isOfTerraform = (root) => (folder) =>
  readdirSync(join(root, folder)).some((name) => name.endsWith('.tf'));

/** Folders, from the root, of everything that Terraform can run in: the module, its parts, the examples. */
export const modulesOf = (root) =>
  ['.', ...foldersIn(root, 'modules'), ...foldersIn(root, 'examples')].filter(isOfTerraform(root));

/** Counts outcomes and keeps the output of what failed. */
export function tally() {
  const failures = [];
  let passed = 0;
  return {
    add(name, problem) {
      if (problem === undefined) passed += 1;
      else failures.push(`${name}\n${problem.trimEnd()}`);
    },
    result: () => ({ passed, failed: failures.length, output: failures.join('\n\n') }),
  };
}

export const problemIf = (failed, output) => (failed ? output : undefined);

export async function init({ exec, env, cwd, args = [] }) {
  const { code, output } = await exec(
    'terraform',
    ['init', '-backend=false', '-no-color', ...args],
    { cwd, env, timeoutMs: 5 * MINUTE_MS },
  );
  return problemIf(code !== 0, `terraform init failed\n${output}`);
}

/** The lines of Terraform's -json output, as far as they are JSON. */
export function parseEvents(output) {
  return output.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

export const textOf = ({ summary, detail = '' }) => `${summary}\n${detail}`;

/** The errors among the events, as text. */
export const errorsOf = (output) =>
  parseEvents(output)
    .filter(({ diagnostic }) => diagnostic?.severity === 'error')
    .map(({ diagnostic }) => textOf(diagnostic))
    .join('\n');
