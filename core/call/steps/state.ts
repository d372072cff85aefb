/**
 * State passed between the steps of the workflow. Plain JSON below 262,144 bytes.
 *
 * Every state has an `answer`: the response if no later step completes. So the workflow's catches
 * need no logic, and no path loses an answer.
 */

import type { CallStatus } from '../../call-status.ts';
import type { Caller } from '../../caller.ts';
import type { DenyingLimit } from '../../ledger/denial.ts';
import type { FirstLimitEvent } from '../../ledger/first-events.ts';
import type { Reservation } from '../../ledger/reservation.ts';
import type { CallIdentity } from '../../policy/limit-of-holder.ts';
import type { CacheTtl } from '../../pricing/worst-case.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { AuditedBound } from '../../telemetry/audit-line.ts';
import type { MetricDimensions } from '../../telemetry/dimensions.ts';
import type { EpochMs } from '../../time.ts';
import type { Answer } from '../answers/answers.ts';
import type { Candidate } from '../candidate/candidate.ts';
import type { PricedCandidate } from '../candidate/priced-bound.ts';
import type { Claim } from '../idempotency/ports.ts';
import type { Charge } from '../model/charge.ts';
import type { ConverseFailure } from '../model/failure-rules.ts';
import type { Prompt } from '../request/prompt.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html, 2026-11. */
export const STATE_BYTES_MAX = 262_144;

/** Input of the workflow when the gateway starts it; anyone else may send the request alone. */
export interface WorkflowInput {
  readonly request: unknown;
  readonly requestId: string;
  readonly receivedAt: EpochMs;
  /** When the caller stops waiting. */
  readonly deadline?: EpochMs;
  readonly caller?: Caller;
  /** A repeat of the request with this key is charged once. */
  readonly idempotencyKey?: string;
  /** As the caller named it. */
  readonly session?: string;
  /** The gateway's, over all the rest. */
  readonly seal?: string;
}

interface Common {
  readonly tags: RequestTags;
  readonly dimensions: MetricDimensions;
  readonly receivedAt: EpochMs;
  readonly deadline?: EpochMs;
  readonly caller?: Caller;
  /** The session of the client, as it names it. */
  readonly sessionId?: string;
  /** User, key and session, in the form in which they are counted. */
  readonly who?: CallIdentity;
  /** Of a request with an idempotency key: what it claims, or holds. */
  readonly claim?: Claim;
  readonly answer: Answer;
}

/** Fields of every later state, without the prompt. */
export const commonState = ({
  tags,
  dimensions,
  receivedAt,
  deadline,
  caller,
  sessionId,
  who,
  claim,
}: Common): Omit<Common, 'answer'> => ({
  tags,
  dimensions,
  receivedAt,
  ...(deadline !== undefined && { deadline }),
  ...(caller && { caller }),
  ...(sessionId !== undefined && { sessionId }),
  ...(who && { who }),
  ...(claim && { claim }),
});

export interface InvalidCall extends Common {
  readonly status: 'not_valid';
  /** The request that holds the idempotency key this one came with. */
  readonly originalRequestId?: string;
}

/** Something needed before the call did not answer; the model was not called. */
export interface UnavailableCall extends Common {
  readonly status: 'unavailable';
}

/** A repeat of a request that has ended: nothing is reserved, called or charged. */
interface Replayed extends Common {
  readonly status: 'replayed';
  readonly originalRequestId: string;
}

/** A call that can be reserved, whichever protocol it came by. */
export interface BoundedCall<C extends PricedCandidate = PricedCandidate> extends Common {
  readonly status: 'valid';
  /** Tells this call's own retries from another call with the same id. */
  readonly attemptId: string;
  /** The first is the model asked for, the rest may replace it. */
  readonly candidates: readonly [C, ...C[]];
  /** The longest time to live of any cache entry the call asks for. */
  readonly cacheTtl: CacheTtl;
}

/** The request is sound. */
export interface ValidCall extends BoundedCall<Candidate> {
  readonly prompt: Prompt;
  readonly logPrompts: boolean;
}

/** The amounts requested from the ledger, for the audit log. */
interface Decidable extends Common {
  readonly bounds: readonly AuditedBound[];
}

interface Denied extends Decidable {
  readonly status: 'denied';
  readonly limit: DenyingLimit;
  readonly firstEvent?: FirstLimitEvent;
}

/** A call whose worst case is reserved. */
export interface ReservedCall<C extends PricedCandidate = PricedCandidate> extends Decidable {
  readonly status: 'approved';
  readonly candidate: C;
  readonly fallbackFrom?: string;
  /** Of the fallback, where it is the first of its window. */
  readonly firstEvent?: FirstLimitEvent;
  readonly reservation: Reservation;
}

export interface ApprovedCall extends ReservedCall<Candidate> {
  readonly prompt: Prompt;
  readonly logPrompts: boolean;
}

interface Invoked extends Decidable {
  readonly candidate: PricedCandidate;
  readonly fallbackFrom?: string;
  readonly firstEvent?: FirstLimitEvent;
  readonly reservation: Reservation;
  readonly charge: Charge;
  readonly latencyMs: number;
  /** Only when the policy says to log prompts. */
  readonly prompt?: unknown;
}

export interface SucceededCall extends Invoked {
  readonly status: 'succeeded';
  /** Only when the policy says to log prompts. */
  readonly completion?: unknown;
}

export interface FailedCall extends Invoked {
  readonly status: 'failed';
  readonly failure: ConverseFailure;
}

export type ValidationOutcome = ValidCall | InvalidCall | UnavailableCall;
export type NotReserved = Denied | InvalidCall | Replayed | UnavailableCall;
export type ReserveOutcome<R extends ReservedCall = ApprovedCall> = R | NotReserved;
export type CallOutcome =
  | SucceededCall
  | FailedCall
  | Denied
  | InvalidCall
  | Replayed
  | UnavailableCall;

/** The workflow's last word: where it ended, and what the caller gets. */
export interface WorkflowOutput {
  readonly status: CallStatus;
  readonly answer: Answer;
}
