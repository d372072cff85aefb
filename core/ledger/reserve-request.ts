/** Request of a call to the ledger. */
import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { candidateReservationId } from './account-keys.ts';
import { type AmountsByUnit, type CallScope, effectiveLimits } from './effective-limits.ts';

/** A model that could run the call, and the most the call could use on it. */
interface ReserveCandidate {
  /** Alias. */
  readonly model: string;
  readonly worstCase: AmountsByUnit;
}

export interface ReserveRequest {
  readonly policy: Policy;
  readonly scope: Omit<CallScope, 'model'>;
  /** The model asked for comes first; the others are its possible fallbacks. */
  readonly candidates: readonly [ReserveCandidate, ...ReserveCandidate[]];
  readonly reservationId: string;
  readonly attemptId: string;
  /**
   * Present when the reserving step runs again: its first run may have reserved, and its writes may
   * still arrive. Reservations of this run have this id as well, so that those writes do not
   * change them.
   */
  readonly runId?: string;
  /**
   * Present when a call that was denied has waited: a copy of the release of its earlier attempt
   * may still arrive, and must not end the reservations of this one.
   */
  readonly retryId?: string;
  readonly now: EpochMs;
  /** When whatever makes and records the call must have ended: no settle comes later. */
  readonly endsBy: EpochMs;
}

/** Every id the call may hold under. */
export const candidateReservationIds = ({
  candidates,
  reservationId,
}: ReserveRequest): readonly string[] =>
  candidates.map((_, at) => candidateReservationId(reservationId, at));

/** The limits the call meets on a candidate, by account. */
export const limitsFor = (request: ReserveRequest, { model, worstCase }: ReserveCandidate) =>
  effectiveLimits(request.policy, { ...request.scope, model }, worstCase, request.now);

const RUN = '~run~';
/** 32 random bits of a UUID: every reservation carries them, and its item grows with each byte. */
const HOLDER_LENGTH = 8;

const shortened = (id: string): string => id.slice(0, HOLDER_LENGTH);

/** Mark on the reservations of this run of the reserving step, and of this attempt in it. */
export function leaseHolderOf({ attemptId, runId, retryId = runId }: ReserveRequest): string {
  const holder = shortened(attemptId);
  return retryId === undefined ? holder : `${holder}${RUN}${shortened(retryId)}`;
}

/** The mark of the first run of the step that left this one. */
export const firstLeaseHolder = (holder: string): string => holder.split(RUN)[0] ?? '';

/** Whether any run of this call holds it. */
export const isSameCall = ({ attemptId }: ReserveRequest, holder: string): boolean =>
  // An earlier release wrote more of it.
  shortened(firstLeaseHolder(holder)) === shortened(attemptId);
