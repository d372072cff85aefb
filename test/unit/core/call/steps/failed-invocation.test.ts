import { beforeEach, describe, expect, test } from '@jest/globals';
import type { CallHarness } from '../../../../support/call-harness.ts';
import { answered, callHarnessOn, failedWith, request } from '../../../../support/call-harness.ts';
import { sharedLedger } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const shared = sharedLedger();
let harness: CallHarness;

let months = 0;
beforeEach(() => {
  // A separate window for every test.
  shared.table.clock.set(new Date(Date.UTC(2030, months++, 15)).toISOString());
  const limits = [
    { name: 'three', window: 'month', unit: 'requests', amount: 3 },
    { name: 'spend', window: 'month', unit: 'usd', amount: 10 },
  ];
  const retail = { model: 'haiku', models: ['haiku'], applications: ['faq'], limits };
  harness = callHarnessOn(shared.table, policyOf(configWith({ cost_centers: { retail } })));
});

const counters = async (name = 'three') => {
  const all = await shared.table.counters('account#costCenter#retail#0');
  const month = new Date(shared.table.clock.at).toISOString().slice(0, 7);
  return all.get(`${name}_${month}`) ?? { committed: 0, settled: 0 };
};

describe('a failed invocation', () => {
  test.each([
    ['AccessDeniedException', 502, 'released', 0],
    ['ValidationException', 400, 'released', 0],
    ['ResourceNotFoundException', 502, 'released', 0],
    ['InvalidSignatureException', 502, 'released', 0],
    ['ThrottlingException', 503, 'released', 0],
    ['ModelNotReadyException', 503, 'released', 0],
    ['ServiceUnavailableException', 503, 'released', 0],
    ['NotSent', 502, 'released', 0],
    ['ModelTimeoutException', 504, 'worst_case', 1],
    ['DeadlineExceeded', 504, 'worst_case', 1],
    ['ModelErrorException', 502, 'worst_case', 1],
    ['InternalServerException', 502, 'worst_case', 1],
    ['ConnectionLost', 502, 'worst_case', 1],
    ['NeverHeardOfException', 502, 'worst_case', 1],
  ])('%s answers %i and is settled at once: %s', async (name, httpStatus, basis, used) => {
    harness.script = [failedWith(name)];
    const { status, answer } = await harness.run(request());
    expect(status).toBe('failed');
    expect(answer).toMatchObject({
      status: httpStatus,
      code: 'invocation_failed',
      upstream: { name },
      charged: { basis },
    });
    expect('retryAfter' in answer).toBe(httpStatus === 503);
    expect(await counters()).toEqual({ committed: used, settled: used });
    expect(harness.audit[0]).toMatchObject({ settlement: basis });
    expect(harness.metrics[0]).toMatchObject({ RateLimitApproved: 1, InvocationFailed: 1 });
  });

  test('of an unknown outcome costs nothing where the policy says so, and leaves nothing', async () => {
    const ledger = { ...harness.policy.ledger, unknownOutcome: 'release' as const };
    harness.policy = { ...harness.policy, ledger };
    harness.script = [failedWith('ModelTimeoutException')];
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ status: 504, charged: { basis: 'released', nanoUsd: 0 } });
    expect(await counters()).toEqual({ committed: 0, settled: 0 });
  });

  test.each([
    [
      'AccessDeniedException',
      'not authorized to perform the required AWS Marketplace actions',
      /Marketplace/,
    ],
    [
      'ResourceNotFoundException',
      'Model use case details have not been submitted',
      /use case details/,
    ],
    ['OptInRequired', 'The AWS Access Key Id needs a subscription for the service', /opted in/],
    [
      'AccessDeniedException',
      'User is not authorized to perform bedrock:InvokeModel',
      /role of the sentry/,
    ],
  ])('%s says what an operator can do', async (name, message, detail) => {
    harness.script = [{ outcome: 'failed', failure: { name, message } }];
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ detail: expect.stringMatching(detail), upstream: { message } });
  });

  test('is tried three times at the most, and only when it was certainly not billed', async () => {
    harness.script = [failedWith('ThrottlingException')];
    await harness.run(request());
    expect(harness.calls).toHaveLength(3);
    harness.script = [failedWith('InternalServerException')];
    await harness.run(request());
    expect(harness.calls).toHaveLength(4);
  });

  test('that ends well on the second try is a success', async () => {
    harness.script = [failedWith('ThrottlingException'), answered()];
    expect((await harness.run(request())).status).toBe('succeeded');
  });

  test('does not start a call that has no time left', async () => {
    const envelope = {
      request: request(),
      requestId: 'no-time',
      receivedAt: shared.table.clock.at,
      deadline: shared.table.clock.at + 1_600,
    };
    const { answer } = await harness.run(envelope);
    expect(answer).toMatchObject({ status: 504, charged: { basis: 'released' } });
    expect(harness.calls).toHaveLength(0);
    expect(await counters()).toEqual({ committed: 0, settled: 0 });
  });
});
describe('an answer whose usage is not known', () => {
  test.each([
    ['missing', undefined],
    ['partial', { inputTokens: 10 }],
    ['negative', { inputTokens: -1_000_000, outputTokens: -1_000_000 }],
    ['zero', { inputTokens: 0, outputTokens: 0 }],
  ])('%s: its worst case is charged', async (_, reported) => {
    harness.script = [
      { outcome: 'succeeded', content: [{ text: 'x' }], stopReason: 'end_turn', reported },
    ];
    const { answer } = await harness.run(request());
    if (!('cost' in answer) || !answer.cost) throw new Error('it was answered');
    const { nanoUsd, reservedNanoUsd, basis } = answer.cost;
    expect([nanoUsd, basis]).toEqual([reservedNanoUsd, 'worst_case']);
    expect(await counters('spend')).toEqual({ committed: nanoUsd, settled: nanoUsd });
    expect(harness.metrics[0]).toMatchObject({ UsageUncertain: 1 });
    expect(harness.audit[0]).toMatchObject({ settlement: 'worst_case', actualNanoUsd: nanoUsd });
    expect(harness.audit[0]).not.toHaveProperty('usage');
  });

  test('is charged also where calls of unknown outcome are free', async () => {
    const ledger = { ...harness.policy.ledger, unknownOutcome: 'release' as const };
    harness.policy = { ...harness.policy, ledger };
    harness.script = [
      {
        outcome: 'succeeded',
        content: [{ text: 'x' }],
        stopReason: 'end_turn',
        reported: undefined,
      },
    ];
    await harness.run(request());
    expect((await counters()).settled).toBe(1);
  });

  test('has one consistent reading: that is charged, and counted', async () => {
    const reported = { inputTokens: 10, outputTokens: 20, totalTokens: 50 };
    harness.script = [
      { outcome: 'succeeded', content: [{ text: 'x' }], stopReason: 'end_turn', reported },
    ];
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ usage: { inputTokens: 10, outputTokens: 40, totalTokens: 50 } });
    expect(harness.metrics[0]).toMatchObject({ UsageUncertain: 1 });
    expect(harness.audit[0]).toMatchObject({ settlement: 'settled' });
  });

  test('of an answer without a message is charged as far as it is known', async () => {
    const reported = { inputTokens: 10, outputTokens: 20, totalTokens: 30 };
    harness.script = [{ outcome: 'malformed', reported }];
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({
      status: 502,
      upstream: { name: 'MalformedAnswer' },
      charged: { basis: 'settled', nanoUsd: 110_000 },
    });
  });

  test('is never more than can be counted', async () => {
    const reported = { inputTokens: 2 ** 52, outputTokens: 5 };
    harness.script = [
      { outcome: 'succeeded', content: [{ text: 'x' }], stopReason: 'end_turn', reported },
    ];
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ cost: { basis: 'worst_case' } });
  });
});
