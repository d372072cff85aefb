/**
 * Reserving the worst case of a call: one conditional write per account, all or nothing.
 * Upholds I1 (committed never passes an enforced limit) and I5 (a denied call changes no counter).
 */
import { invariant } from '../errors.ts';
import type { Owner, Policy } from '../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import { accountKey, shardOrder, shardShare, splitCounterKey } from './counters.ts';
import {
  type AccountLimits,
  type Amounts,
  type CallScope,
  type EffectiveLimit,
  effectiveLimits,
} from './effective-limits.ts';
import type { CounterState, Counters, LedgerStore } from './ports.ts';
import { type HeldAccount, heldCounter, type Reservation } from './reservation.ts';
import { release } from './settle.ts';

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
  | { outcome: 'refused'; refused: readonly Refusal[] };

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
  const untried = new Map(request.candidates.map((candidate) => [candidate.model, candidate]));
  let candidate: ReserveCandidate = request.candidates[0];
  for (;;) {
    untried.delete(candidate.model);
    const result = await reserveCandidate(store, request, candidate);
    if (result.outcome === 'reserved') {
      return { outcome: 'reserved', model: candidate.model, reservation: result.reservation };
    }
    if (result.outcome === 'conflict') return result;
    const fallbacks = result.refused.flatMap(({ effective }) => effective.fallbacks);
    const next = fallbacks.map((alias) => untried.get(alias)).find((found) => found !== undefined);
    if (!next) return { outcome: 'denied', limit: describeRefusal(result.refused) };
    candidate = next;
  }
}

/** What the call would hold if it reserved for its first candidate; nothing is written. */
export function unreserved(request: ReserveRequest): Reservation {
  const { policy, reservationId } = request;
  const shard = shardOrder(reservationId, policy.ledger.shards)[0] ?? 0;
  const accounts = limitsFor(request, request.candidates[0]).map(({ owner, limits }) => ({
    account: accountKey(owner, shard),
    counters: limits.map(heldCounter),
  }));
  return { ...reservationShell(request), basis: 'unreserved', accounts };
}

async function reserveCandidate(
  store: LedgerStore,
  request: ReserveRequest,
  candidate: ReserveCandidate,
): Promise<
  | { outcome: 'reserved'; reservation: Reservation }
  | { outcome: 'conflict' }
  | { outcome: 'refused'; refused: readonly Refusal[] }
> {
  const accounts: HeldAccount[] = [];
  const held: Reservation = { ...reservationShell(request), basis: 'reserved', accounts };
  try {
    for (const account of limitsFor(request, candidate)) {
      const result = await reserveAccount(store, request, account, accounts);
      if (result.outcome === 'reserved') continue;
      // A refusal of one account must leave no trace in the others (I5).
      await release(store, held);
      return result;
    }
  } catch (error) {
    // The ledger may still be away: what cannot be given back now ends with its lease.
    await release(store, held).catch(() => undefined);
    throw error;
  }
  return { outcome: 'reserved', reservation: held };
}

/** Leaves in `accounts` every account that holds, or after an error may hold, something. */
async function reserveAccount(
  store: LedgerStore,
  request: ReserveRequest,
  { owner, limits }: AccountLimits,
  accounts: HeldAccount[],
): Promise<AccountOutcome> {
  const { shards } = request.policy.ledger;
  const tried: Tried[] = [];
  for (const shard of shardOrder(request.reservationId, shards)) {
    const account = accountKey(owner, shard);
    accounts.push({ account, counters: limits.map(heldCounter) });
    const result = await store.reserve({
      account,
      reservationId: request.reservationId,
      attemptId: request.attemptId,
      leaseExpiresAt: leaseExpiresAt(request),
      holds: limits.map(({ key, requested, ceiling }) => ({
        key,
        amount: requested,
        ...(ceiling !== undefined && { ceiling: shardShare(ceiling, shard, shards) }),
      })),
    });
    if (result.outcome === 'reserved') return result;
    accounts.pop();
    if (result.outcome === 'conflict') return result;
    if (result.outcome === 'replayed') {
      accounts.push({ account, counters: replayed(limits, result.held) });
      return { outcome: 'reserved' };
    }
    tried.push({ shard, counters: result.counters });
  }
  return { outcome: 'refused', refused: refusals(limits, tried, shards) };
}

/**
 * The counters an earlier try took from, as stored. Its window may have ended since, so the
 * stored names and amounts count, not those of now.
 */
function replayed(limits: readonly EffectiveLimit[], held: ReadonlyMap<string, number>) {
  const byName = new Map(limits.map((effective) => [effective.limit.name, effective]));
  return [...held].flatMap(([key, reserved]) => {
    const effective = byName.get(splitCounterKey(key).limitName);
    return effective ? [{ ...heldCounter(effective), key, reserved }] : [];
  });
}

/** The limits that refused, with their counters added up over the shards. */
function refusals(
  limits: readonly EffectiveLimit[],
  tried: readonly Tried[],
  shards: number,
): readonly Refusal[] {
  const enforced = limits.filter(({ ceiling }) => ceiling !== undefined);
  const all = enforced.map((effective) => {
    const { key, requested, ceiling = 0 } = effective;
    const states = tried.map(({ counters }) => counters.get(key) ?? UNTOUCHED);
    const committed = states.reduce((sum, state) => sum + state.committed, 0);
    const settled = states.reduce((sum, state) => sum + state.settled, 0);
    const refuses = states.some((state, i) => {
      const share = shardShare(ceiling, tried[i]?.shard ?? 0, shards);
      return state.committed + requested > share;
    });
    return { effective, state: { committed, settled }, refuses };
  });
  const refusing = all.filter(({ refuses }) => refuses);
  // Where the counters had to be read after the write they may have moved since: then any
  // enforced limit may have been the one.
  return refusing.length > 0 ? refusing : all;
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
  shards: request.policy.ledger.shards,
});
