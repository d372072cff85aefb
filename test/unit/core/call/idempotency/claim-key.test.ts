/** Requests with an idempotency key, through the real steps, on a real table. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { isProblem } from '../../../../../core/call/answers/answers.ts';
import { recordOutcome } from '../../../../../core/call/steps/record-outcome.ts';
import { reserveBudget } from '../../../../../core/call/steps/reserve-budget.ts';
import type { ValidCall, WorkflowOutput } from '../../../../../core/call/steps/state.ts';
import { validateAndSetContext } from '../../../../../core/call/steps/validate-and-set-context.ts';
import type { Caller } from '../../../../../core/caller.ts';
import { LedgerUnavailableError } from '../../../../../core/errors.ts';
import type { Policy } from '../../../../../core/policy/policy.ts';
import type { CallHarness } from '../../../../support/call-harness.ts';
import { answered, callHarnessOn, failedWith, request } from '../../../../support/call-harness.ts';
import { sharedLedger } from '../../../../support/ledger.ts';
import { limitsConfig, policyOf } from '../../../../support/policy.ts';

const RUN = { isRepeat: false, endsBy: 0 };
const shared = sharedLedger();
let harness: CallHarness;
let keys = 0;
let key = '';

const policyWith = (over: Record<string, unknown> = {}): Policy =>
  policyOf(limitsConfig([{ name: 'two', window: 'month', unit: 'requests', amount: 2 }], over));

beforeEach(() => {
  // A separate key and window for every test.
  key = `key-${++keys}`;
  shared.table.clock.set(new Date(Date.UTC(2030, 2 * keys, 15)).toISOString());
  harness = callHarnessOn(shared.table, policyWith());
});

const envelope = (over: Record<string, unknown> = {}) => ({
  request: request(),
  requestId: harness.ports.ids.uuid(),
  receivedAt: shared.table.clock.now(),
  idempotencyKey: key,
  ...over,
});
const run = (over: Record<string, unknown> = {}) => harness.run(envelope(over));

const outcome = ({ answer }: WorkflowOutput) =>
  isProblem(answer) ? `${answer.status} ${answer.code}` : `200 ${answer.replayed ?? 'new'}`;

const counted = async () => {
  const month = new Date(shared.table.clock.at).toISOString().slice(0, 7);
  const all = await shared.table.counters('account#costCenter#retail#0');
  const { committed, settled } = all.get(`two_${month}`) ?? { committed: 0, settled: 0 };
  return `${settled}/${committed - settled}`;
};

const LEASE_SECONDS = 420;
const DEAD_MS = (LEASE_SECONDS + 120) * 1000;
const pass = (milliseconds: number) => {
  shared.table.clock.at += milliseconds;
};

const away = async () => {
  throw new LedgerUnavailableError('away');
};

describe('requests with one key', () => {
  test('at once: one is called and charged, the others learn its id', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => run()));
    const [first, ...more] = all.filter(({ status }) => status === 'succeeded');
    expect([first?.status, more]).toEqual(['succeeded', []]);
    for (const each of all.filter((one) => one !== first)) {
      expect(['409 request_in_progress', '409 request_completed']).toContain(outcome(each));
      expect(each.answer).toMatchObject({ originalRequestId: first?.answer.requestId });
      expect(each.answer.requestId).not.toBe(first?.answer.requestId);
    }
    expect(harness.calls).toHaveLength(1);
    expect(await counted()).toBe('1/0');
  });

  test('one after the other: the second gets what the first used and cost', async () => {
    const first = await run();
    expect(outcome(first)).toBe('200 new');
    const second = await run();
    expect(outcome(second)).toBe('409 request_completed');
    expect(second.answer).toMatchObject({
      originalRequestId: first.answer.requestId,
      usage: { inputTokens: 10, outputTokens: 20, totalTokens: 30 },
      cost: { currency: 'USD', nanoUsd: 110_000 },
    });
    expect(JSON.stringify(second)).not.toContain('Hello.');
    expect([harness.calls.length, await counted()]).toEqual([1, '1/0']);
  });

  test('where content may be kept, the repeat gets the whole answer again', async () => {
    harness = callHarnessOn(shared.table, policyWith({ log_prompts: true }));
    const first = await run();
    const second = await run();
    expect(second).toEqual({
      status: 'replayed',
      answer: { ...first.answer, replayed: true },
    });
    expect(second.answer).toMatchObject({ message: { content: [{ text: 'Hello.' }] } });
    expect([harness.calls.length, await counted()]).toEqual([1, '1/0']);
    expect(harness.audit[1]).toMatchObject({
      decision: 'replayed',
      originalRequestId: first.answer.requestId,
    });
    expect(harness.audit[1]).not.toHaveProperty('actualNanoUsd');
    expect(harness.metrics.at(-1)).toMatchObject({ TotalRequests: 1, RateLimitApproved: 0 });
  });

  test('an answer too long for an item is kept without its content', async () => {
    harness = callHarnessOn(shared.table, policyWith({ log_prompts: true }));
    const said = { ...answered(), content: [{ text: 'é'.repeat(100_000) }] };
    harness.script = [said];
    expect(outcome(await run())).toBe('200 new');
    expect(outcome(await run())).toBe('409 request_completed');
  });

  test('another request is refused, while the first runs and after it', async () => {
    const other = { request: request({ model: 'micro' }) };
    await Promise.all([run(), run(other)]);
    const late = await run(other);
    expect(outcome(late)).toBe('422 idempotency_key_reused');
    expect(harness.calls).toHaveLength(1);
  });

  test('after a day the key is free again', async () => {
    await run();
    pass(86_399_000);
    expect(outcome(await run())).toBe('409 request_completed');
    pass(1_000);
    expect(outcome(await run())).toBe('200 new');
  });

  test('of two callers know nothing of each other', async () => {
    const of = (name: string): { caller: Caller } => ({
      caller: { kind: 'iam', arn: `arn:aws:sts::111122223333:assumed-role/${name}/session` },
    });
    expect(outcome(await run(of('sales')))).toBe('200 new');
    expect(outcome(await run(of('support')))).toBe('200 new');
    expect(outcome(await run(of('sales')))).toBe('409 request_completed');
  });

  test('takes four writes and no read', async () => {
    shared.table.requests.clear();
    await run();
    expect(Object.fromEntries(shared.table.requests)).toEqual({ UpdateItem: 4 });
  });
});

describe('a call that was not charged frees its key', () => {
  test('denied, and let through in the next window', async () => {
    await harness.run(request());
    await harness.run(request());
    expect(outcome(await run())).toBe('429 limit_exceeded');
    expect(outcome(await run())).toBe('429 limit_exceeded');
    pass(31 * 86_400_000);
    expect(outcome(await run())).toBe('200 new');
    expect(outcome(await run())).toBe('409 request_completed');
  });

  test('refused by the model before it worked', async () => {
    harness.script = [failedWith('AccessDeniedException'), answered()];
    expect(outcome(await run())).toBe('502 invocation_failed');
    expect(outcome(await run())).toBe('200 new');
    expect(await counted()).toBe('1/0');
  });

  test('not valid: the key was never taken', async () => {
    expect(outcome(await run({ request: request({ model: 'ghost' }) }))).toBe('400 unknown_model');
    expect(outcome(await run())).toBe('200 new');
  });

  test('the ledger away when it was to reserve', async () => {
    const { ledger } = harness.ports;
    Object.assign(harness.ports, {
      ledger: Object.assign(Object.create(ledger), { reserve: away }),
    });
    expect(outcome(await run())).toBe('503 ledger_unavailable');
    Object.assign(harness.ports, { ledger });
    expect(outcome(await run())).toBe('200 new');
  });
});

describe('a call that may have been charged keeps its key', () => {
  test('its outcome unknown: a repeat gets that answer and calls nothing', async () => {
    harness.script = [failedWith('ModelTimeoutException'), answered()];
    const first = await run();
    expect(outcome(first)).toBe('504 invocation_failed');
    const second = await run();
    expect(outcome(second)).toBe('409 request_completed');
    expect(second.answer).toMatchObject({
      originalRequestId: first.answer.requestId,
      upstream: { name: 'ModelTimeoutException' },
      charged: { basis: 'worst_case' },
    });
    expect(second.answer).not.toHaveProperty('retryAfter');
    expect([harness.calls.length, await counted()]).toEqual([1, '1/0']);
  });

  test('its invoking step lost on the way', async () => {
    const reserved = await reserveBudget(harness.ports, await valid(), RUN);
    if (reserved.status !== 'approved') throw new Error(reserved.status);
    await recordOutcome(harness.ports, reserved);
    expect(outcome(await run())).toBe('409 request_completed');
  });

  test('its end not written: reported as running until its lease is over', async () => {
    const { idempotency } = harness.ports;
    const broken = { claim: idempotency.claim.bind(idempotency), complete: away, release: away };
    Object.assign(harness.ports, { idempotency: broken });
    expect(outcome(await run())).toBe('200 new');
    expect(harness.warnings).toEqual([
      'the end of a call could not be kept under its idempotency key',
    ]);
    Object.assign(harness.ports, { idempotency });
    pass(DEAD_MS - 1_000);
    expect(outcome(await run())).toBe('409 request_in_progress');
    expect(harness.calls).toHaveLength(1);
  });
});

const valid = async (over: Record<string, unknown> = {}): Promise<ValidCall> => {
  const state = await validateAndSetContext(harness.ports, envelope(over));
  if (state.status !== 'valid') throw new Error(JSON.stringify(state.answer));
  return state;
};

describe('a reserving step', () => {
  test('that runs again for the same call finds its own claim and its own reservation', async () => {
    const call = await valid();
    expect((await reserveBudget(harness.ports, call, RUN)).status).toBe('approved');
    expect((await reserveBudget(harness.ports, call, { ...RUN, isRepeat: true })).status).toBe(
      'approved',
    );
    expect(await counted()).toBe('0/1');
    expect(outcome(await run())).toBe('409 request_in_progress');
  });

  test('that was lost leaves the key until the lease is over, then a repeat runs', async () => {
    const call = await valid();
    await reserveBudget(harness.ports, call, RUN);
    await recordOutcome(harness.ports, call);
    const meanwhile = await run();
    expect(outcome(meanwhile)).toBe('409 request_in_progress');
    expect(meanwhile.answer).toMatchObject({
      originalRequestId: call.tags.requestId,
      retryAfter: 5,
    });
    pass(DEAD_MS + 1_000);
    // Under the same id, and before any sweep.
    expect(outcome(await run({ requestId: call.tags.requestId }))).toBe('200 new');
  });

  test.each(['deny', 'allow'])(
    'lets nothing through unclaimed when the policy says %s',
    async (on) => {
      harness = callHarnessOn(shared.table, policyWith({ ledger: { on_ledger_error: on } }));
      Object.assign(harness.ports, { idempotency: { claim: away, complete: away, release: away } });
      const refused = await run();
      expect(outcome(refused)).toBe('503 ledger_unavailable');
      expect(refused.answer).toMatchObject({ retryAfter: 5 });
      expect(harness.warnings[0]).toBe('an idempotency key could not be claimed');
      expect([harness.calls.length, await counted()]).toEqual([0, '0/0']);
    },
  );

  test('tells the log why, and nothing of the request', async () => {
    const answers: unknown[] = [];
    Object.assign(harness.ports, {
      idempotency: { claim: away },
      warn: (...said: unknown[]) => answers.push(said),
    });
    await reserveBudget(harness.ports, await valid(), RUN);
    expect(answers).toEqual([
      ['an idempotency key could not be claimed', new LedgerUnavailableError('away')],
    ]);
  });

  test('is not delayed by a repeat that it rejected', async () => {
    const call = await valid();
    await reserveBudget(harness.ports, call, RUN);
    await run();
    expect(outcome(await run())).toBe('409 request_in_progress');
  });
});

describe('a request named by who starts the workflow', () => {
  const named = (requestId: unknown, over: Record<string, unknown> = {}) =>
    harness.run({ requestId, request: request(), ...over });

  test('is charged once under its name', async () => {
    const first = await named(key);
    expect(outcome(first)).toBe('200 new');
    expect(first.answer.requestId).toBe(key);
    const second = await named(key);
    expect(outcome(second)).toBe('409 request_completed');
    expect(second.answer).toMatchObject({ requestId: key, originalRequestId: key });
    expect([harness.calls.length, await counted()]).toEqual([1, '1/0']);
  });

  test.each([
    ['', '$.requestId'],
    [42, '$.requestId'],
    ['x'.repeat(256), '$.requestId'],
    ['ä', '$.requestId'],
  ])('may not be named %j', async (name, path) => {
    const { answer } = await named(name);
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path }] });
    expect(answer.requestId).not.toBe(name);
  });

  test('reports all problems at once', async () => {
    const { answer } = await named('', { request: {}, reqest: 1 });
    const paths = isProblem(answer) ? answer.errors?.map(({ path }) => path) : [];
    expect(paths).toEqual(['$.requestId', '$.reqest', '$.model', '$.prompt', '$.tags']);
  });

  test('a key in an envelope is checked like one in a header', async () => {
    const { answer } = await run({ idempotencyKey: 7 });
    expect(answer).toMatchObject({ status: 400, errors: [{ path: '$.idempotencyKey' }] });
  });
});
