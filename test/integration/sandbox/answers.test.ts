/**
 * The article's request and every kind of answer, through the built functions, in both executions.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest, statusOf } from './support/small-policy.ts';

/** Ten minutes on: the lease of a call that begins now has ended. */
const afterLease = (): string => new Date(Date.now() + 10 * 60_000).toISOString();

const DIMENSIONS = ['Application', 'CostCenter', 'Environment', 'Model', 'ModelId'];

describe.each(['workflow', 'direct'])("the article's request, executed in %s", (execution) => {
  const ARTICLE = {
    model: 'claude-3-5-haiku',
    prompt: {
      messages: [
        { role: 'system', content: 'You are a helpful AWS expert.' },
        { role: 'user', content: 'How do I make an S3 bucket?' },
      ],
      parameters: { max_tokens: 2000, temperature: 0.7, top_p: 0.9, top_k: 50 },
    },
    tags: {
      applicationId: 'aws-documentation-helper',
      costCenter: 'support',
      environment: 'production',
    },
  };
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox('--execution', execution);
  }, 180_000);
  afterAll(async () => {
    expect(await sandbox.stop()).toMatchObject({ code: 0 });
  });

  test.each(['claude-3-5-haiku', 'support'])('answers with model %s', async (model) => {
    const { status, body } = await sandbox.post('/v1/invoke', { ...ARTICLE, model });
    expect([status, body.outcome, body.model]).toEqual([200, 'succeeded', 'claude-3-5-haiku']);
    const isProfile = body.modelId.startsWith('arn:');
    expect(body.modelMetric).toBe(isProfile ? body.modelId.split('/')[1] : body.modelId);
    expect(body.tags).toMatchObject({ ...ARTICLE.tags, modelMetric: body.modelMetric });
    const sent = (await sandbox.get('/_sandbox/bedrock/requests')).body.at(-1);
    expect(sent).toMatchObject({ operation: 'Converse', modelId: body.modelId });
    expect(sent.body.additionalModelRequestFields).toEqual({ top_k: 50 });
    expect(body.dropped).toEqual(['top_p']);
    expect(sent.body.inferenceConfig).toEqual({ maxTokens: 2000, temperature: 0.7 });
  });

  test('leaves the metrics with their five dimensions', async () => {
    const { body: metrics } = await sandbox.get('/_sandbox/metrics');
    for (const name of ['TotalRequests', 'RateLimitApproved', 'InputTokens', 'OutputTokens']) {
      const metric = metrics.find((each: Json) => each.name === name);
      expect(Object.keys(metric.dimensions).sort()).toEqual(DIMENSIONS);
      expect(metric.dimensions).toMatchObject({ CostCenter: 'support', Model: 'claude-3-5-haiku' });
      expect(metric.namespace).toBe('GenAIRateLimiting');
    }
    expect((await sandbox.get('/_sandbox/audit')).body).toHaveLength(2);
  });

  test.each([
    ['nova-lite', undefined],
    ['nova-micro', undefined],
    ['claude-2', ['top_p', 'prefill']],
    ['claude-3-haiku', ['temperature', 'top_p', 'top_k', 'prefill']],
    ['claude-3-5-sonnet-v2', ['temperature', 'top_p', 'top_k', 'prefill']],
    ['claude-3-5-haiku', ['top_p']],
  ])("%s leaves out %j of the article's own request, and says so", async (model, dropped) => {
    const messages = [
      { role: 'user', content: 'Explain the benefits of using S3 using only 100 words.' },
      { role: 'assistant', content: 'You are a helpful AWS expert.' },
    ];
    const prompt = { ...ARTICLE.prompt, messages };
    const { status, body } = await sandbox.post('/v1/invoke', { ...ARTICLE, model, prompt });
    expect([status, body.dropped]).toEqual([200, dropped]);
    const sent = (await sandbox.get('/_sandbox/bedrock/requests')).body.at(-1);
    const isPrefillDropped = dropped?.includes('prefill') ?? false;
    expect(sent.body.messages).toHaveLength(isPrefillDropped ? 1 : 2);
  });
});

describe.each(['workflow', 'direct'])(
  'answers of the small policy, executed in %s',
  (execution) => {
    let sandbox: RunningSandbox;
    beforeAll(async () => {
      sandbox = await runSandbox('--var-file', SMALL, '--execution', execution);
    }, 180_000);
    afterAll(async () => {
      expect(await sandbox.stop()).toMatchObject({ code: 0 });
    });
    const invoke = (over = {}) => sandbox.post('/v1/invoke', smallRequest(over));
    const fail = (name: string, times = 1) =>
      sandbox.post('/_sandbox/bedrock/behavior', { fail: { name, times } });
    const called = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
    const sweptAfterLease = async () => {
      await sandbox.post('/_sandbox/clock', { now: afterLease() });
      const { body } = await sandbox.post('/_sandbox/sweep', {});
      await sandbox.post('/_sandbox/clock', { now: null });
      return body;
    };

    test.each([
      ['AccessDeniedException', 1, 502],
      ['ValidationException', 1, 400],
      ['ThrottlingException', 100, 503],
    ])('a call that fails with %s is released', async (name, times, expected) => {
      const before = await statusOf(sandbox);
      await fail(name, times);
      const { status, body, headers } = await invoke();
      await sandbox.post('/_sandbox/bedrock/behavior', {});
      expect([status, body.code, body.upstream.name]).toEqual([
        expected,
        'invocation_failed',
        name,
      ]);
      if (expected === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await statusOf(sandbox)).toEqual(before);
    });

    test('a throttled call is tried again', async () => {
      const before = await called();
      await fail('ThrottlingException');
      expect((await invoke()).status).toBe(200);
      expect((await called()) - before).toBe(2);
      expect(await statusOf(sandbox)).toMatchObject({ three: '1/0' });
    });

    test('a call whose outcome is not known is charged its worst case, and not swept', async () => {
      await fail('ModelTimeoutException');
      const { status, body } = await invoke();
      expect([status, body.upstream.name]).toEqual([504, 'ModelTimeoutException']);
      expect(body.charged.basis).toBe('worst_case');
      expect(body.charged.nanoUsd).toBeGreaterThan(0);
      expect(await statusOf(sandbox)).toMatchObject({ three: '2/0' });
      expect(await sweptAfterLease()).toMatchObject({ expired: 0 });
      expect(await statusOf(sandbox)).toMatchObject({ three: '2/0' });
    });

    test('a call whose cost cannot be written keeps its reservation until the sweep', async () => {
      // The one update that reserves goes through; all after it fail.
      const lost = { operation: 'UpdateItem', when: 'before', times: 1_000, skip: 1 };
      await sandbox.post('/_sandbox/ledger/behavior', { fail: lost });
      const { status, body } = await invoke();
      await sandbox.post('/_sandbox/ledger/behavior', {});
      expect([status, body.settlement]).toEqual([200, 'pending']);
      expect(await statusOf(sandbox)).toMatchObject({ three: '2/1' });
      expect(await sweptAfterLease()).toMatchObject({ expired: 1 });
      expect(await statusOf(sandbox)).toMatchObject({ three: '3/0' });
    });

    test('a denied call changes nothing and calls no model', async () => {
      const before = [await statusOf(sandbox), await called()];
      const { status, body, headers } = await invoke();
      expect([status, body.code, body.limit.name]).toEqual([429, 'limit_exceeded', 'three']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect([await statusOf(sandbox), await called()]).toEqual(before);
      const { body: metrics } = await sandbox.get('/_sandbox/metrics');
      expect(
        metrics.some(({ name, value }: Json) => name === 'RateLimitDenied' && value === 1),
      ).toBe(true);
    });

    test('alerts are sent once for a third, for all, for a lost call, and for the first denial', async () => {
      const { body: alerts } = await sandbox.get('/_sandbox/alerts');
      const { body: usage } = await sandbox.get('/v1/usage?costCenter=retail');
      expect(usage.costCenters[0].limits[0].used).toBe(3);
      expect(alerts.map(({ detailType, detail }: Json) => [detailType, detail.percent])).toEqual([
        ['LimitThresholdCrossed', 30],
        // The sweep charges the lost call, which fills the limit, and reports both.
        ['LimitThresholdCrossed', 100],
        ['ReservationsExpired', undefined],
        ['CallDenied', 100],
      ]);
      expect(alerts[0]).toMatchObject({ source: 'bedrock-cost-sentry', time: expect.any(String) });
    });

    test('the next window is open, and the last one closed again when time goes back', async () => {
      await sandbox.post('/_sandbox/clock', { now: '2031-05-31T23:59:58Z' });
      const may = await invoke();
      expect(may.status).toBe(200);
      expect(may.body.tags.timestamp).toMatch(/^2031-05-31T23:59:5[89]/);
      await sandbox.post('/_sandbox/clock', { now: null });
      expect((await invoke()).status).toBe(429);
    });
  },
);

describe('a ledger that fails', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', SMALL);
  }, 180_000);
  afterAll(async () => {
    await sandbox.stop();
  });
  const invoke = () => sandbox.post('/v1/invoke', smallRequest());
  const fail = (when: string, times: number) =>
    sandbox.post('/_sandbox/ledger/behavior', { fail: { operation: 'UpdateItem', when, times } });

  test('before every write: 503, and nothing reached Bedrock', async () => {
    await fail('before', 100);
    const { status, body } = await invoke();
    expect([status, body.code]).toEqual([503, 'ledger_unavailable']);
    expect((await sandbox.get('/_sandbox/bedrock/requests')).body).toEqual([]);
    await sandbox.post('/_sandbox/ledger/behavior', {});
  });

  test.each(['before', 'after'])('once, %s the write: the call is counted once', async (when) => {
    const used = Number((await statusOf(sandbox)).three.split('/')[0]);
    await fail(when, 1);
    expect((await invoke()).status).toBe(200);
    expect((await statusOf(sandbox)).three).toBe(`${used + 1}/0`);
  });

  test('takes two writes for a call and one for a denial after the first', async () => {
    const counts = async () => (await sandbox.get('/_sandbox/dynamodb/requests')).body;
    const tags = { applicationId: 'faq', costCenter: 'wholesale', environment: 'dev' };
    const other = smallRequest({ model: 'micro', tags });
    const before = await counts();
    expect((await sandbox.post('/v1/invoke', other)).status).toBe(200);
    const approved = await counts();
    expect((await invoke()).status).toBe(200);
    const notified = await counts();
    expect((await invoke()).status).toBe(429);
    const published = await counts();
    expect((await invoke()).status).toBe(429);
    const denied = await counts();
    expect(approved.UpdateItem - before.UpdateItem).toBe(2);
    // The last call that fits crosses a `notify_at` percent, and its alert is recorded.
    expect(notified.UpdateItem - approved.UpdateItem).toBe(3);
    // The first denial is recorded before its alert is published, and after.
    expect(published.UpdateItem - notified.UpdateItem).toBe(3);
    expect(denied.UpdateItem - published.UpdateItem).toBe(1);
    for (const operation of ['Query', 'GetItem', 'BatchGetItem']) {
      expect(denied[operation]).toBe(before[operation]);
    }
  });
});
