/**
 * Method: the command in this process against moto's CloudWatch, which is given what the functions
 * and Bedrock would have written, and its Cost Explorer.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CloudWatchMetrics } from '../../adapters/cloudwatch-metrics.ts';
import { CostExplorerCosts, costExplorerClient } from '../../adapters/cost-explorer.ts';
import { reconcileCosts } from '../../core/jobs/reconcile-costs.ts';
import { type Moto, startMoto } from '../acceptance/support/moto.ts';
import { answeredLine } from '../support/audit-lines.ts';
import { costSentry } from '../support/command-line.ts';
import { startLedger } from '../support/ledger.ts';
import { limitsConfig, policyOf } from '../support/policy.ts';
import { storePolicy } from '../support/stored-policy.ts';

/** USD 0.25 and 1.25 per million tokens. */
const MODELS = {
  models: {
    haiku: {
      model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0',
      price: { input: 0.25, output: 1.25, cache_read: 0.25 },
    },
    micro: { model_id: 'amazon.nova-micro-v1:0' },
  },
};

const VARIABLES = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
};
const DAY_MS = 86_400_000;
/** moto lists metrics by its own clock. */
const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const day = (ago: number) => new Date(TODAY - ago * DAY_MS).toISOString().slice(0, 10);
const PROFILE = 'aci7x6cih9bz';
const ARN = `arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/${PROFILE}`;

let moto: Moto;
let client: CloudWatchClient;
let folder: string;
beforeAll(async () => {
  moto = await startMoto('0');
  const endpoints = {
    AWS_ENDPOINT_URL_COST_EXPLORER: moto.url,
    AWS_ENDPOINT_URL_CLOUDWATCH: moto.url,
  };
  Object.assign(process.env, VARIABLES, endpoints);
  client = new CloudWatchClient();
  folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
  write('policy.tfvars.json', limitsConfig([], MODELS));
  write('profiles.json', { 'retail/faq/production/haiku': ARN });
});
afterAll(async () => {
  client.destroy();
  rmSync(folder, { recursive: true });
  await moto?.close();
});

function write(name: string, content: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

const put = (
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
  values: Readonly<Record<string, number>>,
  ago = 5,
) =>
  client.send(
    new PutMetricDataCommand({
      Namespace: namespace,
      MetricData: Object.entries(values).map(([MetricName, Value]) => ({
        MetricName,
        Value,
        Timestamp: new Date(TODAY - ago * DAY_MS + 3_600_000),
        Dimensions: Object.entries(dimensions).map(([Name, of]) => ({ Name, Value: of })),
      })),
    }),
  );

const CALL = {
  Model: 'haiku',
  ModelId: PROFILE,
  CostCenter: 'retail',
  Application: 'faq',
  Environment: 'production',
};
const metered = (values: Readonly<Record<string, number>>, ago?: number) =>
  put('GenAIRateLimiting', CALL, { TotalRequests: 1, ...values }, ago);
const observed = (values: Readonly<Record<string, number>>, ago?: number, ModelId = PROFILE) =>
  put('AWS/Bedrock', { ModelId }, values, ago);

async function billed(amounts: Readonly<Record<string, string>>): Promise<void> {
  const groups = Object.entries(amounts).map(([costCenter, Amount]) => ({
    Keys: [`costCenter$${costCenter}`, 'Claude 3 Haiku (Amazon Bedrock Edition)'],
    Metrics: { UnblendedCost: { Amount, Unit: 'USD' } },
  }));
  const period = {
    TimePeriod: { Start: day(5), End: day(4) },
    Total: {},
    Groups: groups,
    Estimated: false,
  };
  const answer = await fetch(`${moto.url}/moto-api/static/ce/cost-and-usage-results`, {
    method: 'POST',
    body: JSON.stringify({ account_id: '123456789012', results: [{ ResultsByTime: [period] }] }),
  });
  expect(answer.status).toBe(201);
}

const reconciled = async (...flags: readonly string[]) => {
  const files = [
    '--var-file',
    join(folder, 'policy.tfvars.json'),
    '--profiles',
    join(folder, 'profiles.json'),
  ];
  return costSentry(['reconcile', ...files, ...flags], {
    clock: { now: () => TODAY + DAY_MS / 2 },
  });
};

beforeEach(async () => {
  await fetch(`${moto.url}/moto-api/reset`, { method: 'POST' });
});

const OURS = {
  InputTokens: 4_000_000,
  OutputTokens: 800_000,
  CacheReadInputTokens: 0,
  CacheWriteInputTokens: 0,
  CostUsd: 2,
};
const THEIRS = { InputTokenCount: 4_000_000, OutputTokenCount: 800_000 };

describe('reconcile', () => {
  test('agrees where metrics, CloudWatch and the bill agree, over several days', async () => {
    for (const ago of [5, 3]) {
      await metered(OURS, ago);
      await observed(THEIRS, ago);
    }
    await metered(OURS, 9);
    await billed({ retail: '3.9996' });
    const { exitCode, out, err } = await reconciled('--json');
    expect([exitCode, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      from: day(7),
      isOver: false,
      costCenters: [
        {
          costCenter: 'retail',
          metered: { inputTokens: 8_000_000, outputTokens: 1_600_000, usd: '4.00' },
          observed: { inputTokens: 8_000_000, usd: '4.00' },
          billed: { usd: '3.9996' },
          reasons: [],
          models: [{ model: 'haiku' }],
        },
      ],
      notes: ['Cost Explorer: 1 request, at USD 0.01 each.'],
    });
  });

  test('finds unmetered usage, exits 1, and shows what went through no profile', async () => {
    await metered(OURS);
    await observed({ ...THEIRS, OutputTokenCount: 1_600_000 });
    await observed({ InputTokenCount: 1_000_000 }, 5, 'amazon.nova-micro-v1:0');
    await observed({ InputTokenCount: 5 }, 5, 'someone.elses-model-v1:0');
    const { exitCode, out } = await reconciled('--no-bill');
    expect(exitCode).toBe(1);
    const rows = out.split('\n').map((line) => line.trim().split(/\s{2,}/));
    const sides = ['4800000', '5600000', '2.00', '3.00', '+1.00 (50.0 %) !'];
    expect(rows).toContainEqual(['retail', 'haiku', ...sides, 'around_the_sentry']);
    expect(rows).toContainEqual(['someone.elses-model-v1:0', '5', '0.00']);
    expect(out).toContain('around_the_sentry: more tokens than metered');
  });

  test('names a cost center that is only on the bill, without its control characters', async () => {
    await billed({ '\u001b[31mgone': '7.00' });
    const { exitCode, out } = await reconciled();
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^\\u\{1b\}\[31mgone .* tag_elsewhere$/m);
    expect(out).not.toMatch(/[^\P{C}\n]/u);
  });

  test('takes cache tokens under either of the names that CloudWatch has for them', async () => {
    await metered({ ...OURS, CacheReadInputTokens: 1_000_000, CostUsd: 2.25 });
    await observed({ ...THEIRS, CacheReadInputTokens: 1_000_000 });
    const { exitCode, out } = await reconciled('--no-bill', '--json');
    const [center] = JSON.parse(out).costCenters;
    expect([exitCode, center.observed.cacheReadInputTokens, center.reasons]).toEqual([
      0,
      1_000_000,
      [],
    ]);
  });

  test('asks for every combination of the policy where ListMetrics shows no more', async () => {
    await metered(OURS, 60);
    await observed(THEIRS, 60);
    const days = ['--from', day(61), '--to', day(59)];
    const { exitCode, out } = await reconciled('--no-bill', '--json', ...days);
    expect([exitCode, JSON.parse(out).costCenters[0].metered.usd]).toEqual([0, '2.00']);
  });

  test('takes what was metered from the audit log', async () => {
    await observed(THEIRS);
    const line = answeredLine(
      { start: `${day(5)}T10:00:00.000Z`, tokens: [4_000_000, 800_000] },
      { actualNanoUsd: 2_000_000_000 },
    );
    const tagged = { ...line, tags: { ...line.tags, modelMetric: PROFILE } };
    const audit = join(folder, 'audit.jsonl');
    writeFileSync(audit, [tagged, tagged].map((each) => `${JSON.stringify(each)}\n`).join(''));
    const { exitCode, out } = await reconciled('--no-bill', '--json', '--audit', audit);
    expect([exitCode, JSON.parse(out).costCenters[0].metered.usd]).toEqual([0, '2.00']);
  });
});

test('more metrics than one request takes are asked for in several', async () => {
  const count = 1_100;
  await Promise.all([3, 1_099].map((i) => put('Many', { Number: String(i) }, { Value: i })));
  const metrics = Array.from({ length: count }, (_, i) => ({
    namespace: 'Many',
    name: 'Value',
    dimensions: { Number: String(i) },
  }));
  const sums = await new CloudWatchMetrics(client).sums(metrics, { from: day(7), to: day(0) });
  const found = sums.flatMap((days, i) => [...days].map(([at, sum]) => [i, at, sum]));
  expect(found).toEqual([
    [3, day(5), 3],
    [1_099, day(5), 1_099],
  ]);
});

describe('exit code 2', () => {
  test.each<[string, readonly string[], RegExp]>([
    [
      'an invalid day',
      ['--from', '2026-13-01'],
      /^--from: must be a date such as 2026-11-01, got "2026-13-01"/,
    ],
    [
      'an end before the beginning',
      ['--from', day(1), '--to', day(2)],
      /^--to: must be after --from/,
    ],
    [
      'a day that CloudWatch has forgotten',
      ['--from', '2020-01-01', '--to', '2020-01-02'],
      /^--from: must be from .* to today/,
    ],
    [
      'an invalid tolerance',
      ['--tolerance', 'much'],
      /^--tolerance: must be a percentage from 0 to 999.9/,
    ],
    [
      'a table together with files',
      ['--table', 'x'],
      /^--var-file: conflicts with --table: use one of them/,
    ],
    ['an audit log that is not there', ['--audit', '/none.jsonl'], /^--audit: .*file not found/],
  ])('%s', async (_, flags, says) => {
    const { exitCode, out, err } = await reconciled('--no-bill', ...flags);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(says);
  });

  test('invalid profiles', async () => {
    const profiles = write('wrong.json', { retail: ARN });
    const args = [
      'reconcile',
      '--var-file',
      join(folder, 'policy.tfvars.json'),
      '--profiles',
      profiles,
    ];
    const { exitCode, err } = await costSentry(args, { clock: { now: () => TODAY } });
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining('terraform output -json inference_profile_arns'),
    ]);
  });
});

test('the table of docs/reconciliation.md is what the command prints', async () => {
  const center = { models: ['haiku', 'micro'], applications: ['faq'], limits: [] };
  const policy = write('two.tfvars.json', {
    ...limitsConfig([], MODELS),
    cost_centers: { sales: center, support: center },
  });
  const ids = ['sales/haiku', 'sales/micro', 'support/haiku'];
  const arns = ids.map((id) => [
    id.replace('/', '/faq/production/'),
    `${ARN}-${id.replace('/', '-')}`,
  ]);
  const profiles = write('two.json', Object.fromEntries(arns));
  const use = async (id: string, millions: readonly [number, number], usd: number, around = 0) => {
    const [CostCenter = '', Model = ''] = id.split('/');
    const ModelId = `${PROFILE}-${CostCenter}-${Model}`;
    const [InputTokens, OutputTokens] = millions.map((each) => each * 1_000_000);
    const ours = {
      TotalRequests: 1,
      InputTokens: InputTokens ?? 0,
      OutputTokens: OutputTokens ?? 0,
    };
    await put(
      'GenAIRateLimiting',
      { ...CALL, CostCenter, Model, ModelId },
      { ...ours, CostUsd: usd },
    );
    const theirs = {
      InputTokenCount: ours.InputTokens,
      OutputTokenCount: ours.OutputTokens + around,
    };
    await put('AWS/Bedrock', { ModelId }, theirs);
  };
  await use('sales/haiku', [4, 0.8], 2, 800_000);
  await use('sales/micro', [2, 1], 0.21);
  await use('support/haiku', [2, 0.4], 1);
  await billed({ sales: '3.2054', support: '0.9998' });
  const clock = { now: () => TODAY + DAY_MS / 2 };
  const args = ['reconcile', '--var-file', policy, '--profiles', profiles];
  const { exitCode, out, err } = await costSentry(args, { clock });
  expect([exitCode, err]).toEqual([1, '']);
  const shown = /^```text\n(.*?)^```$/ms.exec(readFileSync('docs/reconciliation.md', 'utf8'))?.[1];
  const days = out.replace(day(7), '2026-11-17').replace(day(0), '2026-11-24');
  expect(days).toBe(shown);
});

test('the daily run charges unmetered usage once, in the ledger itself', async () => {
  const table = await startLedger();
  try {
    const policy = policyOf(
      limitsConfig([{ name: 'budget', window: 'month', unit: 'usd', amount: 10 }], MODELS),
      { inferenceProfiles: new Map([['retail/faq/production/haiku', ARN]]) },
    );
    await metered(OURS, 1);
    await observed({ ...THEIRS, OutputTokenCount: 1_600_000 }, 1);
    await billed({ retail: '2.00' });
    const published: unknown[] = [];
    const costs = costExplorerClient('us-east-1');
    const ports: Parameters<typeof reconcileCosts>[0] = {
      metrics: new CloudWatchMetrics(client),
      costs: new CostExplorerCosts(costs),
      ledger: table.ledger,
      telemetry: { metrics: (record) => published.push(record) },
      alerts: { publish: async (alerts) => void published.push(...alerts) },
      clock: { now: () => TODAY + 3 * 3_600_000 },
      warn: (message) => published.push(message),
    };
    const run = () => reconcileCosts(ports, policy, { tolerance: 50, folds: true });
    expect(await run()).toEqual({ costCenters: 1, overTolerance: 1, folded: 1 });
    expect(published).toMatchObject([
      { CostCenter: 'retail', ReconciliationDrift: 50 },
      { type: 'ReconciliationDrift', detail: { usd: { metered: '2.00', observed: '3.00' } } },
    ]);
    expect(await run()).toMatchObject({ folded: 0 });
    const month = day(0).slice(0, 7);
    expect(await table.counters('account#costCenter#retail#0')).toEqual(
      new Map([[`budget_${month}`, { committed: 1_000_000_000, settled: 1_000_000_000 }]]),
    );
    costs.destroy();
  } finally {
    await table.close();
  }
});

test('the function itself starts, reads the policy from the table and writes the metric', async () => {
  const table = await startLedger();
  const endpoint = await table.client.config.endpoint?.();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint?.hostname}:${endpoint?.port}`,
    LEDGER_TABLE_NAME: table.table,
    DEPLOYMENT: 'genai',
    TOLERANCE_PERMILLE: '50',
    BILL: 'yes',
  });
  const write = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
  try {
    await storePolicy(table, limitsConfig([], MODELS));
    const { handler } = await import('../../functions/reconcile-costs/handler.ts');
    const context: unknown = { getRemainingTimeInMillis: () => 60_000 };
    const result = await handler({}, context as Parameters<typeof handler>[1]);
    expect(result).toEqual({ costCenters: 1, overTolerance: 0, folded: 0 });
    const lines = write.mock.calls.map(([line]) => String(line)).join('');
    expect(lines).toContain('"ReconciliationDrift":0');
  } finally {
    write.mockRestore();
    await table.close();
  }
});
