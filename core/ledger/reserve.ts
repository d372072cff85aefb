/**
 * Reserves the worst case of a call on every limit that matches it, one conditional write per
 * account. Upholds I1 (committed never exceeds an enforced limit) and I5 (a denied call changes no
 * counter).
 */
import { LedgerFullError, LedgerUnavailableError } from '../errors.ts';
import type { EpochSeconds } from '../time.ts';
import { accountKey, candidateReservationId, isAccountOf } from './account-keys.ts';
import {
  type DenyingLimit,
  inFlightDenial,
  type LimitDenial,
  lastToReset,
  toDenyingLimit,
} from './denial.ts';
import { type AccountLimits, requestLimitsExceeded } from './effective-limits.ts';
import { type FirstLimitEvent, toFirstLimitEvent } from './first-events.ts';
import type { LedgerStore } from './ports.ts';
import { type PriorAttempt, recoverPriorAttempt } from './prior-attempt.ts';
import type { RecentCounters } from './recent-counters.ts';
import { type Reservation, type ReservedAccount, toReservedCounter } from './reservation.ts';
import {
  type AccountOutcome,
  type CandidateAttempt,
  reserveAccount,
  shardsFor,
} from './reserve-account.ts';
import {
  candidateReservationIds,
  leaseHolderOf,
  limitsFor,
  type ReserveRequest,
} from './reserve-request.ts';
import { release, releaseAndClose } from './settle.ts';

export type ReserveDecision =
  | {
      readonly outcome: 'reserved';
      readonly model: string;
      readonly reservation: Reservation;
      /** The first fallback that a ceiling caused in its window. */
      readonly firstEvent?: FirstLimitEvent;
    }
  | {
      readonly outcome: 'denied';
      readonly limit: DenyingLimit;
      /** The first denial of the limit in its window. */
      readonly firstEvent?: FirstLimitEvent;
    }
  /** A call with the same id is in progress or has ended; nothing was changed for this one. */
  | { readonly outcome: 'conflict' };

/**
 * Reserves for the first candidate that fits. A later candidate is tried only when a ceiling that
 * denied the call names it as its fallback.
 *
 * With `on_ledger_error = "allow"` an unreachable ledger reserves nothing and the call is allowed.
 * @throws LedgerUnavailableError; what could be reached was released, the lease covers the rest.
 */
export async function reserve(
  store: LedgerStore,
  request: ReserveRequest,
  recent?: RecentCounters,
): Promise<ReserveDecision> {
  try {
    const prior =
      request.runId === undefined ? undefined : await recoverPriorAttempt(store, request);
    return await reserveFrom(store, request, prior, recent);
  } catch (error) {
    if (!mayStayUncounted(request, error)) throw error;
    const reservation = uncounted(request, 0, []);
    return { outcome: 'reserved', model: request.candidates[0].model, reservation };
  }
}

/** A call that could not be counted afterwards either is not allowed. */
const mayStayUncounted = ({ policy }: ReserveRequest, error: unknown): boolean =>
  policy.ledger.onLedgerError === 'allow' &&
  error instanceof LedgerUnavailableError &&
  !(error instanceof LedgerFullError);

async function reserveFrom(
  store: LedgerStore,
  request: ReserveRequest,
  prior: PriorAttempt | undefined,
  recent: RecentCounters | undefined,
): Promise<ReserveDecision> {
  const untried = new Set(request.candidates.keys());
  let firstFallback: FirstLimitEvent | undefined;
  for (let at = prior?.candidate ?? 0; ; ) {
    untried.delete(at);
    const candidate = request.candidates[at] ?? request.candidates[0];
    const result = await reserveCandidate(store, request, at, prior, recent);
    switch (result.outcome) {
      case 'reserved':
        return {
          outcome: 'reserved',
          model: candidate.model,
          reservation: result.reservation,
          ...(firstFallback && { firstEvent: firstFallback }),
        };
      case 'conflict':
        return result;
      case 'denied': {
        const next = nextCandidate(request, result.denials, untried);
        if (next === undefined) return denied(request, result);
        firstFallback ??= toFirstLimitEvent('fallback', next.denial);
        at = next.candidate;
      }
    }
  }
}

/** The first candidate that a denying limit names and that was not tried yet. */
function nextCandidate(
  { candidates }: ReserveRequest,
  denials: readonly LimitDenial[],
  untried: ReadonlySet<number>,
): { readonly candidate: number; readonly denial: LimitDenial } | undefined {
  return denials
    .flatMap((denial) => denial.effective.fallbacks.map((alias) => ({ denial, alias })))
    .map(({ denial, alias }) => ({
      denial,
      candidate: candidates.findIndex(({ model }) => model === alias),
    }))
    .find(({ candidate }) => untried.has(candidate));
}

function denied(
  request: ReserveRequest,
  { denials, leaseEnds, crowdedAt }: Extract<AccountOutcome, { outcome: 'denied' }>,
): ReserveDecision {
  const { now, scope, policy } = request;
  const inFlight = { leaseEnds, leaseMs: leaseEnd(request) * 1_000 - now, now };
  const last = lastToReset(denials);
  if (!last) {
    const { inFlightMax } = policy.ledger;
    const limit = inFlightDenial(scope.costCenter, crowdedAt ?? inFlightMax, inFlightMax, inFlight);
    return { outcome: 'denied', limit };
  }
  // Of one request there is no first in a window.
  const isOfRequest = last.effective.limit.window === 'request';
  const firstEvent = isOfRequest ? undefined : toFirstLimitEvent('denied', last);
  const limit = toDenyingLimit(last, inFlight);
  return { outcome: 'denied', limit, ...(firstEvent && { firstEvent }) };
}

/**
 * The reservation of a call that is allowed although the ledger failed: what is or may be reserved
 * is settled with it, and the rest is charged then.
 */
function uncounted(
  request: ReserveRequest,
  at: number,
  reserved: readonly ReservedAccount[],
): Reservation {
  const candidate = request.candidates[at] ?? request.candidates[0];
  const others = limitsFor(request, candidate)
    .filter(({ owner }) => !reserved.some(({ account }) => isAccountOf(account, owner)))
    .map((met) => ({
      account: accountKey(met.owner, shardsFor(request.reservationId, met)[0] ?? 0),
      isRepeated: true,
      counters: met.limits.map(toReservedCounter),
    }));
  return {
    ...reservationBase(request, at),
    basis: 'unreserved',
    accounts: [...reserved, ...others],
  };
}

type CandidateOutcome =
  | { outcome: 'reserved'; reservation: Reservation }
  | Exclude<AccountOutcome, { outcome: 'reserved' }>;

async function reserveCandidate(
  store: LedgerStore,
  request: ReserveRequest,
  at: number,
  prior: PriorAttempt | undefined,
  recent: RecentCounters | undefined,
): Promise<CandidateOutcome> {
  const accounts: ReservedAccount[] = [];
  const candidate = request.candidates[at] ?? request.candidates[0];
  const base = reservationBase(request, at);
  const reservation: Reservation = { ...base, basis: 'reserved', accounts };
  const otherIds = candidateReservationIds(request).filter((id) => id !== base.id);
  const { policy, now } = request;
  const attempt: CandidateAttempt = { policy, now, base, otherIds, prior, accounts, recent };
  const above = requestDenials(request, candidate);
  if (above.length > 0) return { outcome: 'denied', denials: above, leaseEnds: [] };
  try {
    const refusal = await reserveAccounts(store, attempt, limitsFor(request, candidate));
    if (refusal) {
      // A denial in one account must change nothing in the others (I5).
      await release(store, reservation);
      return refusal;
    }
  } catch (error) {
    if (mayStayUncounted(request, error)) {
      return { outcome: 'reserved', reservation: uncounted(request, at, accounts) };
    }
    // A write whose response was lost may even take effect later: its id is closed. The ledger may
    // still be unavailable: what cannot be released now ends with its lease.
    await releaseAndClose(store, reservation).catch(() => undefined);
    throw error;
  }
  return { outcome: 'reserved', reservation };
}

/** The most that one request may take is known without the ledger. */
const requestDenials = (
  { policy, scope, now }: ReserveRequest,
  { model, worstCase }: ReserveRequest['candidates'][number],
): readonly LimitDenial[] =>
  requestLimitsExceeded(policy, { ...scope, model }, worstCase, now).map((effective) => ({
    effective,
    state: { committed: 0, settled: 0 },
    recordedAlerts: new Set(),
  }));

/** The lease is for calls that do not complete: it ends only when none of them can. */
const leaseEnd = ({ now, endsBy, policy }: ReserveRequest): EpochSeconds =>
  Math.ceil(Math.max(now + policy.ledger.leaseSeconds * 1_000, endsBy + LEASE_MARGIN_MS) / 1_000);

/**
 * In parallel where all accounts had ample budget a moment ago, else in order: a call that its cost
 * center denies then writes to no shared account. Undefined when all reserved.
 */
async function reserveAccounts(
  store: LedgerStore,
  attempt: CandidateAttempt,
  accounts: readonly AccountLimits[],
): Promise<Exclude<AccountOutcome, { outcome: 'reserved' }> | undefined> {
  if (attempt.prior || accounts.length < 2 || !accounts.every((each) => isAmple(attempt, each))) {
    for (const account of accounts) {
      const result = await reserveAccount(store, attempt, account);
      if (result.outcome !== 'reserved') return result;
    }
    return undefined;
  }
  const attempts = accounts.map(() => ({ ...attempt, accounts: [] as ReservedAccount[] }));
  const results = await Promise.allSettled(
    accounts.map((account, at) => reserveAccount(store, attempts[at] ?? attempt, account)),
  );
  attempt.accounts.push(...attempts.flatMap((each) => each.accounts));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  for (const result of results) {
    if (result.status === 'fulfilled' && result.value.outcome !== 'reserved') return result.value;
  }
  return undefined;
}

function isAmple({ base, recent }: CandidateAttempt, account: AccountLimits): boolean {
  const [shard = 0] = shardsFor(base.id, account);
  return recent?.isAmple(accountKey(account.owner, shard), shard, account) ?? false;
}

/** Between the last moment that something can be settled and the end of the lease. */
const LEASE_MARGIN_MS = 60_000;

const reservationBase = (request: ReserveRequest, candidate: number) => ({
  id: candidateReservationId(request.reservationId, candidate),
  attemptId: leaseHolderOf(request),
  costCenter: request.scope.costCenter,
  leaseExpiresAt: leaseEnd(request),
  unknownOutcome: request.policy.ledger.unknownOutcome,
});
