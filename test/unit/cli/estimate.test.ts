import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';
import { inFolder } from '../../support/temporary-folder.ts';

const GOOD = 'examples/complete/terraform.tfvars';
const BAD = 'test/fixtures/broken/unknown-model.tfvars';

const estimate = (...args: readonly string[]) =>
  costSentry(['estimate', '--var-file', GOOD, ...args]);

describe('cost-sentry estimate', () => {
  test('prints the lines of the bill, the ways to run a request, and where prices are from', async () => {
    const { exitCode, out, err } = await estimate('--requests-per-month', '1000000');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/^API Gateway +HTTP API requests +1000000 requests +1\.00$/m);
    expect(out).toMatch(/^direct +\d+\.\d\d +\d+\.\d\d +0\.\d{4}$/m);
    expect(out).toMatch(/^express \(configured\) /m);
    expect(out).toMatch(/^ {2}lambdaArm64: .*\/AWSLambda\/current\/us-east-1\/index\.json, 2026-/m);
    expect(out).not.toContain('Not in the sums');
  });

  test('names the lines whose price is not known in the region', async () => {
    const args = ['--requests-per-month', '1000000', '--region', 'eu-central-1'];
    const { exitCode, out } = await estimate(...args);
    expect(exitCode).toBe(0);
    expect(out).toContain('model calls of 3 s, eu-central-1:');
    expect(out).toMatch(/^API Gateway +HTTP API requests +1000000 requests +1\.20$/m);
    expect(out).toMatch(/^Step Functions +Express requests +1000000 requests +unknown$/m);
    expect(out).toMatch(/^express \(configured\) +at least \d/m);
    expect(out).toMatch(/^Not in the sums, .* eu-central-1: Step Functions Express requests; /m);
    const { executions } = JSON.parse((await estimate(...args, '--json')).out);
    expect(executions.express.isPartial).toBe(true);
    const unknown = executions.express.lines.filter(({ usd }: { usd: unknown }) => usd === null);
    expect(unknown.map(({ what }: { what: string }) => what)).toContain('custom metrics');
    const refused = await estimate('--requests-per-month', '1', '--region', 'Mars');
    expect([refused.exitCode, refused.err]).toEqual([2, expect.stringContaining('--region')]);
  });

  test('prints JSON whose lines add up', async () => {
    const { out } = await estimate(
      '--requests-per-month',
      '1000',
      '--model-seconds',
      '1.5',
      '--json',
    );
    const found = JSON.parse(out);
    expect(found).toMatchObject({
      requestsPerMonth: 1000,
      modelSeconds: 1.5,
      region: 'us-east-1',
      configured: 'express',
    });
    const { lines, perMonthUsd } = found.executions.direct;
    const sum = lines.reduce(
      (total: number, { nanoUsd }: { nanoUsd: number }) => total + nanoUsd,
      0,
    );
    expect(Number(perMonthUsd)).toBeCloseTo(sum / 1e9, 9);
  });

  test.each([
    ['{ enabled = true }', '0.06'],
    ['{ enabled = true, periods = ["month"] }', '0.01'],
    ['{ enabled = false }', undefined],
  ])('counts the reports of cost_reports = %s', (reports, usd) =>
    inFolder(async (folder) => {
      const file = join(folder, 'reports.tfvars');
      writeFileSync(file, `cost_reports = ${reports}\n`);
      const { out } = await estimate('--requests-per-month', '1000', '--json', '--var-file', file);
      const { lines } = JSON.parse(out).executions.direct;
      const found = lines.find(({ service }: { service: string }) => service === 'Cost Explorer');
      expect(found?.usd).toBe(usd);
    }),
  );

  test('counts what the tfvars deploy besides', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'besides.tfvars');
      writeFileSync(
        file,
        'observability = { metrics = "full", dashboard = false, utilization_windows = [] }\n' +
          'reconciliation = { enabled = true, bill = false }\n',
      );
      const { out } = await estimate('--requests-per-month', '1000', '--var-file', file);
      const usual = await estimate('--requests-per-month', '1000');
      expect(usual.out).toMatch(/^CloudWatch +dashboards +1 dashboard +3\.00$/m);
      expect(out).not.toMatch(/ dashboards /);
      expect(out).toMatch(/^CloudWatch +metrics requested +\d+ metrics +0\.\d\d$/m);
      expect(out).not.toMatch(/^Cost Explorer/m);
    }));

  test.each([
    ['--requests-per-month', '0'],
    ['--requests-per-month', '1e6'],
    ['--requests-per-month', '1000000001'],
  ])('refuses %s %s', async (flag, value) => {
    const { exitCode, err } = await estimate(flag, value);
    expect([exitCode, err]).toEqual([
      2,
      `--requests-per-month: must be a whole number from 1 to 1000000000, got "${value}"\n`,
    ]);
  });

  test.each(['0', '236', '3s', '-1'])('refuses --model-seconds=%s', async (value) => {
    const result = await estimate(
      '--requests-per-month',
      '1',
      `--model-seconds=${value}`,
      '--json',
    );
    expect(result.exitCode).toBe(2);
    const message = `must be a number of seconds from 0.001 to 235, got "${value}"`;
    expect(JSON.parse(result.out)).toEqual({ problems: [{ path: '--model-seconds', message }] });
  });

  test('says what is wrong with the tfvars, and with the memory of a function', async () => {
    const bad = await costSentry(['estimate', '--var-file', BAD, '--requests-per-month', '1']);
    expect(bad.exitCode).toBe(2);
    expect(bad.err).toMatch(/^cost_centers\.sales\.models\[1\]: unknown model "nova-litte"/);
    await inFolder(async (folder) => {
      const file = join(folder, 'memory.tfvars');
      writeFileSync(file, 'functions = { memory_mb = { gateway = 64 } }\n');
      const { exitCode, err } = await estimate('--var-file', file, '--requests-per-month', '1');
      expect([exitCode, err]).toEqual([
        2,
        'functions.memory_mb.gateway: must be a whole number from 128 to 10240, got 64\n',
      ]);
    });
  });

  test('its help has examples', async () => {
    const { exitCode, out } = await costSentry(['estimate', '--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain('$ cost-sentry estimate --var-file');
  });

  test('needs the number of requests', async () => {
    expect((await estimate()).err).toContain('--requests-per-month: is required');
  });
});
