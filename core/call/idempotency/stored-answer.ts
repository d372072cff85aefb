/** The stored form of an answer, and the answer to a repeat of its request. */

import type { RequestTags } from '../../request-tags.ts';
import { type Answer, isProblem, type ProblemDetails, problemDetails } from '../answers/answers.ts';
import type { StoredAnswer } from './ports.ts';

/** Fits into an item (400 KB) and, with the rest of the state, into a workflow (256 KiB). */
const KEPT_BYTES_MAX = 200_000;

/** @param keepsContent the policy lets content be stored (`log_prompts`). */
export function toStoredAnswer(answer: Answer, keepsContent: boolean): StoredAnswer {
  if (isProblem(answer)) return answer;
  if (keepsContent && bytesOf(answer) <= KEPT_BYTES_MAX) return answer;
  const { message: _, ...kept } = answer;
  return kept;
}

const bytesOf = (answer: Answer): number => new TextEncoder().encode(JSON.stringify(answer)).length;

/** The same answer again where it was kept whole; otherwise what became of the request. */
export function replayAnswer(kept: StoredAnswer, tags: RequestTags): Answer {
  if ('code' in kept) return failedBefore(kept, tags);
  const { message, requestId, usage, cost } = kept;
  if (message) return { ...kept, message, replayed: true };
  const detail =
    `The request ${requestId} with this key has been answered and charged; its content was not ` +
    'kept. Send a new key to call the model again.';
  return problemDetails('request_completed', tags, detail, {
    originalRequestId: requestId,
    usage,
    cost,
  });
}

/** A conflict, as the original status would make clients repeat it forever. */
function failedBefore(kept: ProblemDetails, tags: RequestTags): ProblemDetails {
  const { requestId, upstream, charged } = kept;
  const detail =
    `The request ${requestId} with this key failed after it may have been charged. ` +
    'Send a new key to call the model again.';
  return problemDetails('request_completed', tags, detail, {
    originalRequestId: requestId,
    ...(upstream && { upstream }),
    ...(charged && { charged }),
  });
}
