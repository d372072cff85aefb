/** What a call asks of the ledger. */
import type { Policy } from '../policy/policy.ts';
import type { EpochMs } from '../time.ts';
import { candidateId } from './counters.ts';
import { type Amounts, type CallScope, effectiveLimits } from './effective-limits.ts';

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

/** Every id the call may hold under. */
export const candidateIds = ({ candidates, reservationId }: ReserveRequest): readonly string[] =>
  candidates.map((_, at) => candidateId(reservationId, at));

/** The limits the call meets on a candidate, by account. */
export const limitsFor = (request: ReserveRequest, { model, worstCase }: ReserveCandidate) =>
  effectiveLimits(request.policy, { ...request.scope, model }, worstCase, request.now);
