/** Before reserving, the request's key is claimed; after recording, it is completed or freed. */

import { LedgerUnavailableError } from '../../errors.ts';
import type { Policy } from '../../policy/policy.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { EpochMs } from '../../time.ts';
import { type Answer, problemDetails } from '../answers/answers.ts';
import type { Claim, ClaimResult, IdempotencyStore } from './ports.ts';
import { replayAnswer, toStoredAnswer } from './stored-answer.ts';

/** How long a repeat is recognized, from the claim and again from the end of the call. */
const KEPT_SECONDS = 86_400;
/**
 * After its lease a call may still be recorded: three tries of a step, and hosts whose clocks
 * differ.
 */
const RECORDING_SECONDS = 120;
const RETRY_SECONDS = 5;

/** Why a call does not continue: it is a repeat, or it is unknown whether it is one. */
export type ClaimRejection =
  | { readonly status: 'unavailable'; readonly answer: Answer }
  | {
      readonly status: 'replayed' | 'not_valid';
      readonly answer: Answer;
      readonly originalRequestId: string;
    };

interface ClaimPorts {
  readonly idempotency: IdempotencyStore;
  /** Gets the reason why there was no answer. */
  readonly warn: (message: string, cause: unknown) => void;
}

/**
 * If the store does not answer, nothing is allowed, whatever the policy's `on_ledger_error`: a
 * caller that sends a key expects one charge at most.
 * @returns undefined when the call has claimed its key.
 */
export async function claimKey(
  { idempotency, warn }: ClaimPorts,
  call: { readonly tags: RequestTags; readonly claim: Claim },
  policy: Policy,
  now: EpochMs,
): Promise<ClaimRejection | undefined> {
  const { requestId } = call.tags;
  const at = Math.ceil(now / 1000);
  const runningUntil = at + policy.ledger.leaseSeconds + RECORDING_SECONDS;
  const write = { ...call.claim, requestId, now: at, runningUntil, expiresAt: at + KEPT_SECONDS };
  try {
    const result = await idempotency.claim(write);
    return result.outcome === 'claimed' ? undefined : refusal(call.tags, result);
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    warn('an idempotency key could not be claimed', error);
    const detail = 'The ledger did not answer whether this is a repeat; no model was called.';
    return {
      status: 'unavailable',
      answer: problemDetails('ledger_unavailable', call.tags, detail),
    };
  }
}

function refusal(
  tags: RequestTags,
  met: Exclude<ClaimResult, { outcome: 'claimed' }>,
): ClaimRejection {
  const originalRequestId = met.requestId;
  switch (met.outcome) {
    case 'running': {
      const detail = `The request ${originalRequestId} with this key is still in progress.`;
      const parts = { originalRequestId, retryAfter: RETRY_SECONDS };
      const answer = problemDetails('request_in_progress', tags, detail, parts);
      return { status: 'not_valid', answer, originalRequestId };
    }
    case 'reused': {
      const detail =
        `The request ${originalRequestId} used this key for something else: ` +
        'send a new key with a new request, or the same request with this key.';
      const answer = problemDetails('idempotency_key_reused', tags, detail, { originalRequestId });
      return { status: 'not_valid', answer, originalRequestId };
    }
    case 'completed':
      return { status: 'replayed', answer: replayAnswer(met.answer, tags), originalRequestId };
  }
}

/** The state of the key once its call has ended. */
export type ClaimCompletion =
  /** It was charged, or may have been: a repeat gets that as its answer. */
  | { readonly how: 'completed'; readonly answer: Answer; readonly keepsContent: boolean }
  /** Nothing was charged: a repeat runs again. */
  | { readonly how: 'released' }
  /** Unknown: for a repeat it is in progress until the lease ends. */
  | { readonly how: 'left' };

/** @throws LedgerUnavailableError; the record then stays as it is until the lease is over. */
export async function completeClaim(
  store: IdempotencyStore,
  claim: Claim,
  end: ClaimCompletion,
  now: EpochMs,
): Promise<void> {
  const at = Math.ceil(now / 1000);
  if (end.how === 'released') await store.release(claim, at);
  if (end.how === 'completed') {
    await store.complete(claim, toStoredAnswer(end.answer, end.keepsContent), at + KEPT_SECONDS);
  }
}
