/**
 * Problems as the Bedrock runtime words them, so that its clients take them for their own
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, errors, 2026-11).
 */
import type { ProblemDetails } from '../../call/answers/answers.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import type { EpochMs } from '../../time.ts';
import { denialOf } from './denial.ts';
import { type ErrorFormat, NO_RETRY, type WireError, waitOf } from './wire-error.ts';

type Named = readonly [status: number, name: string];

const VALIDATION: Named = [400, 'ValidationException'];
const DENIED: Named = [403, 'AccessDeniedException'];
const NOT_FOUND: Named = [404, 'ResourceNotFoundException'];
const UNAVAILABLE: Named = [503, 'ServiceUnavailableException'];

const BY_CODE: Partial<Readonly<Record<ProblemCode, Named>>> = {
  unknown_model: NOT_FOUND,
  model_not_allowed: NOT_FOUND,
  not_found: [404, 'UnknownOperationException'],
  method_not_allowed: [405, 'UnknownOperationException'],
  payload_too_large: [413, 'ValidationException'],
  unauthenticated: DENIED,
  cost_center_mismatch: DENIED,
  forbidden_cost_center: DENIED,
  forbidden_application: DENIED,
  forbidden_environment: DENIED,
  forbidden_user: DENIED,
  request_in_progress: [409, 'ConflictException'],
  ledger_unavailable: UNAVAILABLE,
  policy_unavailable: UNAVAILABLE,
  workflow_unavailable: UNAVAILABLE,
};

/** A call that did not reach the model, or whose answer did not reach us. */
const BY_FAILURE: Readonly<Record<string, Named>> = {
  NotSent: UNAVAILABLE,
  DeadlineBeforeCall: UNAVAILABLE,
  CredentialsProviderError: UNAVAILABLE,
  DeadlineExceeded: [408, 'ModelTimeoutException'],
};

function bedrockError(problem: ProblemDetails, now: EpochMs): WireError {
  const denial = denialOf(problem, now);
  if (denial?.kind === 'final') {
    return wireError([402, 'ServiceQuotaExceededException'], denial.detail, NO_RETRY);
  }
  if (denial) {
    return wireError([429, 'ThrottlingException'], denial.detail, waitOf(denial.retryAfter));
  }
  if (problem.code === 'invocation_failed') {
    const named = BY_FAILURE[problem.upstream?.name ?? ''] ?? [424, 'ModelErrorException'];
    const again = named === UNAVAILABLE ? waitOf(5) : NO_RETRY;
    return wireError(named, problem.detail, again);
  }
  const named = BY_CODE[problem.code] ?? VALIDATION;
  const wait = problem.retryAfter === undefined ? {} : waitOf(problem.retryAfter);
  return wireError(named, problem.detail, wait);
}

function wireError(
  [status, name]: Named,
  message: string,
  headers: Readonly<Record<string, string>>,
): WireError {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name, ...headers },
    body: JSON.stringify({ __type: name, message }),
  };
}

export const bedrockErrors: ErrorFormat = { problem: bedrockError };
