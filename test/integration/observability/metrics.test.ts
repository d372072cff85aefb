/**
 * Every metric, dimension and search of the rendered dashboard and alarms, resolved against what
 * the built functions wrote in a sandbox of examples/complete.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadTfvarsPolicy } from '../../../adapters/tfvars-policy.ts';
import { MemoryLedger } from '../../../core/insight/simulate/memory-ledger.ts';
import { reconcileCosts } from '../../../core/jobs/reconcile-costs.ts';
import { LogSink } from '../../../sandbox/engines/cloudwatch/log-sink.ts';
import { isDocumented } from '../../support/cloudwatch/aws-metrics.ts';
import { metricFilter } from '../../support/cloudwatch/metric-filter.ts';
import { alarmSelectors, dashboardSelectors } from '../../support/cloudwatch/rendered.ts';
import { type Selector, type Series, selects } from '../../support/cloudwatch/selectors.ts';
import {
  type Json,
  pathOf,
  type RunningSandbox,
  runSandbox,
} from '../sandbox/support/run-sandbox.ts';

const rendered = (name: string): Json =>
  JSON.parse(readFileSync(pathOf(`test/golden/observability/${name}.json`), 'utf8'));
const DASHBOARD = dashboardSelectors(rendered('dashboard').widgets);
const ALARMS = alarmSelectors(rendered('alarms'));
const DENIALS = metricFilter(rendered('denials'));

interface Sample extends Series {
  readonly value: number;
}

const MODELS = [
  'nova-lite',
  'nova-micro',
  'claude-2',
  'claude-3-haiku',
  'claude-3-5-sonnet-v2',
  'claude-3-5-haiku',
];
const LATER_MS = 10 * 60_000;
let sandbox: RunningSandbox;
let samples: readonly Sample[] = [];
/** What CloudWatch Logs makes of the audit lines. */
let filtered: readonly Sample[] = [];
/** The same, had each of their calls been denied: one cost center's limit alone was full. */
let deniable: readonly Sample[] = [];

const call = (costCenter: string, model: string, environment = 'production') =>
  sandbox.post('/v1/invoke', {
    model,
    prompt: { messages: [{ role: 'user', content: 'Hi' }], parameters: { max_tokens: 50 } },
    tags: { applicationId: 'aws-documentation-helper', costCenter, environment },
  });
const bedrock = (behavior: object) => sandbox.post('/_sandbox/bedrock/behavior', behavior);

/** @returns the status of each answer, so that a run that goes otherwise is seen. */
async function traffic(): Promise<Record<string, readonly number[]>> {
  const statuses = async (calls: readonly (() => ReturnType<typeof call>)[]) => {
    const seen: number[] = [];
    for (const each of calls) seen.push((await each()).status);
    return seen;
  };
  const approved = await statuses([
    ...MODELS.map((model) => () => call('sales', model)),
    () => call('sales', 'nova-lite', 'dev'),
    () => call('sales', 'nova-lite', 'staging'),
    () => call('support', 'claude-3-5-sonnet-v2'),
  ]);
  // The limit is five a minute: at the beginning of one, there is time for all six.
  const now = new Date(Math.ceil(Date.now() / 60_000) * 60_000).toISOString();
  await sandbox.post('/_sandbox/clock', { now });
  const denied = await statuses(
    Array.from({ length: 6 }, () => () => call('services', 'nova-lite')),
  );
  await bedrock({ usage: { inputTokens: 10, outputTokens: 5_000 } });
  const exceeded = await statuses([() => call('support', 'nova-lite')]);
  await bedrock({ fail: { name: 'ValidationException', times: 1 } });
  const failed = await statuses([() => call('support', 'nova-lite')]);
  await bedrock({ fail: { name: 'ModelTimeoutException', times: 1 } });
  const lost = await statuses([() => call('support', 'nova-lite')]);
  await bedrock({});
  return { approved, denied, exceeded, failed, lost };
}

/** The call is answered, but its cost can't be written; the lease ends, and the sweep charges. */
async function loseSettlement(): Promise<string> {
  // Two updates reserve, with the cost center and with the organization; all after them fail.
  const fail = { operation: 'UpdateItem', when: 'before', times: 1_000, skip: 2 };
  await sandbox.post('/_sandbox/ledger/behavior', { fail });
  const { body } = await call('support', 'nova-lite');
  await sandbox.post('/_sandbox/ledger/behavior', {});
  return body.settlement;
}

/**
 * A sandbox has no CloudWatch to reconcile with: what the daily step itself writes where nothing
 * was used, read as the sandbox reads the functions' lines.
 */
async function drifts(): Promise<readonly Sample[]> {
  const telemetry = new LogSink(() => undefined);
  const read = await loadTfvarsPolicy([pathOf('examples/complete/terraform.tfvars')]);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  const ports: Parameters<typeof reconcileCosts>[0] = {
    metrics: {
      dimensionsOf: async () => [],
      sums: async (metrics) => metrics.map(() => new Map()),
    },
    ledger: new MemoryLedger({ now: Date.now }),
    telemetry: {
      metrics: (record) => telemetry.add('reconcile-costs', JSON.stringify(record)),
    },
    alerts: { publish: async () => undefined },
    clock: { now: Date.now },
    warn: (message) => {
      throw new Error(message);
    },
  };
  await reconcileCosts(ports, read.policy, { tolerance: 50, folds: false });
  return telemetry.metrics.list();
}

beforeAll(async () => {
  sandbox = await runSandbox();
  expect(await traffic()).toEqual({
    approved: Array.from({ length: 9 }, () => 200),
    denied: [200, 200, 200, 200, 200, 429],
    exceeded: [200],
    failed: [400],
    lost: [504],
  });
  expect(await loseSettlement()).toBe('pending');
  const now = new Date(Date.now() + LATER_MS).toISOString();
  await sandbox.post('/_sandbox/clock', { now });
  expect((await sandbox.post('/_sandbox/sweep', {})).status).toBe(200);
  const { body: written } = await sandbox.get('/_sandbox/metrics');
  samples = [...written, ...(await drifts())];
  const { body: audited } = await sandbox.get('/_sandbox/audit');
  filtered = audited.flatMap(DENIALS);
  deniable = audited.map((line: Json) => ({ ...line, decision: 'denied' })).flatMap(DENIALS);
}, 240_000);
afterAll(async () => {
  await sandbox.stop();
});

/** AWS's own metrics are not in a sandbox: what they are called is held against AWS's pages. */
const finds = (selector: Selector): boolean =>
  selector.namespace.startsWith('AWS/')
    ? isDocumented(selector)
    : [...samples, ...deniable].some((sample) => selects(selector, sample));
const unfound = (selectors: readonly Selector[]): readonly string[] =>
  selectors.filter((selector) => !finds(selector)).map(({ text }) => text);

describe('what a run of examples/complete wrote', () => {
  test.each([
    'RateLimitApproved',
    'RateLimitDenied',
    'InvocationFailed',
    'ReservationExceeded',
    'ReservationExpired',
    'SettlementFailed',
    'LimitUtilization',
    'CostUsd',
  ])('has %s above zero', (name) => {
    expect(samples.some((sample) => sample.name === name && sample.value > 0)).toBe(true);
  });

  test('is found by everything on the dashboard', () => {
    expect(DASHBOARD.length).toBeGreaterThan(100);
    expect(unfound(DASHBOARD)).toEqual([]);
  });

  test('has one denial of the cost center whose limit was full, and none of another', () => {
    expect(filtered.map(({ dimensions }) => dimensions)).toEqual([{ CostCenter: 'services' }]);
  });

  test('is found by every alarm', () => {
    expect(ALARMS.length).toBeGreaterThan(10);
    expect(unfound(ALARMS)).toEqual([]);
  });

  test('is on the dashboard, whatever it is', () => {
    const missed = samples.filter((sample) => !DASHBOARD.some((each) => selects(each, sample)));
    expect([...new Set(missed.map(({ name }) => name))]).toEqual([]);
  });

  test('is not found by a name, a dimension or a value that is off by a little', () => {
    const ours = [...DASHBOARD, ...ALARMS].filter(({ namespace }) => !namespace.startsWith('AWS/'));
    for (const each of ours) {
      const [dimension = '', ...others] = each.dimensions;
      const wrong: readonly Selector[] = [
        { ...each, metric: `${each.metric}s` },
        { ...each, namespace: each.namespace.toLowerCase() },
        { ...each, dimensions: others },
        { ...each, dimensions: [...each.dimensions, 'service'] },
        { ...each, values: { ...each.values, [dimension]: 'ghost' } },
      ];
      expect(wrong.filter(finds)).toEqual([]);
    }
  });
});
