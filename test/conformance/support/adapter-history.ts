/** Random requests as the product makes them: its own adapters write and read, nothing else. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbIdempotency } from '../../../adapters/dynamodb-idempotency.ts';
import { DynamoDbLedger } from '../../../adapters/dynamodb-ledger.ts';
import { createDynamoDbOverrides } from '../../../adapters/dynamodb-overrides.ts';
import { createDynamoDbSweepStore } from '../../../adapters/dynamodb-sweep.ts';
import { problemDetails } from '../../../core/call/answers/answers.ts';
import type {
  ExpiredReservation,
  LedgerStore,
  ReserveWrite,
  SweepStore,
} from '../../../core/ledger/ports.ts';
import type { ShardLayout } from '../../../core/policy/policy.ts';
import type { OverrideStore } from '../../../core/policy/ports.ts';
import type { Random } from '../../ledger-simulation/random.ts';
import { ManualClock } from '../../support/ledger.ts';

/** Everything that writes to the ledger's table. */
export interface Adapters {
  readonly ledger: LedgerStore;
  readonly settings: SweepStore;
  readonly overrides: OverrideStore;
  readonly idempotency: DynamoDbIdempotency;
}

export const adaptersOf = (client: DynamoDBClient, table: string): Adapters => ({
  ledger: new DynamoDbLedger(client, table, new ManualClock()),
  settings: createDynamoDbSweepStore(client, table),
  overrides: createDynamoDbOverrides(client, table),
  idempotency: new DynamoDbIdempotency(client, table),
});

// Few of each, so that requests meet what others left.
export const ACCOUNTS = ['account#costCenter#sales#0', 'account#model#haiku#0'] as const;
const IDS = ['one', 'two', '0d9f-3', 'call.4', 'five', 'six', 'seven', 'eight'] as const;
const ATTEMPTS = ['first', 'second'] as const;
const COUNTERS = ['usd_2026-11', 'day-tokens_2026-11-23', 'm_2026-11-23T14:05'] as const;
const LEASES = [1_000, 1_060] as const;
const LAYOUTS: readonly [ShardLayout, ...ShardLayout[]] = [
  [{ shards: 1, from: 0 }],
  [{ shards: 4, from: 0 }],
];
const MARKS = ['50', '80', 'denied-100'] as const;
const TIMES = [1_000, 2_000, 4_000] as const;
const TAGS = { requestId: 'one', timestamp: '2026-11-23T14:05:30.000Z' };
const FAILED = problemDetails('invocation_failed', TAGS, 'The model did not answer.');
// Small ones most often, so that sums meet a ceiling exactly.
const AMOUNTS = [0, 1, 1, 1, 2, 2, 3, 999_999_999, 4_503_599_627_370_496] as const;

/** One step of a history: one call of a port, whatever it then answers. */
export async function adapterStep(random: Random, adapters: Adapters): Promise<void> {
  const often = random.pick([reserve, reserve, reserve, settle, expire]);
  const step = random.pick([often, often, often, prune, publish, read, change, claim, start]);
  await step(random, adapters);
}

/** The id decides whose call it is. */
const centerOf = (id: string): string => (id.length > 4 ? 'sales' : 'research');

const amount = (random: Random): number => random.pick(AMOUNTS);
const someOf = <T>(random: Random, all: readonly T[]): readonly T[] =>
  all.filter(() => random.chance(0.5));

async function reserve(random: Random, { ledger }: Adapters): Promise<void> {
  const reservationId = random.pick(IDS);
  const hold = (key: string): ReserveWrite['amounts'][number] => ({
    key,
    amount: amount(random),
    ...(random.chance(0.7) && { ceiling: random.integer(0, 5) }),
  });
  await ledger.reserve({
    account: random.pick(ACCOUNTS),
    reservationId,
    otherIds: random.chance(0.3) ? ['call.4.1'] : [],
    attemptId: random.pick(ATTEMPTS),
    leaseExpiresAt: random.pick(LEASES),
    amounts: someOf(random, COUNTERS).map(hold),
    inFlight: {
      costCenter: centerOf(reservationId),
      max: random.pick([1, 3, 400]),
      ...(random.chance(0.5) && { restricted: { max: random.pick([1, 3]), now: 1_000 } }),
    },
  });
}

/** Sessions that a caller begins. */
async function start(random: Random, { ledger }: Adapters): Promise<void> {
  await ledger.startSession({
    account: 'account#sessions#key#sales#ci',
    minute: random.pick(['2026-11-23T14:05', '2026-11-23T14:06']),
    session: random.pick(IDS),
    max: random.pick([1, 2, 4]),
    keptUntil: 9_000,
  });
}

async function settle(random: Random, { ledger }: Adapters): Promise<void> {
  const reservationId = random.pick(IDS);
  const change = (key: string) => ({ key, reserved: amount(random), actual: amount(random) });
  await ledger.settle({
    account: random.pick(ACCOUNTS),
    reservationId,
    attemptId: random.pick(ATTEMPTS),
    costCenter: centerOf(reservationId),
    amounts: someOf(random, COUNTERS).map(change),
    closes: random.chance(0.3),
    chargesUnreserved: random.chance(0.5),
  });
}

async function expire(random: Random, { ledger }: Adapters): Promise<void> {
  const reservationId = random.pick(IDS);
  const entry: ExpiredReservation = {
    account: random.pick(ACCOUNTS),
    reservationId,
    attemptId: random.pick(ATTEMPTS),
    leaseExpiresAt: random.pick(LEASES),
    amounts: new Map(someOf(random, COUNTERS).map((key) => [key, amount(random)])),
    costCenter: centerOf(reservationId),
  };
  const restriction = random.chance(0.5) ? { restrictsUntil: random.pick([900, 2_000]) } : {};
  await ledger.expire({ ...entry, charge: random.chance(0.5), ...restriction });
}

async function prune(random: Random, { ledger }: Adapters): Promise<void> {
  const account = random.pick(ACCOUNTS);
  const seen = (await ledger.read([account])).get(account) ?? new Map();
  const idle = new Set<string>();
  const centers: string[] = [];
  for await (const { idleCounters, inFlight } of ledger.contents([account], 0)) {
    for (const key of idleCounters) idle.add(key);
    centers.push(...someOf(random, [...inFlight.keys()]));
  }
  // As the sweep: what a reservation refers to stays.
  const counters = someOf(
    random,
    [...seen].filter(([key]) => idle.has(key)),
  );
  // Sometimes as they no longer are: then they must stay.
  const moved = counters.map(
    ([key, state]) => [key, { ...state, settled: amount(random) }] as const,
  );
  const marks = (key: string) =>
    [key, new Map(someOf(random, MARKS).map((mark) => [mark, true]))] as const;
  await ledger.prune({
    account,
    markers: someOf(random, IDS),
    counters: new Map(random.chance(0.7) ? counters : moved),
    alertStates: new Map(someOf(random, COUNTERS).map(marks)),
    idleCostCenters: centers,
  });
}

async function publish(random: Random, { ledger }: Adapters): Promise<void> {
  const account = random.pick(ACCOUNTS);
  const [counter, mark] = [random.pick(COUNTERS), random.pick(MARKS)];
  if (random.chance(0.5)) await ledger.claimAlert(account, counter, mark);
  else await ledger.markPublished(account, counter, [mark, '120']);
}

async function change(random: Random, { settings, overrides }: Adapters): Promise<void> {
  const [id, now] = [random.pick(IDS), random.pick(TIMES)];
  const kind = random.integer(0, 3);
  if (kind === 0) await settings.claimAudit({ id }, { now, staleAt: now + 1_000 });
  else if (kind === 1) await settings.markAudited({ id }, { now, expiresAt: now });
  else if (kind === 2) await overrides.write({ sk: id, body: random.pick(['{}', '{"a":1}']) });
  else await settings.writeLayout(random.pick(LAYOUTS), random.pick(LAYOUTS));
}

async function claim(random: Random, { idempotency }: Adapters): Promise<void> {
  const now = random.pick(TIMES);
  const own = {
    record: random.pick(['a1', 'b2']),
    fingerprint: random.pick(['c3', 'c3', 'd4']),
    attemptId: random.pick(ATTEMPTS),
  };
  const kind = random.integer(0, 3);
  if (kind === 0) await idempotency.release(own, now);
  else if (kind === 1) await idempotency.complete(own, FAILED, now + 2_000);
  else {
    const times = { now, runningUntil: now + random.pick([0, 500]), expiresAt: now + 1_000 };
    await idempotency.claim({ ...own, ...times, requestId: random.pick(IDS) });
  }
}

async function read(random: Random, { ledger }: Adapters): Promise<void> {
  const accounts = someOf(random, ACCOUNTS);
  if (accounts.length === 0) return;
  const found = await ledger.find(accounts, someOf(random, IDS));
  for (const [account, hold] of found) {
    if (random.chance(0.5)) await ledger.takeOver(account, hold, random.pick(ATTEMPTS));
  }
  for await (const _ of ledger.contents(accounts, random.pick(LEASES)));
}
