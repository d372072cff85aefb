/**
 * Reserving the worst case of a call: one conditional write per account, all or nothing.
 * Upholds I1 (committed never passes an enforced limit) and I5 (a denied call changes no counter).
 */
import { invariant, LedgerFullError, LedgerUnavailableError } from '../errors.ts';
import type { Owner, Policy } from '../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import {
  accountKey,
  ownerName,
  shardNumbers,
  shardOrder,
  shardShare,
  splitCounterKey,
} from './counters.ts';
import {
  type AccountLimits,
  type Amounts,
  type CallScope,
  type EffectiveLimit,
  effectiveLimits,
} from './effective-limits.ts';
import { mostShards } from './layout.ts';
import type { AccountKey, CounterState, Counters, LedgerStore, OwnHold } from './ports.ts';
import { type HeldAccount, heldCounter, type Reservation } from './reservation.ts';
import { abandon, release } from './settle.ts';

/** A model that could run the call, and the most the call could use on it. */
export interface ReserveCandidate {
  /** Alias. */
  readonly model: string;
  readonly worstCase: Amounts;
}

export interface ReserveRequest {
  readonly policy: Policy;
  readonly scope: Omit<CallScope, 'model'>;
  /** The model asked for comes first; the others are its possible fallbacks. */
  readonly candidates: readonly [ReserveCandidate, ...ReserveCandidate[]];
  readonly reservationId: string;
  readonly attemptId: string;
  /** An earlier try of this call may have reserved, and nobody knows what. */
  readonly again?: boolean;
  readonly now: EpochMs;
}

/** The limit that refused a call. Amounts are integers in the limit's unit. */
export interface RefusedLimit {
  readonly owner: Owner;
  readonly name: string;
  readonly window: EffectiveLimit['limit']['window'];
  readonly unit: EffectiveLimit['limit']['unit'];
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly requested: number;
  readonly resetsAt: string;
  /** Set when a ceiling below the whole limit refused. */
  readonly ceilingPercent?: number;
}

export type ReserveDecision =
  | { readonly outcome: 'reserved'; readonly model: string; readonly reservation: Reservation }
  | { readonly outcome: 'denied'; readonly limit: RefusedLimit }
  /** A call with the same id is under way; nothing was changed for this one. */
  | { readonly outcome: 'conflict' };

type AccountOutcome =
  | { outcome: 'reserved' }
  | { outcome: 'conflict' }
  | { outcome: 'refused'; refused: readonly Refusal[] }
  /** An earlier try reserved for this other model. */
  | { outcome: 'elsewhere'; model: string };

type OwnHolds = ReadonlyMap<AccountKey, OwnHold>;

const NO_HOLDS: OwnHolds = new Map();

/** A shard that refused, and its counters as it refused. */
interface Tried {
  readonly shard: number;
  readonly counters: Counters;
}

interface Refusal {
  readonly effective: EffectiveLimit;
  readonly state: CounterState;
}

const UNTOUCHED: CounterState = { committed: 0, settled: 0 };

/**
 * Reserves for the first candidate that fits. A candidate after the first is tried only when a
 * ceiling that refused names it as its fallback.
 * @throws LedgerUnavailableError; what could be reached was given back, the lease covers the rest.
 */
export async function reserve(
  store: LedgerStore,
  request: ReserveRequest,
): Promise<ReserveDecision> {
  const own = request.again ? await ownHolds(store, request) : NO_HOLDS;
  return reserveFrom(store, request, own);
}

async function reserveFrom(
  store: LedgerStore,
  request: ReserveRequest,
  own: OwnHolds,
): Promise<ReserveDecision> {
  const untried = new Map(request.candidates.map((candidate) => [candidate.model, candidate]));
  let candidate: ReserveCandidate = ownCandidate(request, own) ?? request.candidates[0];
  for (let returns = 0; ; ) {
    untried.delete(candidate.model);
    const result = await reserveCandidate(store, request, candidate, own);
    switch (result.outcome) {
      case 'reserved':
        return { outcome: 'reserved', model: candidate.model, reservation: result.reservation };
      case 'conflict':
        return result;
      case 'elsewhere': {
        const other = request.candidates.find(({ model }) => model === result.model);
        returns += 1;
        if (!other || returns > request.candidates.length) return { outcome: 'conflict' };
        candidate = other;
        continue;
      }
      case 'refused': {
        const next = result.refused
          .flatMap(({ effective }) => effective.fallbacks)
          .map((alias) => untried.get(alias))
          .find((found) => found !== undefined);
        if (!next) return { outcome: 'denied', limit: describeRefusal(result.refused) };
        candidate = next;
      }
    }
  }
}

/** What the call would hold if it reserved for its first candidate; nothing is written. */
export function unreserved(request: ReserveRequest): Reservation {
  const accounts = limitsFor(request, request.candidates[0]).map(({ owner, limits }) => ({
    account: accountKey(owner, shardsFor(request, limits)[0] ?? 0),
    counters: limits.map(heldCounter),
  }));
  return { ...reservationShell(request), basis: 'unreserved', accounts };
}

/** What an earlier try of this call holds, wherever it may be: one account per owner, one model. */
async function ownHolds(store: LedgerStore, request: ReserveRequest): Promise<OwnHolds> {
  const owners = new Map<string, Owner>();
  for (const candidate of request.candidates) {
    for (const { owner } of limitsFor(request, candidate)) owners.set(ownerName(owner), owner);
  }
  const shards = shardNumbers(mostShards(request.policy.shardLayout));
  const accountsOf = (owner: Owner) => shards.map((shard) => accountKey(owner, shard));
  const accounts = [...owners.values()].flatMap(accountsOf);
  if (accounts.length === 0) return NO_HOLDS;
  const found = await store.find(accounts, request);
  const [first] = found.values();
  const kept = new Map<AccountKey, OwnHold>();
  for (const owner of owners.values()) {
    for (const account of accountsOf(owner)) {
      const hold = found.get(account);
      if (!hold) continue;
      const isSecond = [...kept.keys()].some((other) => isOf(other, owner));
      if (isSecond || hold.fallback !== first?.fallback)
        await giveBack(store, request, account, hold);
      else kept.set(account, hold);
    }
  }
  return kept;
}

async function giveBack(
  store: LedgerStore,
  { reservationId }: ReserveRequest,
  account: AccountKey,
  { held }: OwnHold,
): Promise<void> {
  const amounts = [...held].map(([key, reserved]) => ({ key, reserved, actual: 0 }));
  await store.settle({ account, reservationId, amounts });
}

/** The model an earlier try held for: going on with it keeps what was taken. */
function ownCandidate({ candidates }: ReserveRequest, own: OwnHolds): ReserveCandidate | undefined {
  const [hold] = own.values();
  if (!hold) return undefined;
  return candidates.find(({ model }) => model === hold.fallback) ?? candidates[0];
}

async function reserveCandidate(
  store: LedgerStore,
  request: ReserveRequest,
  candidate: ReserveCandidate,
  own: OwnHolds,
): Promise<
  | { outcome: 'reserved'; reservation: Reservation }
  | Exclude<AccountOutcome, { outcome: 'reserved' }>
> {
  const accounts: HeldAccount[] = [];
  const held: Reservation = { ...reservationShell(request), basis: 'reserved', accounts };
  try {
    for (const account of limitsFor(request, candidate)) {
      const result = await reserveAccount(store, { request, candidate, own, accounts }, account);
      if (result.outcome === 'reserved') continue;
      // A refusal of one account must leave no trace in the others (I5).
      await release(store, held);
      return result;
    }
  } catch (error) {
    // A write whose answer was lost may even take effect later. Where the call is refused it must
    // not; where the policy lets it run, what it took is settled with it.
    const undo = request.policy.ledger.onLedgerError === 'deny' ? abandon : release;
    // The ledger may still be away: what cannot be given back now ends with its lease.
    await undo(store, held).catch(() => undefined);
    throw error;
  }
  return { outcome: 'reserved', reservation: held };
}

interface Attempt {
  readonly request: ReserveRequest;
  readonly candidate: ReserveCandidate;
  readonly own: OwnHolds;
  /** Every account that holds, or after an error may hold, something. */
  readonly accounts: HeldAccount[];
}

async function reserveAccount(
  store: LedgerStore,
  attempt: Attempt,
  { owner, limits }: AccountLimits,
): Promise<AccountOutcome> {
  const { request, candidate, own, accounts } = attempt;
  const [found] = [...own].filter(([account]) => isOf(account, owner));
  if (found) return replay(attempt, limits, ...found);
  const tried: Tried[] = [];
  let full: LedgerFullError | undefined;
  for (const shard of shardsFor(request, limits)) {
    const account = accountKey(owner, shard);
    accounts.push({ account, counters: limits.map(heldCounter) });
    const result = await store
      .reserve({
        account,
        reservationId: request.reservationId,
        attemptId: request.attemptId,
        ...(candidate !== request.candidates[0] && { fallback: candidate.model }),
        leaseExpiresAt: leaseExpiresAt(request),
        holds: limits.map(({ key, requested, ceiling, shards }) => ({
          key,
          amount: requested,
          ...(ceiling !== undefined && { ceiling: shardShare(ceiling, shard, shards) }),
        })),
      })
      .catch((error: unknown) => {
        if (error instanceof LedgerFullError) return error;
        throw error;
      });
    if ('outcome' in result && result.outcome === 'reserved') return result;
    accounts.pop();
    if (result instanceof LedgerFullError) full = result;
    else if (result.outcome === 'conflict') return result;
    else if (result.outcome === 'replayed') return replay(attempt, limits, account, result);
    else if (result.outcome === 'refused') tried.push({ shard, counters: result.counters });
  }
  // A shard that could not be asked might have had room: that is no denial.
  if (full) throw full;
  return { outcome: 'refused', refused: await refusals(store, owner, limits, tried) };
}

const isOf = (account: AccountKey, owner: Owner): boolean =>
  account.startsWith(`account#${ownerName(owner)}#`);

/**
 * The shards that could hold the whole call if they were empty, beginning with its own. If none
 * could, one is asked all the same: its refusal tells how things stand.
 */
function shardsFor(
  { reservationId }: ReserveRequest,
  limits: readonly EffectiveLimit[],
): readonly number[] {
  const all = shardNumbers(Math.max(1, ...limits.map(({ shards }) => shards)));
  const able = all.filter((shard) =>
    limits.every(
      ({ ceiling, requested, shards }) =>
        ceiling === undefined || shardShare(ceiling, shard, shards) >= requested,
    ),
  );
  return able.length > 0 ? shardOrder(reservationId, able) : [0];
}

/**
 * Takes over the counters an earlier try took from, as stored. Its window may have ended since, so
 * the stored names and amounts count, not those of now.
 */
function replay(
  { request, candidate, accounts }: Attempt,
  limits: readonly EffectiveLimit[],
  account: AccountKey,
  { held, fallback }: OwnHold,
): AccountOutcome {
  const model = fallback ?? request.candidates[0].model;
  if (model !== candidate.model) return { outcome: 'elsewhere', model };
  const byName = new Map(limits.map((effective) => [effective.limit.name, effective]));
  const counters = [...held].flatMap(([key, reserved]) => {
    const effective = byName.get(splitCounterKey(key).limitName);
    return effective ? [{ ...heldCounter(effective), key, reserved }] : [];
  });
  accounts.push({ account, counters });
  return { outcome: 'reserved' };
}

/** The limits that refused, with their counters added up over the shards. */
async function refusals(
  store: LedgerStore,
  owner: Owner,
  limits: readonly EffectiveLimit[],
  tried: readonly Tried[],
): Promise<readonly Refusal[]> {
  const everywhere = [
    ...tried.map(({ counters }) => counters),
    ...(await untriedCounters(store, owner, limits, tried)),
  ];
  const enforced = limits.filter(({ ceiling }) => ceiling !== undefined);
  const all = enforced.map((effective) => {
    const { key, requested, shards, ceiling = 0 } = effective;
    const states = everywhere.map((counters) => counters.get(key) ?? UNTOUCHED);
    const committed = states.reduce((sum, state) => sum + state.committed, 0);
    const settled = states.reduce((sum, state) => sum + state.settled, 0);
    const refuses = tried.some(({ shard, counters }) => {
      const here = counters.get(key) ?? UNTOUCHED;
      return here.committed + requested > shardShare(ceiling, shard, shards);
    });
    return { effective, state: { committed, settled }, refuses };
  });
  const refusing = all.filter(({ refuses }) => refuses);
  // Where the counters had to be read after the write they may have moved since: then any
  // enforced limit may have been the one.
  return refusing.length > 0 ? refusing : all;
}

/** Only for the figures in the answer, so a failure to read them changes nothing. */
async function untriedCounters(
  store: LedgerStore,
  owner: Owner,
  limits: readonly EffectiveLimit[],
  tried: readonly Tried[],
): Promise<readonly Counters[]> {
  const untried = shardNumbers(Math.max(1, ...limits.map(({ shards }) => shards))).filter(
    (shard) => !tried.some((each) => each.shard === shard),
  );
  if (untried.length === 0) return [];
  try {
    return [...(await store.read(untried.map((shard) => accountKey(owner, shard)))).values()];
  } catch (error) {
    if (error instanceof LedgerUnavailableError) return [];
    throw error;
  }
}

/** Of the limits that refused, the one that opens last: only then can the call succeed. */
function describeRefusal(refused: readonly Refusal[]): RefusedLimit {
  const [last] = [...refused].sort((a, b) => b.effective.period.endsAt - a.effective.period.endsAt);
  invariant(last, 'a refusal names the limit that refused');
  const { limit, requested, period, ceilingPercent } = last.effective;
  return {
    owner: limit.owner,
    name: limit.name,
    window: limit.window,
    unit: limit.unit,
    limit: limit.amount,
    used: last.state.settled,
    reserved: last.state.committed - last.state.settled,
    requested,
    resetsAt: isoTimestamp(period.endsAt),
    ...(ceilingPercent !== undefined && { ceilingPercent }),
  };
}

const limitsFor = (request: ReserveRequest, { model, worstCase }: ReserveCandidate) =>
  effectiveLimits(request.policy, { ...request.scope, model }, worstCase, request.now);

const leaseExpiresAt = ({ now, policy }: ReserveRequest): number =>
  Math.ceil(now / 1000) + policy.ledger.leaseSeconds;

const reservationShell = (request: ReserveRequest) => ({
  id: request.reservationId,
  leaseExpiresAt: leaseExpiresAt(request),
});
