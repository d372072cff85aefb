/** Whether a denial is final, or a client should wait and try again. */
import type { ProblemDetails } from '../../call/answers/answers.ts';
import type { EpochMs } from '../../time.ts';

/** A window that ends within this time is waited for. */
const SOON_MS = 60_000;
const RETRY_SECONDS = 5;

type Denial =
  /** The same request is refused until an operator or the end of the window changes that. */
  { readonly kind: 'final' } | { readonly kind: 'passing'; readonly retryAfter: number };

export function denialOf(
  { limit, retryAfter = RETRY_SECONDS }: ProblemDetails,
  now: EpochMs,
): Denial | undefined {
  // Of one request: it is the request that has to change.
  if (!limit || limit.window === 'request') return undefined;
  const isFar = limit.resetsAt === null || Date.parse(limit.resetsAt) - now > SOON_MS;
  const isFinal = limit.reason === 'used' && isFar;
  return isFinal ? { kind: 'final' } : { kind: 'passing', retryAfter };
}
