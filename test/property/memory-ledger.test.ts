/**
 * The ledger in memory that a replay uses answers as the table's adapter does. Method: random
 * requests go to both, the adapter over the model of DynamoDB; every answer and all that is kept is
 * compared.
 */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from '@jest/globals';
import { MemoryLedger } from '../../core/insight/simulate/memory-ledger.ts';
import type { AccountSnapshot, LedgerStore } from '../../core/ledger/ports.ts';
import {
  ACCOUNTS,
  type Adapters,
  adapterStep,
  adaptersOf,
} from '../conformance/support/adapter-history.ts';
import { answerOf, clientOver } from '../ledger-simulation/dynamodb/client.ts';
import { DynamoDbModel } from '../ledger-simulation/dynamodb/model.ts';
import { randomOf } from '../ledger-simulation/random.ts';
import { ManualClock } from '../support/ledger.ts';

const HISTORIES = 60;
const STEPS = 60;
const COMPARED_EVERY = 10;

/** Quicker than `expect`, which says what differs. */
function same(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect([what, actual]).toEqual([what, expected]);
}

/** Ends some of the reservations that are there: chance alone seldom finds one. */
async function sweep(store: LedgerStore): Promise<void> {
  for await (const { expired } of store.contents([...ACCOUNTS], 1_060)) {
    const [first] = expired;
    if (first) await store.expire({ ...first, charge: true, restrictsUntil: 2_000 });
  }
}

/** Asks both, and holds their answers against each other. */
function twin(table: LedgerStore, memory: LedgerStore, answered: (name: string) => void) {
  const both = async <T>(name: string, ask: (store: LedgerStore) => Promise<T>): Promise<T> => {
    const [one, other] = [await ask(table), await ask(memory)];
    same(other, one, name);
    const outcome = typeof one === 'object' && one && 'outcome' in one ? one.outcome : '';
    answered(`${name} ${outcome}`);
    return one;
  };
  const store: LedgerStore = {
    reserve: (write) => both('reserve', (ledger) => ledger.reserve(write)),
    startSession: (start) => both('startSession', (ledger) => ledger.startSession(start)),
    settle: (write) => both('settle', (ledger) => ledger.settle(write)),
    expire: (write) => both('expire', (ledger) => ledger.expire(write)),
    prune: (write) => both('prune', (ledger) => ledger.prune(write)),
    rank: (...args) => table.rank(...args),
    claimAlert: (...args) => both('claimAlert', (ledger) => ledger.claimAlert(...args)),
    markPublished: (...args) => both('markPublished', (ledger) => ledger.markPublished(...args)),
    find: (...args) => both('find', (ledger) => ledger.find(...args)),
    takeOver: (...args) => both('takeOver', (ledger) => ledger.takeOver(...args)),
    read: (accounts) => both('read', async (ledger) => kept(await ledger.read(accounts))),
    contents: (...args) => table.contents(...args),
  };
  return store;
}

/** An account that holds nothing any more is as good as none. */
const kept = <T extends { size: number }>(counters: ReadonlyMap<string, T>) =>
  new Map([...counters].filter(([, { size }]) => size > 0));

async function everything(store: LedgerStore, now: number): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for await (const contents of store.contents([...ACCOUNTS], now)) {
    const { counters, alertStates, expired, staleMarkers } = sorted(contents);
    if (counters.length + alertStates.length + expired.length + staleMarkers.length === 0) continue;
    found.push(sorted(contents));
  }
  return found;
}

const sorted = (contents: AccountSnapshot) => ({
  account: contents.account,
  counters: [...contents.counters].sort(),
  alertStates: [...contents.alertStates]
    .map(([key, marks]) => [key, [...marks].sort()] as const)
    .filter(([, marks]) => marks.length > 0)
    .sort(),
  inFlight: [...contents.inFlight].sort(),
  expired: [...contents.expired].sort((a, b) => (a.reservationId < b.reservationId ? -1 : 1)),
  staleMarkers: [...contents.staleMarkers].sort(),
  idleCounters: [...contents.idleCounters].sort(),
});

test('the ledger in memory answers as the one on the table', async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const random = randomOf('memory-ledger', seed);
    const model = new DynamoDbModel({ allOld: true });
    const client = clientOver(async (sent) => answerOf(model, sent));
    const adapters = adaptersOf(client, 'ledger');
    const memory = new MemoryLedger(new ManualClock());
    const both: Adapters = {
      ...adapters,
      ledger: twin(adapters.ledger, memory, (s) => seen.add(s)),
    };
    for (let step = 0; step < STEPS; step++) {
      await adapterStep(random, both);
      if (random.chance(0.1)) await sweep(both.ledger);
      if (step % COMPARED_EVERY !== 0) continue;
      const now = random.pick([900, 1_030, 2_500]);
      same(await everything(memory, now), await everything(adapters.ledger, now), 'contents');
    }
  }
  // States that the histories do not reach are not compared.
  expect([...seen].sort()).toEqual([
    'claimAlert ',
    'expire ',
    'find ',
    'markPublished ',
    'prune ',
    'read ',
    'reserve conflict',
    'reserve denied',
    'reserve replayed',
    'reserve reserved',
    'settle replayed',
    'settle settled',
    'startSession ',
    'takeOver ',
  ]);
});
