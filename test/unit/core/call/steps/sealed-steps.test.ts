/**
 * Goal: a step that is invoked on its own runs no model for a state that the step before did not
 * make. Method: the real steps and a real ledger, with the state as JSON between them.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSealKeys } from '../../../../../adapters/dynamodb-seal-keys.ts';
import { newSealKey, systemMac } from '../../../../../adapters/system.ts';
import { createSeals, type Seals } from '../../../../../core/call/state-seal/seals.ts';
import { recordOutcome } from '../../../../../core/call/steps/record-outcome.ts';
import { invokeSealed, reserveSealed } from '../../../../../core/call/steps/sealed-steps.ts';
import type { ApprovedCall, ValidCall } from '../../../../../core/call/steps/state.ts';
import { validateAndSetContext } from '../../../../../core/call/steps/validate-and-set-context.ts';
import { type CallHarness, callHarnessOn, request } from '../../../../support/call-harness.ts';
import { startLedger, type TestLedger } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const RUN = { isRepeat: false, endsBy: 0 };
let table: TestLedger;
let harness: CallHarness;
let seals: Seals;

const limits = [{ name: 'spend', window: 'month', unit: 'usd', amount: 100 }];
const center = (over: object = {}) => ({
  model: 'haiku',
  models: ['haiku'],
  applications: ['faq'],
  limits,
  ...over,
});
const policy = policyOf(configWith({ cost_centers: { retail: center() } }));

const sealsOf = (creates: boolean): Seals =>
  createSeals(
    createSealKeys({
      client: table.client,
      tableName: table.table,
      clock: table.clock,
      ...(creates && { newKey: newSealKey }),
    }),
    systemMac,
  );

beforeAll(async () => {
  table = await startLedger();
});
afterAll(() => table.close());
beforeEach(() => {
  harness = callHarnessOn(table, policy);
  seals = sealsOf(true);
});

const overTheWire = <T>(state: T): T => JSON.parse(JSON.stringify(state));

async function validCall(): Promise<ValidCall> {
  const state = await validateAndSetContext({ ...harness.ports, seals }, request());
  if (state.status !== 'valid') throw new Error(JSON.stringify(state.answer));
  return overTheWire(state);
}

async function approvedCall(): Promise<ApprovedCall> {
  const ports = { ...harness.ports, seals: sealsOf(false) };
  const state = await reserveSealed(ports, await validCall(), RUN);
  if (state.status !== 'approved') throw new Error(JSON.stringify(state.answer));
  return overTheWire(state);
}

const invoke = (state: ApprovedCall) =>
  invokeSealed({ ...harness.ports, seals: sealsOf(false) }, state, table.clock.now() + 60_000);

describe('the steps as separate functions', () => {
  test('run a call whose state each of them made', async () => {
    const done = await invoke(await approvedCall());
    expect(done.status).toBe('succeeded');
    expect(harness.calls).toHaveLength(1);
  });

  test('take the error that the workflow adds before it repeats the reserving step', async () => {
    const again = { ...(await validCall()), error: { Error: 'States.Timeout' } };
    const state = await reserveSealed({ ...harness.ports, seals }, again, {
      ...RUN,
      isRepeat: true,
    });
    expect(state.status).toBe('approved');
  });

  test.each<[string, (state: ApprovedCall) => object]>([
    ['no seal', ({ ...state }) => ({ ...state, seal: undefined })],
    ['a made-up seal', (state) => ({ ...state, seal: 'x'.repeat(43) })],
    [
      'a higher bound',
      (state) => ({
        ...state,
        candidate: { ...state.candidate, inferenceConfig: { maxTokens: 128_000 } },
      }),
    ],
    ['another model', (state) => ({ ...state, candidate: { ...state.candidate, modelId: 'x' } })],
    ['another prompt', (state) => ({ ...state, prompt: { messages: [], system: [] } })],
    ['no accounts', (state) => ({ ...state, reservation: { ...state.reservation, accounts: [] } })],
    [
      'the claim that nothing had to be reserved',
      (state) => ({ ...state, reservation: { ...state.reservation, basis: 'unreserved' } }),
    ],
    [
      'a longer lease',
      (state) => ({
        ...state,
        reservation: { ...state.reservation, leaseExpiresAt: 9_999_999_999 },
      }),
    ],
  ])('the invoking step refuses a state with %s', async (_, forge) => {
    const state = await approvedCall();
    await expect(invoke(Object.assign({}, state, forge(state)))).rejects.toThrow(
      /was not made by the previous step/,
    );
    expect(harness.calls).toHaveLength(0);
  });

  test('the invoking step refuses a state without any sense', async () => {
    for (const state of [null, 7, 'x', [], {}, { status: 'approved' }]) {
      const forged: ApprovedCall = JSON.parse(JSON.stringify(state));
      await expect(invoke(forged)).rejects.toThrow(/was not made by the previous step/);
    }
    expect(harness.calls).toHaveLength(0);
  });

  test('the invoking step refuses a reservation that has ended, and nothing is charged', async () => {
    const state = await approvedCall();
    await recordOutcome(harness.ports, overTheWire(await invoke(state)));
    const repeated = await invoke(state);
    expect(repeated).toMatchObject({
      status: 'failed',
      failure: { name: 'ReservationEnded' },
      answer: { status: 502, charged: { nanoUsd: 0 } },
    });
    expect(harness.calls).toHaveLength(1);
  });

  test('the reserving step seals nothing that the validating step did not make', async () => {
    const state = await validCall();
    const [candidate] = state.candidates;
    const forged = { ...state, candidates: [{ ...candidate, modelId: 'other' }] as const };
    await expect(reserveSealed({ ...harness.ports, seals }, forged, RUN)).rejects.toThrow(
      /was not made by the previous step/,
    );
  });

  test('a seal of another deployment is worth nothing', async () => {
    const others = createSeals(
      { load: async () => 'other', reload: async () => 'other' },
      systemMac,
    );
    const { seal: _, ...state } = Object.assign({ seal: '' }, await approvedCall());
    await expect(invoke(await others.seal(state))).rejects.toThrow(/was not made/);
  });

  test('all functions use the key that was written first', async () => {
    const [one, two] = [sealsOf(true), sealsOf(true)];
    const [first, second] = await Promise.all([one.seal({ a: 1 }), two.seal({ a: 1 })]);
    expect(first.seal).toBe(second.seal);
  });
});

describe('the start of the workflow while identity is on', () => {
  const bound = policyOf(
    configWith({
      cost_centers: {
        retail: center({ callers: { iam_role_arns: ['arn:aws:iam::111122223333:role/retail-*'] } }),
      },
    }),
  );
  const caller = {
    kind: 'iam',
    arn: 'arn:aws:sts::111122223333:assumed-role/retail-app/session',
  } as const;
  const start = (input: unknown, acceptsDirectStarts = false) =>
    validateAndSetContext(
      {
        ...harness.ports,
        policies: { load: async () => bound },
        identity: { isOn: true, acceptsDirectStarts },
        seals,
      },
      input,
    );
  const envelope = () => ({
    request: request(),
    requestId: 'r-1',
    receivedAt: table.clock.now(),
    caller,
  });

  test('while identity is off a caller is recorded and binds nothing', async () => {
    const identity = { isOn: false, acceptsDirectStarts: false };
    const stranger = { ...caller, arn: 'arn:aws:sts::111122223333:assumed-role/hr/session' };
    const sealed = await seals.seal({ ...envelope(), requestId: 'r-0', caller: stranger });
    const ports = { ...harness.ports, policies: { load: async () => bound }, identity, seals };
    const state = await validateAndSetContext(ports, overTheWire(sealed));
    expect(state).toMatchObject({ status: 'valid', caller: stranger });
    await recordOutcome(harness.ports, state);
    expect(harness.audit.at(-1)).toMatchObject({ caller: stranger });
  });

  test("the gateway's envelope is believed", async () => {
    const state = await start(overTheWire(await seals.seal(envelope())));
    expect(state).toMatchObject({ status: 'valid', caller, tags: { costCenter: 'retail' } });
  });

  test('a start without a caller is refused', async () => {
    for (const input of [request(), { requestId: 'r-2', request: request() }]) {
      const { status, answer } = await start(input);
      expect(status).toBe('not_valid');
      expect(answer).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
  });

  test('a start without a caller is accepted where its starter is named', async () => {
    const state = await start({ requestId: 'r-3', request: request() }, true);
    expect(state).toMatchObject({ status: 'valid' });
    expect(state).not.toHaveProperty('caller');
  });

  test('a caller that the gateway did not state is refused, whatever starts the workflow', async () => {
    const sealed = overTheWire(await seals.seal(envelope()));
    const other = { ...caller, arn: 'arn:aws:sts::111122223333:assumed-role/retail-x/y' };
    for (const accepted of [false, true]) {
      expect((await start({ ...sealed, caller: other }, accepted)).answer).toMatchObject({
        status: 401,
        code: 'unauthenticated',
      });
      expect((await start(envelope(), accepted)).answer).toMatchObject({
        status: 400,
        errors: [{ path: '$.receivedAt' }, { path: '$.caller' }],
      });
    }
  });

  test('without the key nothing is believed and nothing is called', async () => {
    const away = { load: async () => undefined, reload: async () => undefined };
    const state = await validateAndSetContext(
      { ...harness.ports, seals: createSeals(away, systemMac) },
      request(),
    );
    expect(state).toMatchObject({ status: 'unavailable', answer: { status: 503 } });
  });
});

describe('an envelope', () => {
  test.each<[string, object, string[]]>([
    ['an id of 256 characters', { requestId: 'x'.repeat(256) }, ['$.requestId']],
    ['an empty id', { requestId: '' }, ['$.requestId']],
    ['an id with a line break', { requestId: 'a\nb' }, ['$.requestId']],
    ['an id that is a number', { requestId: 5 }, ['$.requestId']],
    ['no id', { requestId: undefined }, ['$.requestId']],
    ['a time beyond all dates', { receivedAt: 1e300 }, ['$.receivedAt']],
    ['a time that is text', { receivedAt: 'now' }, ['$.receivedAt']],
    ['a fraction of a time', { deadline: 1.5 }, ['$.deadline']],
    ['a caller that is text', { caller: 'x' }, ['$.caller']],
    ['a caller of no kind', { caller: {} }, ['$.caller.kind']],
    ['a role without an ARN', { caller: { kind: 'iam' } }, ['$.caller.arn']],
    ['an ARN that is a number', { caller: { kind: 'iam', arn: 5 } }, ['$.caller.arn']],
    ['a token without claims', { caller: { kind: 'jwt' } }, ['$.caller.claims']],
    [
      'claims that are no text',
      { caller: { kind: 'jwt', claims: { a: 1 } } },
      ['$.caller.claims.a'],
    ],
    ['a member that no one knows', { __proto__x: 1 }, ['$.__proto__x']],
    ['an empty key', { idempotencyKey: '' }, ['$.idempotencyKey']],
  ])('with %s is a 400 that names the place', async (_, over, paths) => {
    const input = { request: request(), requestId: 'r-1', receivedAt: 1, ...over };
    const { status, answer, tags } = await validateAndSetContext(harness.ports, input);
    expect(status).toBe('not_valid');
    expect(answer).toMatchObject({ status: 400, errors: paths.map((path) => ({ path })) });
    expect(tags.requestId).toMatch(/^[\x20-\x7e]{1,255}$/);
  });
});
