/**
 * Reserving: the worst case of a call on every limit it meets, one conditional write per account.
 * Upholds I1 (committed never passes an enforced limit) and I5 (a denied call changes no counter).
 */
import { LedgerFullError, LedgerUnavailableError } from '../errors.ts';
import { accountKey, candidateReservationId, isAccountOf } from './account-keys.ts';
import { type DenyingLimit, type LimitDenial, lastToReset, toDenyingLimit } from './denial.ts';
import { type FirstLimitEvent, toFirstLimitEvent } from './first-events.ts';
import type { LedgerStore } from './ports.ts';
import { type PriorAttempt, recoverPriorAttempt } from './prior-attempt.ts';
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
      /** A ceiling sent the call to another model, the first in its window. */
      readonly firstTime?: FirstLimitEvent;
    }
  | {
      readonly outcome: 'denied';
      readonly limit: DenyingLimit;
      /** It is the first that the limit denies in its window. */
      readonly firstTime?: FirstLimitEvent;
    }
  /** A call with the same id is under way or has ended; nothing was changed for this one. */
  | { readonly outcome: 'conflict' };

/**
 * Reserves for the first candidate that fits. A candidate after the first is tried only when a
 * ceiling that refused names it as its fallback.
 *
 * With `on_ledger_error = "allow"` an unreachable ledger reserves nothing and lets the call go.
 * @throws LedgerUnavailableError; what could be reached was given back, the lease covers the rest.
 */
export async function reserve(
  store: LedgerStore,
  request: ReserveRequest,
): Promise<ReserveDecision> {
  try {
    const own = request.runId === undefined ? undefined : await recoverPriorAttempt(store, request);
    return await reserveFrom(store, request, own);
  } catch (error) {
    if (!mayGoUncounted(request, error)) throw error;
    const reservation = uncounted(request, 0, []);
    return { outcome: 'reserved', model: request.candidates[0].model, reservation };
  }
}

/** What could not be counted afterwards either is not let through. */
const mayGoUncounted = ({ policy }: ReserveRequest, error: unknown): boolean =>
  policy.ledger.onLedgerError === 'allow' &&
  error instanceof LedgerUnavailableError &&
  !(error instanceof LedgerFullError);

async function reserveFrom(
  store: LedgerStore,
  request: ReserveRequest,
  own: PriorAttempt | undefined,
): Promise<ReserveDecision> {
  const untried = new Set(request.candidates.keys());
  let begun: FirstLimitEvent | undefined;
  for (let at = own?.candidate ?? 0; ; ) {
    untried.delete(at);
    const candidate = request.candidates[at] ?? request.candidates[0];
    const result = await reserveCandidate(store, request, at, own);
    switch (result.outcome) {
      case 'reserved':
        return {
          outcome: 'reserved',
          model: candidate.model,
          reservation: result.reservation,
          ...(begun && { firstTime: begun }),
        };
      case 'conflict':
        return result;
      case 'refused': {
        const next = nextCandidate(request, result.refused, untried);
        if (next === undefined) return denied(result.refused);
        begun ??= toFirstLimitEvent('fallback', next.refusal);
        at = next.candidate;
      }
    }
  }
}

/** The first candidate that a refusing limit names and that was not tried yet. */
function nextCandidate(
  { candidates }: ReserveRequest,
  refused: readonly LimitDenial[],
  untried: ReadonlySet<number>,
): { readonly candidate: number; readonly refusal: LimitDenial } | undefined {
  return refused
    .flatMap((refusal) => refusal.effective.fallbacks.map((alias) => ({ refusal, alias })))
    .map(({ refusal, alias }) => ({
      refusal,
      candidate: candidates.findIndex(({ model }) => model === alias),
    }))
    .find(({ candidate }) => untried.has(candidate));
}

function denied(refused: readonly LimitDenial[]): ReserveDecision {
  const last = lastToReset(refused);
  const firstTime = toFirstLimitEvent('denied', last);
  return { outcome: 'denied', limit: toDenyingLimit(last), ...(firstTime && { firstTime }) };
}

/**
 * A call that goes without all its reservations: what is held, and may be, is settled with it, and
 * what is not is charged.
 */
function uncounted(
  request: ReserveRequest,
  at: number,
  held: readonly ReservedAccount[],
): Reservation {
  const candidate = request.candidates[at] ?? request.candidates[0];
  const others = limitsFor(request, candidate)
    .filter(({ owner }) => !held.some(({ account }) => isAccountOf(account, owner)))
    .map(({ owner, limits }) => ({
      account: accountKey(owner, shardsFor(request.reservationId, limits)[0] ?? 0),
      isRepeated: true,
      counters: limits.map(toReservedCounter),
    }));
  return { ...reservationShell(request, at), basis: 'unreserved', accounts: [...held, ...others] };
}

type CandidateOutcome =
  | { outcome: 'reserved'; reservation: Reservation }
  | Exclude<AccountOutcome, { outcome: 'reserved' }>;

async function reserveCandidate(
  store: LedgerStore,
  request: ReserveRequest,
  at: number,
  own: PriorAttempt | undefined,
): Promise<CandidateOutcome> {
  const accounts: ReservedAccount[] = [];
  const candidate = request.candidates[at] ?? request.candidates[0];
  const shell = reservationShell(request, at);
  const held: Reservation = { ...shell, basis: 'reserved', accounts };
  const otherIds = candidateReservationIds(request).filter((id) => id !== shell.id);
  const attempt: CandidateAttempt = { shell, otherIds, own, accounts };
  try {
    for (const account of limitsFor(request, candidate)) {
      const result = await reserveAccount(store, attempt, account);
      if (result.outcome === 'reserved') continue;
      // A refusal of one account must leave no trace in the others (I5).
      await release(store, held);
      return result;
    }
  } catch (error) {
    if (mayGoUncounted(request, error)) {
      return { outcome: 'reserved', reservation: uncounted(request, at, accounts) };
    }
    // A write whose answer was lost may even take effect later: its id is closed. The ledger may
    // still be away: what cannot be given back now ends with its lease.
    await releaseAndClose(store, held).catch(() => undefined);
    throw error;
  }
  return { outcome: 'reserved', reservation: held };
}

const reservationShell = (request: ReserveRequest, candidate: number) => ({
  id: candidateReservationId(request.reservationId, candidate),
  attemptId: leaseHolderOf(request),
  leaseExpiresAt: Math.ceil(request.now / 1000) + request.policy.ledger.leaseSeconds,
});
