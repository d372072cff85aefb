/** Runs groups of test suites and words the result. */
import { which } from './exec.mjs';

/** One more than CI has cores: some groups wait for the emulator or for time to pass. */
const GROUPS_AT_ONCE = 3;

/**
 * Runs the suites: some groups at a time, the suites of a group one after another, as they may build
 * on each other or share a cache.
 * @returns a result per suite, in the order of the groups.
 */
export async function runAll(groups, context) {
  const results = new Map();
  const queue = [...groups];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const suite of next.suites) results.set(suite, await runSuite(suite, context));
    }
  };
  await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, worker));
  return groups.flatMap(({ suites }) => suites.map((suite) => results.get(suite)));
}

async function runSuite(suite, { root, exec, log }) {
  const { name, tools } = suite;
  const missing = tools.filter(({ command }) => which(command) === undefined);
  if (missing.length > 0) {
    log(`skip   ${name}: no ${missing.map(({ command }) => command).join(', ')}`);
    return { name, missing, seconds: 0 };
  }
  log(`begin  ${name}`);
  const begun = Date.now();
  const result = await outcomeOf(suite, { root, exec, log });
  const seconds = (Date.now() - begun) / 1000;
  log(`end    ${name}: ${result.passed} passed, ${result.failed} failed, ${seconds.toFixed(1)} s`);
  return { name, seconds, ...result };
}

const isCount = (value) => Number.isSafeInteger(value) && value >= 0;

async function outcomeOf(suite, context) {
  try {
    const { passed, failed, output = '' } = await suite.run(context);
    if (!isCount(passed) || !isCount(failed)) {
      return { passed: 0, failed: 1, output: `gave no counts: ${passed}, ${failed}\n${output}` };
    }
    if (passed + failed === 0) return { passed, failed: 1, output: `ran no test\n${output}` };
    return { passed, failed, output };
  } catch (error) {
    return { passed: 0, failed: 1, output: `could not run: ${error.stack ?? error}` };
  }
}

const indent = (text) => text.trimEnd().replace(/^(?=.)/gm, '    ');

function failuresText(results) {
  return results
    .filter(({ failed }) => failed > 0)
    .map(({ name, output }) => `Failed: ${name}\n\n${indent(output)}\n`);
}

const COLUMN = 9;
const cell = (value) => String(value).padStart(COLUMN);

function tableText(results) {
  const width = Math.max('suite'.length, ...results.map(({ name }) => name.length));
  const row = (name, ...cells) => name.padEnd(width) + cells.map(cell).join('');
  const rows = results.map(({ name, missing, passed, failed, seconds }) =>
    missing ? row(name, 'skipped') : row(name, passed, failed, seconds.toFixed(1)),
  );
  return [row('suite', 'passed', 'failed', 'seconds'), ...rows].join('\n');
}

function skipsText(skipped, skipIsFailure) {
  if (skipped.length === 0) return [];
  const why = skipIsFailure ? 'Could not run, which fails with CI set' : 'Skipped';
  const lines = skipped.flatMap(({ name, missing }) =>
    missing.map(({ command, hint }) => `    ${name}: no ${command}: ${hint}`),
  );
  return [`${why}:\n${lines.join('\n')}\n`];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * Words the results: what the failed suites said, a table, what was skipped and how to get it, and
 * as the last line `N passed, N failed` (`, N skipped` when suites were).
 */
export function report(results, { skipIsFailure }) {
  const ran = results.filter(({ missing }) => !missing);
  const skipped = results.filter(({ missing }) => missing);
  const passed = sum(ran.map((result) => result.passed));
  const failures = sum(ran.map((result) => result.failed));
  // A run in which nothing ran has shown nothing.
  const unrun = skipIsFailure ? skipped.length : Number(ran.length === 0);
  const failed = failures + unrun;
  const tail = skipIsFailure || skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  const closing = `${passed} passed, ${failed} failed${tail}`;
  const parts = [...failuresText(ran), `${tableText(results)}\n`];
  return {
    text: [...parts, ...skipsText(skipped, skipIsFailure), closing].join('\n'),
    isFailure: failed > 0,
  };
}
