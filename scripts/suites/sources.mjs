/** Checks of the sources that run nothing: format and lint, types, shell scripts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { node22 } from '../lib/bootstrap.mjs';
import { gitFiles } from '../lib/git-files.mjs';

const MINUTE_MS = 60_000;

const git = {
  command: 'git',
  hint: 'install git (https://git-scm.com); it lists the files to check',
};
const shellcheckTool = { command: 'shellcheck', hint: 'run scripts/install-tools.sh shellcheck' };

const verdict = ({ code, output }) =>
  code === 0 ? { passed: 1, failed: 0, output: '' } : { passed: 0, failed: 1, output };

async function biome({ root, exec }) {
  const args = ['check', '--error-on-warnings', '--colors=off', '--max-diagnostics=100'];
  return verdict(await exec('biome', args, { cwd: root, timeoutMs: 3 * MINUTE_MS }));
}

/** The page that a browser runs knows the DOM, and nothing of Node. */
const PROJECTS = ['.', 'sandbox/console'];

async function typecheck({ root, exec }) {
  const tsc = 'node_modules/typescript/bin/tsc';
  const options = { cwd: root, timeoutMs: 5 * MINUTE_MS };
  const failures = [];
  for (const project of PROJECTS) {
    const { code, output } = await exec(node22, [tsc, '--project', project], options);
    if (code !== 0) failures.push(output);
  }
  const failed = failures.length;
  return { passed: PROJECTS.length - failed, failed, output: failures.join('\n') };
}

const isShellScript = (root, path) =>
  path.endsWith('.sh') ||
  (!/\.\w+$/.test(path) &&
    /^#!.*\b(ba|da)?sh\b/.test(readFileSync(join(root, path), 'utf8').slice(0, 80)));

async function shellcheck({ root, exec }) {
  const scripts = (await gitFiles(root, exec)).filter((path) => isShellScript(root, path));
  const failures = [];
  for (const path of scripts) {
    const options = { cwd: root, timeoutMs: MINUTE_MS };
    const { code, output } = await exec('shellcheck', ['--color=never', path], options);
    if (code !== 0) failures.push(output);
  }
  const failed = failures.length;
  return { passed: scripts.length - failed, failed, output: failures.join('\n') };
}

export const suites = [
  { name: 'biome', tools: [git], run: biome },
  { name: 'typecheck', tools: [], run: typecheck },
  { name: 'shellcheck', tools: [git, shellcheckTool], run: shellcheck },
];
