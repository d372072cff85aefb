/** The built command line, as an operator runs it. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, test } from '@jest/globals';
import { pathOf } from '../sandbox/support/run-sandbox.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the file itself, so that its first line and its mode count too. */
const costSentry = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(pathOf('dist/cli/cost-sentry.mjs'), args, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });

const COMPLETE = pathOf('examples/complete/terraform.tfvars');

describe('cost-sentry validate', () => {
  test('finds nothing wrong with the complete example', async () => {
    const { code, stdout } = await costSentry('validate', '--var-file', COMPLETE, '--json');
    const report = { valid: true, region: 'us-east-1', problems: [], warnings: [] };
    expect([code, JSON.parse(stdout)]).toEqual([0, report]);
  });

  test('says each problem with its path, and exits 2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
    try {
      const file = join(folder, 'bad.tfvars');
      writeFileSync(file, 'models = { m = { model_id = "made.up" } }\ncost_centers = {}\n');
      const { code, stdout, stderr } = await costSentry('validate', '--var-file', file);
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(/^models\.m: no price is known for "made\.up"/m);
      expect(stdout + stderr).not.toMatch(/\n\s+at /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a file that is not there is said in one line, and exits 2', async () => {
    const { code, stdout, stderr } = await costSentry('validate', '--var-file', '/nowhere.tfvars');
    expect(code).toBe(2);
    expect((stdout + stderr).trim().split('\n')).toHaveLength(1);
  });
});

test('on an earlier Node.js that the package supports, nothing warns', async () => {
  const old =
    "data:text/javascript,Object.defineProperty(process, 'version', { value: 'v18.17.0' })";
  const child = spawn(
    process.execPath,
    ['--import', old, pathOf('dist/cli/cost-sentry.mjs'), 'usage', '--table', 'a'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { AWS_CONFIG_FILE: '/nowhere' } },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await once(child, 'close');
  expect(stderr).toMatch(/^no AWS region configured: .*\n$/);
});

describe('standard output that takes nothing more', () => {
  const endedAt = async (stdout: 'pipe' | number) => {
    const program = pathOf('dist/cli/cost-sentry.mjs');
    const child = spawn(program, ['--help'], { stdio: ['ignore', stdout, 'pipe'] });
    child.stdout?.destroy();
    let published = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      published += chunk;
    });
    const [code] = await once(child, 'close');
    return [code, published];
  };

  test('as head has enough, ends as other programs do', async () => {
    expect(await endedAt('pipe')).toEqual([141, '']);
  });

  test('as the disk is full, is reported in a sentence', async () => {
    if (!existsSync('/dev/full')) return;
    const full = openSync('/dev/full', 'w');
    expect(await endedAt(full)).toEqual([2, 'standard output: the disk is full\n']);
    closeSync(full);
  });
});

describe('cost-sentry estimate', () => {
  test('has the prices with it', async () => {
    const args = ['--requests-per-month', '1000000', '--json'];
    const { code, stdout, stderr } = await costSentry('estimate', '--var-file', COMPLETE, ...args);
    expect([code, stderr]).toEqual([0, '']);
    const { prices, executions } = JSON.parse(stdout);
    expect(prices).toContainEqual(expect.objectContaining({ item: 'httpApiRequest', usd: '1.00' }));
    expect(Number(executions.express.perMonthUsd)).toBeGreaterThan(
      Number(executions.direct.perMonthUsd),
    );
  });
});

describe('cost-sentry usage --watch', () => {
  test('looks again until Ctrl-C, and then ends with 0', async () => {
    const report = { asOf: '2026-11-23T00:00:00.000Z', costCenters: [] };
    const server = createServer((_, response) => response.end(JSON.stringify(report)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const args = ['usage', '--url', url, '--watch', '--json', '--interval', '1'];
    const child = spawn(pathOf('dist/cli/cost-sentry.mjs'), args, {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (lines.length === 2) child.kill('SIGINT');
    }
    expect([lines.map((line) => JSON.parse(line)), await ended]).toEqual([
      [report, report],
      [0, null],
    ]);
    server.close();
  });
});

test.each([[['--help']], [['validate', '--help']]])('%j helps, and exits 0', async (args) => {
  const { code, stdout } = await costSentry(...args);
  expect(code).toBe(0);
  expect(stdout).toContain('Usage:');
});

test('an unknown command exits 2', async () => {
  expect((await costSentry('frobnicate')).code).toBe(2);
});
