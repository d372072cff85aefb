/**
 * What flows from step to step of the workflow. Plain JSON below 262,144 bytes.
 *
 * Every state carries `answer`: what the caller is told if no later step comes back. So the
 * workflow's catches need no logic, and no path loses an answer.
 */
import type { Answer } from './answers.ts';
import type { Candidate } from './bedrock/candidate.ts';
import type { ConverseFailure } from './bedrock/outcome.ts';
import type { AnswerContent } from './bedrock/ports.ts';
import type { Prompt } from './bedrock/prompt.ts';
import type { Claim } from './idempotency/ports.ts';
import type { Caller } from './identity.ts';
import type { FirstTime } from './ledger/first-times.ts';
import type { RefusedLimit } from './ledger/refusal.ts';
import type { Reservation } from './ledger/reservation.ts';
import type { TokenUsage } from './pricing/price.ts';
import type { AuditedBound } from './telemetry/audit.ts';
import type { EpochMs } from './time.ts';

/** Input of the workflow when the gateway starts it; anyone else may send the request alone. */
export interface Envelope {
  readonly request: unknown;
  readonly requestId: string;
  readonly receivedAt: EpochMs;
  /** When the caller stops waiting. */
  readonly deadline?: EpochMs;
  readonly caller?: Caller;
  /** A repeat of the request with this key is charged once. */
  readonly idempotencyKey?: string;
}

/** Design: kept in every later state, metric and log line. */
export interface Tags {
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly applicationId?: string;
  readonly costCenter?: string;
  readonly environment?: string;
  readonly modelMetric?: string;
}

/** Values of metric dimensions; from the policy only, `other` where a request named none of it. */
export interface Dimensions {
  readonly Model: string;
  readonly ModelId: string;
  readonly CostCenter: string;
  readonly Application: string;
  readonly Environment: string;
}

interface Common {
  readonly tags: Tags;
  readonly dimensions: Dimensions;
  readonly receivedAt: EpochMs;
  readonly deadline?: EpochMs;
  readonly caller?: Caller;
  /** Of a request with an idempotency key: what it claims, or holds. */
  readonly claim?: Claim;
  readonly answer: Answer;
}

export interface NotValid extends Common {
  readonly status: 'not_valid';
  /** The request that holds the idempotency key this one came with. */
  readonly originalRequestId?: string;
}

/** Something needed before the call did not answer; the model was not called. */
export interface Unavailable extends Common {
  readonly status: 'unavailable';
}

/** A repeat of a request that has ended: nothing is reserved, called or charged. */
interface Replayed extends Common {
  readonly status: 'replayed';
  readonly originalRequestId: string;
}

/** The request is sound; the first candidate is the model asked for, the rest may replace it. */
export interface Valid extends Common {
  readonly status: 'valid';
  /** Tells this call's own retries from another call with the same id. */
  readonly attemptId: string;
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly prompt: Prompt;
  readonly logPrompts: boolean;
}

/** What was asked of the ledger, for the audit log. */
interface Decidable extends Common {
  readonly bounds: readonly AuditedBound[];
}

interface Denied extends Decidable {
  readonly status: 'denied';
  readonly limit: RefusedLimit;
  readonly firstTime?: FirstTime;
}

export interface Approved extends Decidable {
  readonly status: 'approved';
  readonly candidate: Candidate;
  readonly fallbackFrom?: string;
  /** Of the fallback, where it is the first of its window. */
  readonly firstTime?: FirstTime;
  readonly reservation: Reservation;
  readonly prompt: Prompt;
  readonly logPrompts: boolean;
}

interface Invoked extends Decidable {
  readonly candidate: Candidate;
  readonly fallbackFrom?: string;
  readonly firstTime?: FirstTime;
  readonly reservation: Reservation;
  readonly latencyMs: number;
  /** Only when the policy says to log prompts. */
  readonly prompt?: Prompt;
}

export interface Succeeded extends Invoked {
  readonly status: 'succeeded';
  readonly usage: TokenUsage;
  /** Only when the policy says to log prompts. */
  readonly completion?: AnswerContent;
}

export interface Failed extends Invoked {
  readonly status: 'failed';
  readonly failure: ConverseFailure;
  /** Known when the model answered but its answer could not be passed on. */
  readonly usage?: TokenUsage;
}

export type Validated = Valid | NotValid | Unavailable;
export type Reserved = Approved | Denied | NotValid | Replayed | Unavailable;
export type Decided = Succeeded | Failed | Denied | NotValid | Replayed | Unavailable;

/** The workflow's last word: where it ended, and what the caller gets. */
export interface Recorded {
  readonly status: Decided['status'];
  readonly answer: Answer;
}
