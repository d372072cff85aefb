/** Ports of idempotency: one record per key, and a hash. */

import type { EpochSeconds } from '../../time.ts';
import type { ProblemDetails, SuccessBody } from '../answers/answers.ts';

/** Claim of a call with a key. Plain JSON, part of the workflow's state. */
export interface Claim {
  /** Hash of the key and of who pays: names the record. The key itself is stored nowhere. */
  readonly record: string;
  /** Hash of the request: tells a repeat from a key that is used for something else. */
  readonly fingerprint: string;
  /** Tells a retry of the same call from a repeat of the request. */
  readonly attemptId: string;
}

export interface ClaimWrite extends Claim {
  readonly requestId: string;
  readonly now: EpochSeconds;
  /** From this time on, the call that holds the claim cannot be running. */
  readonly runningUntil: EpochSeconds;
  /** From this time on, the record counts as absent, whether it was deleted or not. */
  readonly expiresAt: EpochSeconds;
}

/** An answer as it is kept: without `message` where content may not be stored, or is too long. */
export type StoredAnswer = (Omit<SuccessBody, 'message'> & Partial<SuccessBody>) | ProblemDetails;

/** `requestId` is that of the call which holds the key. */
export type ClaimResult =
  /** Also when the same call had claimed it already. */
  | { readonly outcome: 'claimed' }
  | { readonly outcome: 'running'; readonly requestId: string }
  | { readonly outcome: 'completed'; readonly requestId: string; readonly answer: StoredAnswer }
  /** The key was used for another request. */
  | { readonly outcome: 'reused'; readonly requestId: string };

/**
 * One record per key. Every method is one conditional write and safe to repeat.
 * @throws LedgerUnavailableError when the table does not answer; what it did is then unknown.
 */
export interface IdempotencyStore {
  /**
   * Of any number of calls at once, one claims the key. A record that ended its time, or whose call
   * for the same request has ended, is claimed again.
   */
  claim(write: ClaimWrite): Promise<ClaimResult>;
  /** Keeps the answer. A record that another call has claimed since is left alone. */
  complete(claim: Claim, answer: StoredAnswer, expiresAt: EpochSeconds): Promise<void>;
  /** Frees the key. A record that another call has claimed since is left alone. */
  release(claim: Claim, now: EpochSeconds): Promise<void>;
}

export interface Digest {
  /** SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal digits. */
  sha256(text: string): string;
}
