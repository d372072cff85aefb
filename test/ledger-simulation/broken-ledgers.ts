/**
 * Ledgers with one mistake each, as found in the wild. The simulation must catch every one of
 * them; a check that passes a broken ledger proves nothing about a sound one.
 */
import { parseCounters } from '../../adapters/dynamodb-ledger-expressions.ts';
import { findReservation, reservationName } from '../../adapters/dynamodb-reservation-encoding.ts';
import { isSharedAccount } from '../../core/ledger/account-keys.ts';
import type {
  LedgerStore,
  ReserveWrite,
  ReserveWriteResult,
  SettleWrite,
  SettleWriteResult,
} from '../../core/ledger/ports.ts';
import { PERS } from '../../core/policy/policy.ts';
import { ownerPrefix } from './callers.ts';
import { changed } from './changed-store.ts';
import { periodOf } from './policies.ts';
import { TABLE, type Variation, type VariationContext } from './simulated-run.ts';

/** One UpdateItem that adds to counters, without a condition. */
async function addBlindly(
  { send }: VariationContext,
  { account, reservationId, amounts }: SettleWrite,
): Promise<SettleWriteResult> {
  const names: Record<string, string> = { '#r': reservationName(reservationId) };
  const values: Record<string, { N: string }> = { ':zero': { N: '0' } };
  const sets = amounts.flatMap(({ key, reserved, actual }, i) => {
    names[`#c${i}`] = `c_${key}`;
    names[`#s${i}`] = `s_${key}`;
    values[`:c${i}`] = { N: String(actual - reserved) };
    values[`:s${i}`] = { N: String(actual) };
    const add = (name: string, by: string) => `${name} = if_not_exists(${name}, :zero) + ${by}`;
    return [add(`#c${i}`, `:c${i}`), add(`#s${i}`, `:s${i}`)];
  });
  await send({
    TableName: TABLE,
    Key: { pk: { S: account }, sk: { S: 'counters' } },
    UpdateExpression: `SET ${sets.join(', ')} REMOVE #r`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  });
  return {
    outcome: 'settled',
    counters: new Map(),
    added: new Map(amounts.map(({ key, actual }) => [key, actual])),
  };
}

/** Reads the counters, decides, then writes: everybody who read before the write gets through. */
async function readThenWrite(
  store: LedgerStore,
  { get }: VariationContext,
  write: ReserveWrite,
): Promise<ReserveWriteResult> {
  const output = await get(write.account);
  const counters = parseCounters('Item' in output ? { ...output.Item } : undefined);
  const isFull = write.amounts.some(({ key, amount, ceiling }) => {
    const { committed = 0 } = counters.get(key) ?? {};
    return ceiling !== undefined && committed + amount > ceiling;
  });
  if (isFull)
    return {
      outcome: 'denied',
      counters,
      alertStates: new Map(),
      isRepeated: false,
      leaseEnds: [],
    };
  const amounts = write.amounts.map(({ key, amount }) => ({ key, amount }));
  return store.reserve({ ...write, amounts });
}

/** The window that is now, instead of the one the reservation was made in. */
function atSettleTime({ clock, plan }: VariationContext, write: SettleWrite): SettleWrite {
  const amounts = write.amounts.map((amount) => {
    const [name] = amount.key.split('_');
    const owner = write.account.split('#').slice(1, -1).join('#');
    const limit = plan.limits.find((each) => each.owner === owner && each.name === name);
    return limit
      ? { ...amount, key: `${limit.name}_${periodOf(limit.window, clock.now())}` }
      : amount;
  });
  return { ...write, amounts };
}

/** Every shard with the limit of all of them. */
function fullLimit({ plan }: VariationContext, write: ReserveWrite): ReserveWrite {
  const owner = write.account.split('#').slice(1, -1).join('#');
  const amounts = write.amounts.map((each) => {
    const limit = plan.limits.find(
      ({ owner: of, name }) => of === owner && each.key.startsWith(`${name}_`),
    );
    return limit && each.ceiling !== undefined ? { ...each, ceiling: limit.amount } : each;
  });
  return { ...write, amounts };
}

/** Every user has the amount of the limit. */
function amountOfAll({ plan }: VariationContext, write: ReserveWrite): ReserveWrite {
  const limits = plan.limits.filter(
    (limit) =>
      limit.per === 'user' &&
      !limit.ceiling &&
      write.account.startsWith(`account#${ownerPrefix(limit)}`),
  );
  const amounts = write.amounts.map((each) => {
    const limit = limits.find(({ name }) => each.key.startsWith(`${name}_`));
    return limit && each.ceiling !== undefined ? { ...each, ceiling: limit.amount } : each;
  });
  return { ...write, amounts };
}

/** Lets a denied call through when it asks again. */
function passing(store: LedgerStore): LedgerStore {
  const denied = new Set<string>();
  return changed(store, {
    reserve: async (write) => {
      const amounts = write.amounts.map(({ key, amount }) => ({ key, amount }));
      const isAgain = denied.has(write.reservationId);
      const result = await store.reserve(isAgain ? { ...write, amounts } : write);
      if (result.outcome === 'denied') denied.add(write.reservationId);
      return result;
    },
  });
}

const isRelease = ({ amounts }: SettleWrite) => amounts.every(({ actual }) => actual === 0);

export const BROKEN_LEDGERS: readonly Variation[] = [
  {
    name: 'leaves the users to the end of their leases',
    store: (store) =>
      changed(store, {
        settle: async (write) => (write.isOfHolder ? { outcome: 'replayed' } : store.settle(write)),
      }),
  },
  ...PERS.map((per) => ({
    name: `observes the limits of each ${per}`,
    store: (store: LedgerStore) =>
      changed(store, {
        reserve: (write) => {
          const amounts = write.amounts.map(({ key, amount }) => ({ key, amount }));
          const isOfHolder = write.account.startsWith(`account#${per}#`);
          return store.reserve(isOfHolder ? { ...write, amounts } : write);
        },
      }),
  })),
  {
    name: 'gives every user the amount of the limit',
    store: (store, context) =>
      changed(store, { reserve: (write) => store.reserve(amountOfAll(context, write)) }),
  },
  {
    name: 'lets a caller begin any number of sessions',
    store: (store) =>
      changed(store, { startSession: (start) => store.startSession({ ...start, max: 1_000 }) }),
  },
  {
    name: 'begins a session without counting it',
    store: (store) => changed(store, { startSession: async () => true }),
  },
  {
    name: 'counts a session again in every minute',
    store: (store) =>
      changed(store, {
        reserve: async (write) =>
          write.unlisted?.isBegun
            ? { outcome: 'absent', isRepeated: false }
            : await store.reserve(write),
      }),
  },
  {
    name: 'links only users to the reservation of their cost center',
    store: (store) =>
      changed(store, {
        reserve: ({ linked, ...write }) => {
          const users = linked?.filter((account) => account.startsWith('account#user#'));
          return store.reserve({ ...write, ...(users?.length && { linked: users }) });
        },
      }),
  },
  {
    name: 'lets the item of a user vanish after a day',
    store: (store, { clock }) =>
      changed(store, {
        reserve: ({ unlisted, ...write }) => {
          const keptUntil = Math.floor(clock.now() / 1_000) + 86_400;
          return store.reserve({
            ...write,
            ...(unlisted && { unlisted: { ...unlisted, keptUntil } }),
          });
        },
      }),
  },
  {
    name: 'reads, then writes',
    store: (store, context) =>
      changed(store, { reserve: (write) => readThenWrite(store, context, write) }),
  },
  {
    name: 'settles without a condition',
    store: (store, context) =>
      changed(store, {
        settle: (write) => (isRelease(write) ? store.settle(write) : addBlindly(context, write)),
      }),
  },
  {
    name: 'ends leases before a call can have ended',
    store: (store, { clock }) =>
      changed(store, {
        reserve: (write) =>
          store.reserve({ ...write, leaseExpiresAt: Math.ceil(clock.now() / 1_000) + 1 }),
      }),
  },
  {
    name: 'lets any number of calls be in flight',
    store: (store) =>
      changed(store, {
        reserve: (write) =>
          store.reserve({ ...write, inFlight: { ...write.inFlight, max: 1_000_000 } }),
      }),
  },
  {
    name: 'settles only what this release reserved',
    store: (store, { get }) =>
      changed(store, {
        settle: async (write) => {
          const output = await get(write.account);
          const item = 'Item' in output ? (output.Item ?? {}) : {};
          const isPrevious = findReservation(item, write.reservationId)?.form === 'map';
          return isPrevious ? { outcome: 'replayed' } : store.settle(write);
        },
      }),
  },
  {
    name: 'lets any number of calls be in flight after many crashed',
    store: (store) =>
      changed(store, {
        reserve: ({ inFlight: { restricted: _, ...inFlight }, ...write }) =>
          store.reserve({ ...write, inFlight }),
      }),
  },
  { name: 'takes unknown usage for none', tokensOfUnknownUsage: 0 },
  { name: 'takes a negative usage as it is', tokensOfUnknownUsage: -100 },
  { name: 'charges what the model refused', chargesRefusals: true },
  { name: 'charges a call that the workflow cannot carry', chargesTooLarge: true },
  { name: 'leaves an unknown outcome to the lease', leavesUnknownToLease: true },
  {
    name: 'leaves no marker where a reserve was sent twice',
    store: (store) =>
      changed(store, {
        settle: (write) => store.settle({ ...write, closes: write.chargesUnreserved }),
      }),
  },
  {
    name: 'keeps what a call reserved that another account denied',
    store: (store) =>
      changed(store, {
        settle: async (write) =>
          isRelease(write) ? { outcome: 'replayed' } : await store.settle(write),
      }),
  },
  {
    name: 'settles one account of a call only',
    store: (store) =>
      changed(store, {
        settle: async (write) =>
          isSharedAccount(write.account) ? { outcome: 'replayed' } : await store.settle(write),
      }),
  },
  { name: 'lets a call that waited pass by what it has read', store: (store) => passing(store) },
  {
    name: 'retries a negative delta',
    store: (store, context) =>
      changed(store, {
        settle: (write) => store.settle(write).catch(() => addBlindly(context, write)),
      }),
  },
  {
    name: 'takes the period when it settles',
    store: (store, context) =>
      changed(store, { settle: (write) => store.settle(atSettleTime(context, write)) }),
  },
  { name: 'releases a stream that its reader has left', releasesLeftStreams: true },
  { name: 'releases on a time-out', releasesOnTimeout: true },
  {
    name: 'releases what was never reserved',
    store: (store, context) =>
      changed(store, {
        settle: (write) => (isRelease(write) ? addBlindly(context, write) : store.settle(write)),
      }),
  },
  {
    name: 'gives every shard the full limit',
    store: (store, context) =>
      changed(store, { reserve: (write) => store.reserve(fullLimit(context, write)) }),
  },
  {
    name: 'records an alert as published before it is',
    store: (store) =>
      changed(store, {
        claimAlert: async (account, key, mark) => {
          const isNew = await store.claimAlert(account, key, mark);
          if (isNew) await store.markPublished(account, key, [mark]);
          return isNew;
        },
      }),
  },
];
