/** Runs jest on folders and counts its tests one by one. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node22 } from './bootstrap.mjs';

const JEST = 'node_modules/jest/bin/jest.js';
const TIMED_OUT = 124;

/** @returns whether there is a test file below the folder. */
export function hasTests(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  return readdirSync(folder, { withFileTypes: true }).some((entry) =>
    entry.isDirectory() ? hasTests(join(folder, entry.name)) : entry.name.endsWith('.test.ts'),
  );
}

/**
 * @returns {Promise<{passed: number, failed: number, output: string}>} a test that jest skipped, a
 * file that didn't load and an unexplained exit code count as failures.
 */
export async function runJest({ root, exec }, folders, { args = [], timeoutMs }) {
  const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-jest-'));
  try {
    const report = join(folder, 'report.json');
    const { code, output } = await exec(
      node22,
      [
        '--experimental-vm-modules',
        '--no-warnings',
        JEST,
        '--ci',
        '--json',
        `--outputFile=${report}`,
        ...args,
        ...folders,
      ],
      { cwd: root, timeoutMs },
    );
    return countTests(readReport(report), code, output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function countTests(report, code, output) {
  if (report === undefined) return { passed: 0, failed: 1, output };
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => !['passed', 'failed'].includes(status)),
  );
  const problems = [
    ...report.testResults.map(({ message }) => message).filter(Boolean),
    ...skipped.map(({ fullName, status }) => `${status}: ${fullName}`),
  ];
  let failed = report.numFailedTests + report.numRuntimeErrorTestSuites + skipped.length;
  if (code === TIMED_OUT) {
    problems.push('jest did not end: a test or something that it started is still running');
  }
  if (failed === 0 && code !== 0) {
    failed = 1;
    problems.push(`jest ended with exit code ${code}\n${output}`);
  }
  return { passed: report.numPassedTests, failed, output: problems.join('\n') };
}
