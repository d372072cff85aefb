/** Bodies of the answers: a success, or an RFC 9457 problem. */

import { firstProblems, type InputProblem } from '../../input-problem.ts';
import { formatUsd } from '../../money.ts';
import type { TokenUsage } from '../../pricing/cost.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../problem-http-status.ts';
import type { RequestTags } from '../../request-tags.ts';
import { printable } from '../../safe-text.ts';
import type { Candidate } from '../candidate/candidate.ts';
import type { PricedCandidate } from '../candidate/priced-bound.ts';
import type { Charge } from '../model/charge.ts';
import type { AnswerContent } from '../model/ports.ts';
import type { DenyingLimitBody, LimitBody } from './limit-body.ts';

interface Money {
  readonly currency: 'USD';
  /** Decimal USD. */
  readonly amount: string;
  readonly nanoUsd: number;
}

export interface SuccessBody {
  readonly requestId: string;
  readonly outcome: 'succeeded';
  readonly model: string;
  readonly modelId: string;
  readonly modelMetric: string;
  readonly message: { readonly role: 'assistant'; readonly content: AnswerContent };
  readonly stopReason: string;
  readonly usage: Omit<TokenUsage, 'cacheWrite1hInputTokens'> & { readonly totalTokens: number };
  readonly cost: Money & {
    readonly reservedNanoUsd: number;
    /** The model did not report its usage, or not consistently. */
    readonly basis?: 'worst_case';
  };
  readonly fallbackFrom?: string;
  /** Parameters dropped from the request because the model does not support them. */
  readonly dropped?: readonly string[];
  readonly tags: RequestTags;
  readonly limits: readonly LimitBody[];
  /** A repeat with the same idempotency key: this is the first answer, and nothing was charged. */
  readonly replayed?: true;
  /** The ledger could not be reached after the call; the lease covers it until it can. */
  readonly settlement?: 'pending';
}

/** RFC 9457, with `code` as the stable name of the problem. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly requestId: string;
  readonly code: ProblemCode;
  readonly outcome: 'not_valid' | 'denied' | 'failed' | 'unavailable';
  readonly tags: RequestTags;
  readonly errors?: readonly InputProblem[];
  readonly limit?: DenyingLimitBody;
  readonly upstream?: { readonly name: string; readonly message: string };
  /** Charge of a failed call; the worst case if its usage is unknown. */
  readonly charged?: (Money & { readonly basis: Charge['basis'] }) | { readonly basis: 'unknown' };
  readonly fallbackFrom?: string;
  /** The request that holds the idempotency key. */
  readonly originalRequestId?: string;
  /** Usage and cost of the original request. */
  readonly usage?: SuccessBody['usage'];
  readonly cost?: SuccessBody['cost'];
  /** Seconds; also sent as the Retry-After header. */
  readonly retryAfter?: number;
  readonly settlement?: 'pending';
}

export type Answer = SuccessBody | ProblemDetails;

export const isProblem = (answer: Answer): answer is ProblemDetails => 'code' in answer;

const OUTCOMES: Partial<Record<ProblemCode, ProblemDetails['outcome']>> = {
  limit_exceeded: 'denied',
  invocation_failed: 'failed',
  ledger_unavailable: 'unavailable',
  policy_unavailable: 'unavailable',
  workflow_unavailable: 'unavailable',
};

const RETRY_SECONDS = 5;

/** Parts that differ between problems. */
export type ProblemExtensions = Partial<
  Pick<
    ProblemDetails,
    | 'errors'
    | 'limit'
    | 'upstream'
    | 'charged'
    | 'fallbackFrom'
    | 'originalRequestId'
    | 'usage'
    | 'cost'
    | 'retryAfter'
  >
> & { readonly status?: number };

export function problemDetails(
  code: ProblemCode,
  tags: RequestTags,
  detail: string,
  parts: ProblemExtensions = {},
): ProblemDetails {
  const [status, title] = PROBLEM_CODES[code];
  const outcome = OUTCOMES[code] ?? 'not_valid';
  return {
    type: `urn:bedrock-cost-sentry:problem:${code}`,
    title,
    status,
    detail,
    requestId: tags.requestId,
    code,
    outcome,
    tags,
    // Where the model may have run, a repeat may be charged again.
    ...(outcome === 'unavailable' && !parts.charged && { retryAfter: RETRY_SECONDS }),
    ...parts,
    ...(parts.errors && { errors: firstProblems(parts.errors) }),
  };
}

export const moneyBody = (nanoUsd: number): Money => ({
  currency: 'USD',
  amount: formatUsd(nanoUsd),
  nanoUsd,
});

interface SuccessParts {
  readonly candidate: PricedCandidate & Pick<Candidate, 'dropped'>;
  readonly fallbackFrom?: string | undefined;
  readonly tags: RequestTags;
  readonly content: AnswerContent;
  readonly stopReason: string;
  readonly charge: Charge;
}

/** Marked as not settled yet: the recording step takes the mark away. */
export function successBody(parts: SuccessParts): SuccessBody {
  const { candidate, fallbackFrom, tags, charge } = parts;
  const { basis, amounts, usage } = charge;
  const { inputTokens, outputTokens, cacheReadInputTokens, cacheWriteInputTokens } =
    usage ?? NO_USAGE;
  return {
    requestId: tags.requestId,
    outcome: 'succeeded',
    model: candidate.model,
    modelId: candidate.modelId,
    modelMetric: candidate.modelMetric,
    message: { role: 'assistant', content: parts.content },
    stopReason: parts.stopReason,
    usage: {
      inputTokens,
      outputTokens,
      cacheReadInputTokens,
      cacheWriteInputTokens,
      totalTokens: amounts.tokens,
    },
    cost: {
      ...moneyBody(amounts.usd),
      reservedNanoUsd: candidate.worstCase.usd,
      ...(basis === 'worst_case' && { basis }),
    },
    ...(fallbackFrom !== undefined && { fallbackFrom }),
    ...(candidate.dropped && { dropped: candidate.dropped }),
    tags,
    limits: [],
    settlement: 'pending',
  };
}

const NO_USAGE: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadInputTokens: 0,
  cacheWriteInputTokens: 0,
  cacheWrite1hInputTokens: 0,
};

const UPSTREAM_LENGTH_MAX = 500;

/** The service's own words, bounded and made harmless. */
export const upstreamError = ({ name, message }: { name: string; message: string }) => ({
  name: printable(name),
  message: printable(message, UPSTREAM_LENGTH_MAX),
});
