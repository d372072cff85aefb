import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { releaseTooLarge } from '../../../../../core/call/steps/request-too-large.ts';
import { reserveBudget } from '../../../../../core/call/steps/reserve-budget.ts';
import type { ApprovedCall } from '../../../../../core/call/steps/state.ts';
import { validateAndSetContext } from '../../../../../core/call/steps/validate-and-set-context.ts';
import { WaitingCalls } from '../../../../../core/call/steps/waiting-calls.ts';
import type { LedgerStore, SettleWrite } from '../../../../../core/ledger/ports.ts';
import { release } from '../../../../../core/ledger/settle.ts';
import { changed } from '../../../../ledger-simulation/changed-store.ts';
import { type CallHarness, callHarnessOn, request } from '../../../../support/call-harness.ts';
import { startLedger, type TestLedger } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

let table: TestLedger;
let harness: CallHarness;

let months = 0;
const configure = (ledger: object, more: object = {}) => {
  table.clock.set(new Date(Date.UTC(2040, months++, 15)).toISOString());
  const limits = [{ name: 'two', window: 'month', unit: 'requests', amount: 2 }];
  const retail = { model: 'haiku', models: ['haiku'], applications: ['faq'], limits };
  harness = callHarnessOn(
    table,
    policyOf(configWith({ cost_centers: { retail }, ledger, ...more })),
  );
};
beforeEach(async () => {
  table = await startLedger();
  configure({});
});
afterEach(() => table.close());

async function inFlight(): Promise<ApprovedCall> {
  const valid = await validateAndSetContext(harness.ports, request());
  if (valid.status !== 'valid') throw new Error(JSON.stringify(valid.answer));
  const run = { isRepeat: false, endsBy: table.clock.at + 60_000 };
  const reserved = await reserveBudget(harness.ports, valid, run);
  if (reserved.status !== 'approved') throw new Error(JSON.stringify(reserved.answer));
  return reserved;
}

describe('a denial', () => {
  test('by calls in flight says so, and asks for a repeat in seconds', async () => {
    await inFlight();
    await inFlight();
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ status: 429, limit: { name: 'two', reason: 'reserved' } });
    expect('retryAfter' in answer && answer.retryAfter).toBe(1);
    table.clock.set(new Date(table.clock.at + 4_000).toISOString());
    const later = (await harness.run(request())).answer;
    expect('retryAfter' in later && later.retryAfter).toBe(4);
    table.clock.set(new Date(table.clock.at + 300_000).toISOString());
    const late = (await harness.run(request())).answer;
    expect('retryAfter' in late && late.retryAfter).toBe(10);
  });

  test('by what is used names the end of the window', async () => {
    await harness.run(request());
    await harness.run(request());
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({ status: 429, limit: { name: 'two', reason: 'used' } });
    expect('retryAfter' in answer && answer.retryAfter).toBeGreaterThan(86_400);
  });

  test('by the number of calls in flight names the setting', async () => {
    configure({ in_flight_max: 1 });
    const call = await inFlight();
    const { answer } = await harness.run(request());
    expect(answer).toMatchObject({
      status: 429,
      code: 'limit_exceeded',
      detail: expect.stringContaining('ledger.in_flight_max'),
      limit: {
        owner: 'costCenter#retail',
        name: 'in_flight_max',
        window: 'in_flight',
        limit: 1,
        reserved: 1,
        requested: 1,
        reason: 'reserved',
      },
    });
    await release(table.ledger, call.reservation);
    expect((await harness.run(request())).status).toBe('succeeded');
  });
});

describe('with wait_seconds, a call that calls in flight deny', () => {
  const pausing = (whilePaused: () => Promise<void>) => ({
    sleep: async (milliseconds: number) => {
      table.clock.set(new Date(table.clock.at + milliseconds).toISOString());
      await whilePaused();
    },
  });

  test('is served when one of them ends', async () => {
    configure({ wait_seconds: 3 });
    const calls = [await inFlight(), await inFlight()];
    const end = async () => {
      const [first] = calls.splice(0, 1);
      if (first) await release(table.ledger, first.reservation);
    };
    Object.assign(harness.ports, { sleeper: pausing(end) });
    expect((await harness.run(request())).status).toBe('succeeded');
  });

  test('is denied when the time is over, and has written once', async () => {
    configure({ wait_seconds: 3 });
    await inFlight();
    await inFlight();
    const startedAt = table.clock.at;
    Object.assign(harness.ports, { sleeper: pausing(async () => undefined) });
    table.requests.clear();
    expect((await harness.run(request())).answer).toMatchObject({ limit: { reason: 'reserved' } });
    expect(table.clock.at - startedAt).toBeGreaterThan(1_500);
    expect(table.clock.at - startedAt).toBeLessThanOrEqual(3_000);
    expect(table.requests.get('UpdateItem')).toBeLessThanOrEqual(3);
    expect(table.requests.get('BatchGetItem')).toBeGreaterThan(2);
  });

  test('does not wait where what is used denies it', async () => {
    configure({ wait_seconds: 3 });
    await harness.run(request());
    await harness.run(request());
    Object.assign(harness.ports, { sleeper: pausing(() => Promise.reject(new Error('waited'))) });
    expect((await harness.run(request())).answer).toMatchObject({ limit: { reason: 'used' } });
  });

  test('does not wait for ledger.in_flight_max, which no counter shows', async () => {
    configure({ wait_seconds: 3, in_flight_max: 1 });
    await inFlight();
    Object.assign(harness.ports, { sleeper: pausing(() => Promise.reject(new Error('waited'))) });
    table.requests.clear();
    expect((await harness.run(request())).answer).toMatchObject({ limit: { window: 'in_flight' } });
    // The account, and the record of the denial.
    expect(table.requests.get('UpdateItem')).toBeLessThanOrEqual(2);
  });

  test('looks less and less often, also when others were faster to write', async () => {
    configure({ wait_seconds: 10 });
    await inFlight();
    await inFlight();
    // The counters that it reads show enough each time, and its writes are denied each time.
    const { ledger } = table;
    const reserved: number[] = [];
    const reserve: LedgerStore['reserve'] = (write) => {
      reserved.push(table.clock.at);
      return ledger.reserve(write);
    };
    const read: LedgerStore['read'] = async () => new Map();
    Object.assign(harness.ports, {
      ledger: changed(ledger, { reserve, read }),
      sleeper: pausing(async () => undefined),
    });
    expect((await harness.run(request())).answer).toMatchObject({ limit: { reason: 'reserved' } });
    const pauses = reserved.slice(1).map((at, i) => at - (reserved[i] ?? 0));
    expect(pauses.slice(0, 3)).toEqual([150, 300, 600]);
    expect(new Set(pauses.slice(3))).toEqual(new Set([750]));
    expect(reserved.length).toBeLessThanOrEqual(16);
  });

  test('keeps its reservation when a copy of an earlier release arrives late', async () => {
    const organization = { limits: [{ window: 'month', unit: 'requests', amount: 1 }] };
    configure({ wait_seconds: 3 }, { organization });
    const first = await inFlight();
    const { ledger } = table;
    const releases: SettleWrite[] = [];
    const settle: LedgerStore['settle'] = (write) => {
      releases.push(write);
      return ledger.settle(write);
    };
    Object.assign(harness.ports, {
      ledger: changed(ledger, { settle }),
      sleeper: pausing(() => release(ledger, first.reservation)),
    });
    const second = await inFlight();
    expect(second.reservation.accounts).toHaveLength(2);
    expect(releases).toHaveLength(1);
    for (const write of releases) {
      expect(await ledger.settle(write)).toEqual({ outcome: 'replayed' });
    }
    const month = new Date(table.clock.at).toISOString().slice(0, 7);
    const counters = await table.counters('account#costCenter#retail#0');
    expect(counters.get(`two_${month}`)).toEqual({ committed: 1, settled: 0 });
    await release(ledger, second.reservation);
  });

  test('does not wait where this process has no place for it', async () => {
    configure({ wait_seconds: 3 });
    await inFlight();
    await inFlight();
    Object.assign(harness.ports, {
      waiting: new WaitingCalls({ next: () => 0.5 }),
      sleeper: pausing(() => Promise.reject(new Error('waited'))),
    });
    expect((await harness.run(request())).status).toBe('denied');
  });
});

test('at most 10 % of a busy process waits', async () => {
  const waiting = new WaitingCalls({ next: () => 0.9 });
  const ends: (() => void)[] = [];
  const until = () => new Promise<void>((end) => void ends.push(end));
  const running = Array.from({ length: 25 }, () => waiting.run(until));
  const waits = Array.from({ length: 4 }, () => waiting.enter(until));
  expect(await waits[2]).toBeUndefined();
  expect(await waits[3]).toBeUndefined();
  expect(ends).toHaveLength(27);
  for (const end of ends) end();
  await Promise.all([...running, ...waits]);
});

describe('a call of several accounts', () => {
  /** The largest number of reserves in flight. */
  function watched(store: LedgerStore): { readonly store: LedgerStore; most: number } {
    let [now, most] = [0, 0];
    const reserve: LedgerStore['reserve'] = async (write) => {
      most = Math.max(most, ++now);
      try {
        return await store.reserve(write);
      } finally {
        now -= 1;
      }
    };
    return {
      store: changed(store, { reserve }),
      get most() {
        return most;
      },
    };
  }

  const shared = (amount: number) => ({
    organization: { limits: [{ window: 'month', unit: 'requests', amount }] },
  });

  test('reserves in order first, and in parallel once all were seen to have ample budget', async () => {
    configure(
      {},
      {
        ...shared(1_000),
        cost_centers: {
          retail: {
            model: 'haiku',
            models: ['haiku'],
            applications: ['faq'],
            limits: [{ window: 'month', unit: 'requests', amount: 1_000 }],
          },
        },
      },
    );
    const first = watched(table.ledger);
    Object.assign(harness.ports, { ledger: first.store });
    await harness.run(request());
    expect(first.most).toBe(1);
    const second = watched(table.ledger);
    Object.assign(harness.ports, { ledger: second.store });
    await harness.run(request());
    expect(second.most).toBe(2);
    table.clock.set(new Date(table.clock.at + 6_000).toISOString());
    const third = watched(table.ledger);
    Object.assign(harness.ports, { ledger: third.store });
    await harness.run(request());
    expect(third.most).toBe(1);
  });

  test('that its cost center denies writes to no shared account', async () => {
    configure({}, shared(1_000));
    await harness.run(request());
    await harness.run(request());
    const accounts: string[] = [];
    const { ledger } = table;
    const reserve: LedgerStore['reserve'] = (write) => {
      accounts.push(write.account);
      return ledger.reserve(write);
    };
    Object.assign(harness.ports, { ledger: changed(ledger, { reserve }) });
    expect((await harness.run(request())).status).toBe('denied');
    expect(accounts).toEqual(['account#costCenter#retail#0']);
  });
});

test('a call whose state is too large is released, and answered with 413', async () => {
  const call = await inFlight();
  const ports = { ledger: table.ledger, warn: () => undefined };
  const result = await releaseTooLarge(ports, call, 262_145, 262_144);
  expect(result).toMatchObject({ status: 'not_valid', answer: { status: 413 } });
  const all = await table.counters('account#costCenter#retail#0');
  const month = new Date(table.clock.at).toISOString().slice(0, 7);
  expect(all.get(`two_${month}`)).toEqual({ committed: 0, settled: 0 });
});
