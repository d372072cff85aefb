import { beforeEach, describe, expect, test } from '@jest/globals';
import { isProblem } from '../../../../../core/call/answers/answers.ts';
import { LedgerUnavailableError } from '../../../../../core/errors.ts';
import type { CallHarness } from '../../../../support/call-harness.ts';
import { answered, callHarnessOn, request } from '../../../../support/call-harness.ts';
import { sharedLedger } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const shared = sharedLedger();
let harness: CallHarness;

const PROFILE = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123def456';

const config = (limits: readonly object[], over: Record<string, unknown> = {}) =>
  configWith({
    cost_centers: {
      retail: { model: 'haiku', models: ['haiku', 'micro'], applications: ['faq'], limits },
      other: { model: 'micro', models: ['micro'], applications: ['faq'], limits: [] },
    },
    ...over,
  });

let months = 0;
beforeEach(() => {
  // A separate window for every test, so that counters of one do not affect the next.
  shared.table.clock.set(new Date(Date.UTC(2030, months++, 15)).toISOString());
  const limits = [
    { name: 'three', window: 'month', unit: 'requests', amount: 3 },
    { name: 'spend', window: 'month', unit: 'usd', amount: 10, notify_at: [1] },
  ];
  const inferenceProfiles = new Map([['retail/faq/production/haiku', PROFILE]]);
  harness = callHarnessOn(shared.table, policyOf(config(limits), { inferenceProfiles }));
});

const counters = async () => {
  const all = await shared.table.counters('account#costCenter#retail#0');
  const month = new Date(shared.table.clock.at).toISOString().slice(0, 7);
  return all.get(`three_${month}`) ?? { committed: 0, settled: 0 };
};

describe('an approved call', () => {
  test('answers with usage, cost to the nano-dollar, tags and limits', async () => {
    const { status, answer } = await harness.run(request());
    expect(status).toBe('succeeded');
    // 10 x 1 + 20 x 5 USD per million tokens = 110 millionths of a USD.
    expect(answer).toMatchObject({
      outcome: 'succeeded',
      model: 'haiku',
      modelId: PROFILE,
      modelMetric: 'abc123def456',
      usage: { inputTokens: 10, outputTokens: 20, totalTokens: 30 },
      cost: { currency: 'USD', amount: '0.00011', nanoUsd: 110_000 },
      tags: { applicationId: 'faq', costCenter: 'retail', environment: 'production' },
      limits: [
        { owner: 'costCenter#retail', name: 'three', limit: 3, used: 1, reserved: 0 },
        { name: 'spend', used: 110_000, usd: { limit: '10.00', used: '0.00011' } },
      ],
    });
    expect(answer).not.toHaveProperty('settlement');
    expect(await counters()).toEqual({ committed: 1, settled: 1 });
  });

  test('takes two writes and no read', async () => {
    shared.table.requests.clear();
    await harness.run(request());
    expect(Object.fromEntries(shared.table.requests)).toEqual({ UpdateItem: 2 });
  });

  test('is called through its profile, with the parameters where Converse takes them', async () => {
    const prompt = {
      messages: [
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hi' },
        { role: 'user', content: 'there' },
      ],
      parameters: { max_tokens: 50, temperature: 0.7, top_k: 5 },
    };
    await harness.run(request({ prompt }));
    expect(harness.calls[0]).toMatchObject({
      candidate: {
        modelId: PROFILE,
        inferenceConfig: { maxTokens: 50, temperature: 0.7 },
        additionalModelRequestFields: { top_k: 5 },
      },
      prompt: {
        system: [{ text: 'Be short.' }],
        messages: [{ role: 'user', content: [{ text: 'Hi' }, { text: 'there' }] }],
      },
    });
  });

  test('without a profile goes to the model id', async () => {
    const tags = { applicationId: 'faq', costCenter: 'retail', environment: 'dev' };
    const { answer } = await harness.run(request({ tags }));
    const id = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';
    expect(answer).toMatchObject({ modelId: id, modelMetric: id });
  });

  test('prices all five kinds of tokens', async () => {
    harness.script = [answered({ cacheReadInputTokens: 1_000, cacheWriteInputTokens: 100 })];
    const tags = { applicationId: 'faq', costCenter: 'other', environment: 'dev' };
    const { answer } = await harness.run(request({ model: 'micro', tags }));
    // Nova Micro: 10 x 0.035 + 20 x 0.14 + 1000 x 0.00875 + 100 x 0.035 (a cache write of unknown
    // price counts as input) USD per million tokens = 15.4 millionths.
    expect(answer).toMatchObject({ cost: { nanoUsd: 15_400 } });
  });
});

describe('metrics and audit', () => {
  const directive = (record: Record<string, unknown> | undefined): unknown => {
    const metadata = record?._aws;
    if (typeof metadata !== 'object' || metadata === null) return undefined;
    return 'CloudWatchMetrics' in metadata && [metadata.CloudWatchMetrics].flat()[0];
  };

  test('one record with the five dimensions, and one of the limit in percent', async () => {
    await harness.run(request());
    expect(harness.metrics[0]).toMatchObject({
      TotalRequests: 1,
      RateLimitApproved: 1,
      RateLimitDenied: 0,
      InvocationFailed: 0,
      InputTokens: 10,
      OutputTokens: 20,
      CostUsd: 0.00011,
      Model: 'haiku',
      ModelId: 'abc123def456',
      CostCenter: 'retail',
      Application: 'faq',
      Environment: 'production',
    });
    expect(directive(harness.metrics[0])).toMatchObject({
      Namespace: 'GenAIRateLimiting',
      Dimensions: [['Model', 'ModelId', 'CostCenter', 'Application', 'Environment']],
    });
    expect(harness.metrics[1]).toMatchObject({
      LimitUtilization: 33,
      CostCenter: 'retail',
      Limit: 'three',
    });
    expect(directive(harness.metrics[1])).toMatchObject({ Dimensions: [['CostCenter', 'Limit']] });
  });

  test('names from outside the policy become no dimension', async () => {
    await harness.run(
      request({ model: 'ghost', tags: { applicationId: 'evil', costCenter: 'x' } }),
    );
    expect(harness.metrics[0]).toMatchObject({
      TotalRequests: 1,
      RateLimitApproved: 0,
      Model: 'other',
      ModelId: 'other',
      CostCenter: 'other',
      Application: 'other',
      Environment: 'other',
    });
  });

  test('neither prompts nor completions are logged', async () => {
    await harness.run(request({ prompt: { messages: [{ role: 'user', content: 'SECRET' }] } }));
    expect(JSON.stringify([harness.audit, harness.metrics])).not.toMatch(/SECRET|Hello/);
    expect(harness.audit).toMatchObject([
      { kind: 'audit', decision: 'approved', outcome: 'succeeded', actualNanoUsd: 110_000 },
    ]);
  });

  test('unless the policy says so', async () => {
    harness.policy = { ...harness.policy, logPrompts: true };
    await harness.run(request());
    expect(JSON.stringify(harness.audit)).toMatch(/"Hi".*Hello\./);
  });

  test('a threshold is announced once', async () => {
    harness.script = [answered({ outputTokens: 100_000 })];
    await harness.run(request());
    await harness.run(request());
    expect(harness.alerts).toMatchObject([
      { type: 'LimitThresholdCrossed', detail: { limit: 'spend', percent: 1 } },
    ]);
  });
});

describe('a denied call', () => {
  test('is a 429 with the limit and when it resets; no model is called', async () => {
    for (let i = 0; i < 3; i++) await harness.run(request());
    const { status, answer } = await harness.run(request());
    expect(status).toBe('denied');
    expect(answer).toMatchObject({
      status: 429,
      code: 'limit_exceeded',
      outcome: 'denied',
      limit: { owner: 'costCenter#retail', name: 'three', limit: 3, used: 3, requested: 1 },
    });
    if (!isProblem(answer) || !answer.limit) throw new Error('no limit in the problem');
    const secondsToReset =
      (Date.parse(String(answer.limit.resetsAt)) - shared.table.clock.at) / 1000;
    expect(answer.retryAfter).toBe(secondsToReset);
    expect(harness.calls).toHaveLength(3);
    expect(await counters()).toEqual({ committed: 3, settled: 3 });
    expect(harness.metrics.at(-1)).toMatchObject({ RateLimitDenied: 1, RateLimitApproved: 0 });
  });
});

describe('the first of its kind in a window', () => {
  const alertAttributes = async () =>
    Object.keys(await shared.table.attributes('account#costCenter#retail#0')).filter((name) =>
      /^p_.+_(?:denied|fallback)-\d+$/.test(name),
    ).length;
  const updates = async (run: () => Promise<unknown>) => {
    shared.table.requests.clear();
    await run();
    return shared.table.requests.get('UpdateItem');
  };

  test('a denial is published with what to do, recorded, and costs nothing after that', async () => {
    for (let i = 0; i < 3; i++) await harness.run(request());
    const before = await alertAttributes();
    expect(await updates(() => harness.run(request()))).toBe(3);
    expect(await updates(() => harness.run(request()))).toBe(1);
    expect(harness.alerts).toMatchObject([
      {
        type: 'CallDenied',
        id: expect.stringMatching(/^costCenter#retail\/three\/\d{4}-\d{2}\/denied-100$/),
        detail: { limit: 'three', percent: 100, amount: 3, used: 3, reserved: 0, notify: true },
      },
    ]);
    expect(harness.alerts[0]?.detail.summary).toMatch(
      /denied its first call of this month: 3 requests of 3 requests per month used\. .+ limits raise retail\/three --help\.$/,
    );
    expect(await alertAttributes()).toBe(before + 1);
    expect(await counters()).toEqual({ committed: 3, settled: 3 });
  });

  test('many at once are published once', async () => {
    for (let i = 0; i < 3; i++) await harness.run(request());
    await Promise.all(Array.from({ length: 20 }, () => harness.run(request())));
    expect(harness.alerts.map(({ type }) => type)).toEqual(['CallDenied']);
  });

  test('a ceiling that sends calls to the cheaper model is published once, and then its denial', async () => {
    const ceilings = [{ percent: 50, model: 'haiku', fallback: 'micro' }];
    const limit = { name: 'graded', window: 'hour', unit: 'requests', amount: 4, ceilings };
    harness.policy = policyOf(config([limit]));
    for (let i = 0; i < 6; i++) await harness.run(request());
    expect(harness.alerts).toMatchObject([
      {
        type: 'FallbackBegun',
        id: expect.stringMatching(/fallback-50$/),
        detail: { percent: 50, used: 2, from: 'haiku', to: 'micro' },
      },
      { type: 'CallDenied', id: expect.stringMatching(/denied-100$/), detail: { used: 4 } },
    ]);
    expect(harness.alerts[0]?.detail.summary).toContain(
      'calls for haiku are answered by micro until ',
    );
    const [first, , third] = harness.audit;
    expect(first).not.toHaveProperty('reservationId');
    // The call that the sweep would name if it did not complete.
    expect(third).toMatchObject({ reservationId: `${third?.requestId}.1`, fallbackFrom: 'haiku' });
  });

  test('of a minute it is an event, and no mail', async () => {
    harness.policy = policyOf(
      config([{ name: 'rate', window: 'minute', unit: 'requests', amount: 1 }]),
    );
    for (let i = 0; i < 2; i++) await harness.run(request());
    expect(harness.alerts).toMatchObject([{ type: 'CallDenied', detail: { notify: false } }]);
  });

  test('that cannot be published is left to the sweep, and costs no caller the answer', async () => {
    Object.assign(harness.ports, {
      alerts: { publish: () => Promise.reject(new Error('no bus')) },
    });
    for (let i = 0; i < 4; i++) await harness.run(request());
    expect(harness.warnings).toEqual(['an alert could not be published']);
    expect(await updates(() => harness.run(request()))).toBe(1);
  });
});

describe('when the ledger is unavailable', () => {
  const away = () => Promise.reject(new LedgerUnavailableError('away'));

  test('before the call, it is denied and no model is called', async () => {
    Object.assign(harness.ports, {
      ledger: { ...harness.ports.ledger, reserve: away, settle: away },
    });
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ status: 503, code: 'ledger_unavailable' });
    expect(harness.calls).toHaveLength(0);
    expect(harness.warnings).toEqual(['the ledger could not be reached to reserve']);
  });

  test('the log names the step that could not load the policy', async () => {
    const load = harness.ports.policies.load;
    Object.assign(harness.ports, { policies: { load: away } });
    expect((await harness.run(request())).answer).toMatchObject({ status: 503 });
    let loads = 0;
    const once = () => (loads++ === 0 ? load() : away());
    Object.assign(harness.ports, { policies: { load: once } });
    expect((await harness.run(request())).answer).toMatchObject({ status: 503 });
    expect(harness.warnings).toEqual([
      'the policy could not be loaded to validate',
      'the policy could not be loaded to reserve',
    ]);
  });

  test('the policy may let it through, and it is still charged', async () => {
    const { ledger } = shared.table;
    harness.policy = {
      ...harness.policy,
      ledger: { ...harness.policy.ledger, onLedgerError: 'allow' },
    };
    const settle = (write: Parameters<typeof ledger.settle>[0]) => ledger.settle(write);
    Object.assign(harness.ports, { ledger: { reserve: away, settle } });
    expect((await harness.run(request())).status).toBe('succeeded');
    expect(await counters()).toEqual({ committed: 1, settled: 1 });
  });

  test('after the call, the caller gets the answer, marked as not settled yet', async () => {
    const { ledger } = shared.table;
    const reserve = (write: Parameters<typeof ledger.reserve>[0]) => ledger.reserve(write);
    Object.assign(harness.ports, { ledger: { reserve, settle: away } });
    const { status, answer } = await harness.run(request());
    expect([status, 'settlement' in answer && answer.settlement]).toEqual(['succeeded', 'pending']);
    expect(await counters()).toEqual({ committed: 1, settled: 0 });
    expect(harness.metrics[0]).toMatchObject({ SettlementFailed: 1 });
    expect(harness.audit[0]).toMatchObject({ settlement: 'pending' });
  });

  test('an alert that cannot be published costs no caller the answer', async () => {
    harness.script = [answered({ outputTokens: 1_000_000 })];
    Object.assign(harness.ports, {
      alerts: { publish: () => Promise.reject(new Error('no bus')) },
    });
    expect((await harness.run(request())).status).toBe('succeeded');
    expect(harness.warnings).toEqual(['an alert could not be published']);
  });
});
