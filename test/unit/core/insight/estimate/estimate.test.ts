import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { billableUsage } from '../../../../../core/insight/estimate/billable-usage.ts';
import { DEFAULT_DEPLOYMENT } from '../../../../../core/insight/estimate/deployment.ts';
import { type Estimate, estimate } from '../../../../../core/insight/estimate/estimate.ts';
import { measureWriteCost } from '../../../../bench/ledger/write-units.ts';
import { policyOf } from '../../../../support/policy.ts';

const AT = Date.UTC(2026, 10, 25);
const monthly = { window: 'month', unit: 'usd', amount: 10 };

/** One cost center with one combination, and the limits given. */
const policyWith = (over: Record<string, unknown> = {}, limits: readonly object[] = [monthly]) =>
  policyOf({
    models: { haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' } },
    applications: { chat: { environments: ['dev'] } },
    cost_centers: { sales: { models: ['haiku'], applications: ['chat'], limits } },
    ...over,
  });

const traffic = { requestsPerMonth: 1_000_000, modelMs: 3000, at: AT, region: 'us-east-1' };

const amountOf = (lines: Estimate['executions']['direct']['lines'], what: string) =>
  lines.find((line) => line.what === what)?.quantity;

describe('estimate', () => {
  const { executions } = estimate(policyWith(), traffic);

  test('direct runs one function for a request; the others five', () => {
    expect(amountOf(executions.direct.lines, 'requests')).toBe(1_000_000n);
    expect(amountOf(executions.express.lines, 'requests')).toBe(5_000_000n);
    expect(amountOf(executions.standard.lines, 'requests')).toBe(5_000_000n);
  });

  test('the gateway is paid for while it waits for the model', () => {
    // 3 s of the model and four steps of 30 ms, in 0.5 GB
    expect(amountOf(executions.direct.lines, 'duration')).toBe(1_560_000n);
    // and besides: three steps of 30 ms, and 3.03 s to call the model
    expect(amountOf(executions.express.lines, 'duration')).toBe(3_120_000n);
  });

  test('Express is billed by 100 ms of 64 MB, Standard by states', () => {
    expect(amountOf(executions.express.lines, 'Express duration')).toBe(200_000n);
    expect(amountOf(executions.standard.lines, 'Standard transitions')).toBe(8_000_000n);
    expect(executions.direct.lines.map(({ service }) => service)).not.toContain('Step Functions');
  });

  test('direct is cheaper than Express, and Express than Standard', () => {
    const { direct, express, standard } = executions;
    expect(direct.perMonth).toBeLessThan(express.perMonth);
    expect(express.perMonth).toBeLessThan(standard.perMonth);
  });

  test('its total is the sum of its lines, and a part of it is there without requests', () => {
    const { lines, perMonth, fixed, perThousand } = executions.express;
    expect(perMonth).toBe(lines.reduce((sum, { cost = 0n }) => sum + cost, 0n));
    const growing = perMonth - fixed;
    expect(perThousand * 1000n).toBeGreaterThanOrEqual(growing);
    expect(perThousand * 1000n - growing).toBeLessThan(1000n);
  });

  test('memory is a factor of the duration', () => {
    const memory = new Map([['gateway', 1024]]);
    const doubled = estimate(policyWith(), traffic, { ...DEFAULT_DEPLOYMENT, memory });
    expect(amountOf(doubled.executions.direct.lines, 'duration')).toBe(3_120_000n);
  });

  test('alarms are paid for by the metrics they look at, dashboards by the piece', () => {
    // One limit of a month, two for each of six functions, two of the workflow, two of the
    // items' sizes, one of the
    // cost center's denials; settlements, expirations and throttles of its combination, six of
    // the ledger.
    expect(amountOf(executions.direct.lines, 'metrics of the alarms')).toBe(27n);
    expect(amountOf(executions.direct.lines, 'metrics of cost centers')).toBe(1n);
    expect(amountOf(executions.direct.lines, 'dashboards')).toBe(1n);
    const bare = { ...DEFAULT_DEPLOYMENT, alarms: false, dashboard: false };
    const { lines } = estimate(policyWith(), traffic, bare).executions.direct;
    expect(amountOf(lines, 'metrics of the alarms')).toBeUndefined();
    expect(amountOf(lines, 'dashboards')).toBeUndefined();
  });

  test('a proxy has alarms of its function and of its front', () => {
    const deployment = { ...DEFAULT_DEPLOYMENT, functions: 7, proxy: true };
    const { lines } = estimate(policyWith(), traffic, deployment).executions.direct;
    expect(amountOf(lines, 'metrics of the alarms')).toBe(31n);
  });

  test('limits that are observed or of a short window have no alarm', () => {
    const limits = [
      monthly,
      { ...monthly, window: 'hour' },
      { ...monthly, name: 'seen', mode: 'observe' },
    ];
    const { lines } = estimate(policyWith({}, limits), traffic).executions.direct;
    expect(amountOf(lines, 'metrics of the alarms')).toBe(27n);
  });

  test('many cost centers have separate dashboards, twenty to each', () => {
    const center = { models: ['haiku'], applications: ['chat'] };
    const centers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`center-${i}`, center]));
    const dashboards = (count: number) =>
      amountOf(
        estimate(policyWith({ cost_centers: centers(count) }), traffic).executions.direct.lines,
        'dashboards',
      );
    expect([20, 21, 200].map(dashboards)).toEqual([1n, 3n, 11n]);
  });

  test('the daily reconciliation asks for metrics and the bill', () => {
    const enabled = { ...DEFAULT_DEPLOYMENT, reconciliation: { enabled: true, bill: true } };
    const { lines } = estimate(policyWith(), traffic, enabled).executions.direct;
    expect(amountOf(lines, 'metrics requested')).toBe(31n * 11n);
    expect(lines.find(({ service }) => service === 'Cost Explorer')?.quantity).toBe(31n);
    const unbilled = { ...enabled, reconciliation: { enabled: true, bill: false } };
    const left = estimate(policyWith(), traffic, unbilled).executions.direct.lines;
    expect(left.map(({ service }) => service)).not.toContain('Cost Explorer');
  });

  test('a line without a price in the region is no part of the sums, and not zero', () => {
    const { express } = estimate(policyWith(), { ...traffic, region: 'eu-central-1' }).executions;
    const costOf = (what: string) => express.lines.find((line) => line.what === what)?.cost;
    expect(costOf('writes')).toBeGreaterThan(0n);
    expect(costOf('Express requests')).toBeUndefined();
    expect(express.isPartial).toBe(true);
    expect(executions.express.isPartial).toBe(false);
    expect(express.perMonth).toBe(express.lines.reduce((sum, { cost = 0n }) => sum + cost, 0n));
  });

  test('one request has an estimate too', () => {
    const { perMonth, fixed } = estimate(policyWith(), {
      ...traffic,
      requestsPerMonth: 1,
    }).executions.direct;
    expect(perMonth).toBeGreaterThan(fixed);
  });
});

describe('the footprint', () => {
  test('accounts are those of the owners whose limits the call meets', () => {
    expect(billableUsage(policyWith(), 0, AT, 'full').accountsOfCall).toBe(1);
    const two = policyWith({ organization: { limits: [monthly] } });
    expect(billableUsage(two, 0, AT, 'full')).toMatchObject({ accountsOfCall: 2, accounts: 2 });
    const other = policyWith({}, [{ ...monthly, application: 'chat', environment: 'dev' }]);
    expect(billableUsage(other, 0, AT, 'full').accountsOfCall).toBe(1);
    const none = billableUsage(policyWith({}, []), 0, AT, 'full');
    expect(none).toMatchObject({ accountsOfCall: 0, unitsOfCall: 0, accounts: 0, readUnits: 0 });
  });

  test('a limit of each user is one account more for a call, and none for the sweep or metrics', () => {
    const perUser = policyWith({}, [monthly, { ...monthly, name: 'own', per: 'user' }]);
    const shared = billableUsage(policyWith(), 0, AT, 'full');
    expect(billableUsage(perUser, 0, AT, 'full')).toMatchObject({
      accountsOfCall: 2,
      unitsOfCall: 2,
      accounts: shared.accounts,
      readUnits: shared.readUnits,
      metrics: shared.metrics,
    });
  });

  test('metrics are ten for a combination, one for a limit and one for item sizes', () => {
    expect(billableUsage(policyWith(), 0, AT, 'full')).toMatchObject({
      combinations: 1,
      metrics: 12,
    });
    const twice = policyWith({ applications: { chat: { environments: ['dev', 'live'] } } });
    expect(billableUsage(twice, 0, AT, 'full')).toMatchObject({ combinations: 2, metrics: 22 });
  });

  test('shards are read one by one, and share the calls in flight', () => {
    const split = billableUsage(policyWith({ ledger: { shards: 4 } }), 100, AT, 'full');
    expect(split).toMatchObject({ accounts: 4, unitsOfCall: 2 });
    expect(billableUsage(policyWith(), 100, AT, 'full').unitsOfCall).toBeGreaterThan(4);
  });

  test.each([0, 10, 50, 100])(
    'with %i calls in flight a write takes the units that the ledger measures',
    async (inFlight) => {
      const measured = await measureWriteCost(1, inFlight);
      const policy = policyWith({ ledger: { history_windows: 1 } });
      const { unitsOfCall } = billableUsage(policy, inFlight, AT, 'full');
      expect(unitsOfCall).toBeGreaterThanOrEqual(measured.unitsToReserve);
      expect(unitsOfCall - measured.unitsToReserve).toBeLessThanOrEqual(1);
    },
  );
});

test('a request enters the states of the state machine that the estimate bills', () => {
  const template = readFileSync('modules/workflow/workflow.asl.json.tftpl', 'utf8');
  const { StartAt, States } = JSON.parse(template);
  const goesWell = new Map([
    ['IsRequestValid', 'ReserveBudget'],
    ['IsBudgetReserved', 'InvokeModel'],
    ['OutcomeOf', 'RateLimitApprovedInvocationSuccessful'],
  ]);
  const entered: string[] = [];
  for (let name = StartAt; name !== undefined; name = goesWell.get(name) ?? States[name].Next) {
    expect(States).toHaveProperty(name);
    entered.push(name);
  }
  expect(States[entered.at(-1) ?? ''].Type).toBe('Succeed');
  const { lines } = estimate(policyWith(), { ...traffic, requestsPerMonth: 1 }).executions.standard;
  expect(amountOf(lines, 'Standard transitions')).toBe(BigInt(entered.length));
});

test('20 x 3 x 3 x 4 combinations cost less than USD 300 a month without requests', () => {
  const names = (count: number, prefix: string): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const applications = names(3, 'app');
  const models = {
    lite: { model_id: 'amazon.nova-lite-v1:0' },
    micro: { model_id: 'amazon.nova-micro-v1:0' },
    pro: { model_id: 'amazon.nova-pro-v1:0' },
    other: { model_id: 'amazon.nova-lite-v1:0' },
  };
  const limits = [monthly, { window: 'minute', unit: 'requests', amount: 60 }];
  const policy = policyWith({
    models,
    applications: Object.fromEntries(
      applications.map((name) => [name, { environments: ['dev', 'staging', 'live'] }]),
    ),
    cost_centers: Object.fromEntries(
      names(20, 'center').map((name) => [
        name,
        { models: Object.keys(models), applications, limits },
      ]),
    ),
  });
  const fixedUsd = (metrics: 'full' | 'cost_center' | 'none'): number =>
    Number(estimate(policy, traffic, { ...DEFAULT_DEPLOYMENT, metrics }).executions.direct.fixed) /
    1e9;
  expect(billableUsage(policy, 0, AT, 'full').combinations).toBe(720);
  expect(fixedUsd('cost_center')).toBeLessThan(300);
  expect(fixedUsd('full')).toBeGreaterThan(2000);
  expect(fixedUsd('none')).toBeLessThan(30);
});
