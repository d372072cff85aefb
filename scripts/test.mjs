/**
 * Runs every test suite and adds them up: `npm test`.
 *
 * Works on a fresh clone: packages are installed and the bundles built first. A suite whose tool
 * this machine lacks is skipped and named at the end; with CI=true that is a failure.
 */
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureInstalled, root, toolPath } from './lib/bootstrap.mjs';
import { exec } from './lib/exec.mjs';
import { loadSuites, select } from './lib/suites.mjs';
import { report, runAll } from './lib/test-run.mjs';

const USAGE = `npm test -- [options]

  --only NAME,...   only these suites, or all suites of these groups
  --list            the suites, by group, and the commands each needs
  --help            this text

Exit codes: 0 all passed, 1 something failed, 2 wrong usage. With CI=true a suite that can't run
for want of a tool is a failure; otherwise it is skipped.
`;

const USAGE_ERROR = 2;
const COMMAND_TIME_LIMIT_MS = 10 * 60_000;

const log = (line) => process.stderr.write(`${line}\n`);
const print = (line) => process.stdout.write(`${line}\n`);
// A reader such as `head` has read enough.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

function refuseUsage(message) {
  log(`${message}\n\n${USAGE}`);
  process.exitCode = USAGE_ERROR;
}

function readFlags() {
  const options = {
    only: { type: 'string' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
    // Suites of another folder, which need neither packages nor bundles: for the tests of this script.
    suites: { type: 'string' },
  };
  return parseArgs({ options, strict: true }).values;
}

/** @returns the result of a suite that failed, or undefined when the step succeeded. */
async function failureOf(name, step) {
  const begun = Date.now();
  try {
    await step({ log });
    return undefined;
  } catch (error) {
    const seconds = (Date.now() - begun) / 1000;
    return { name, passed: 0, failed: 1, output: error.message, seconds };
  }
}

/** Installs, builds and runs: without packages nothing can run, without a build some suites can. */
async function runSuites(groups, isOwn) {
  const notInstalled = isOwn && (await failureOf('install', ensureInstalled));
  if (notInstalled) return [notInstalled];
  const notBuilt = isOwn && (await failureOf('first build', ensureBuilt));
  const results = await runAll(groups, {
    root,
    log,
    exec: (command, args, options) =>
      exec(command, args, { timeoutMs: COMMAND_TIME_LIMIT_MS, ...options }),
  });
  return notBuilt ? [notBuilt, ...results] : results;
}

const isSet = (value) => ![undefined, '', '0', 'false'].includes(value);

async function main() {
  const flags = readFlags();
  if (flags.help) return print(USAGE.trimEnd());
  const isOwn = flags.suites === undefined;
  const groups = await loadSuites(isOwn ? join(root, 'scripts', 'suites') : resolve(flags.suites));
  const { chosen, unknown } = select(groups, flags.only);
  if (unknown.length > 0) {
    const known = groups.flatMap(({ suites }) => suites.map(({ name }) => name));
    return refuseUsage(`unknown suite ${unknown.join(', ')}; known: ${known.join(', ')}`);
  }
  if (flags.list) {
    for (const { group, suites } of chosen) {
      for (const { name, tools } of suites) {
        print(`${group.padEnd(12)} ${name.padEnd(22)} ${tools.map((t) => t.command).join(', ')}`);
      }
    }
    return;
  }
  // The project's own tools first, Node 22 among them, for whatever the suites start.
  process.env.PATH = toolPath(root).split(delimiter).filter(Boolean).join(delimiter);
  const results = await runSuites(chosen, isOwn);
  const { text, isFailure } = report(results, { skipIsFailure: isSet(process.env.CI) });
  print(text);
  process.exitCode = isFailure ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!error.code?.startsWith?.('ERR_PARSE_ARGS')) throw error;
  refuseUsage(error.message);
}
