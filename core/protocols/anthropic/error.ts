/**
 * Errors as the Anthropic API words them
 * (https://docs.claude.com/en/api/errors, 2026-11).
 */
import type { ProblemDetails } from '../../call/answers/answers.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import { denialOf } from '../http/denial.ts';
import { sseBytes, sseText } from '../http/sse.ts';
import {
  type ErrorFormat,
  NO_RETRY,
  type ServiceFailure,
  type WireError,
  waitOf,
} from '../http/wire-error.ts';

type Named = readonly [status: number, type: string];

const INVALID: Named = [400, 'invalid_request_error'];
const FORBIDDEN: Named = [403, 'permission_error'];
const NOT_FOUND: Named = [404, 'not_found_error'];
const THROTTLED: Named = [429, 'rate_limit_error'];
const BROKEN: Named = [500, 'api_error'];
const UNAVAILABLE: Named = [503, 'api_error'];
const TIMED_OUT: Named = [504, 'timeout_error'];

const BY_CODE: Partial<Readonly<Record<ProblemCode, Named>>> = {
  unknown_model: NOT_FOUND,
  model_not_allowed: NOT_FOUND,
  not_found: NOT_FOUND,
  method_not_allowed: [405, 'invalid_request_error'],
  payload_too_large: [413, 'request_too_large'],
  unauthenticated: [401, 'authentication_error'],
  cost_center_mismatch: FORBIDDEN,
  forbidden_cost_center: FORBIDDEN,
  forbidden_application: FORBIDDEN,
  forbidden_environment: FORBIDDEN,
  forbidden_user: FORBIDDEN,
  request_in_progress: [409, 'conflict_error'],
  ledger_unavailable: UNAVAILABLE,
  policy_unavailable: UNAVAILABLE,
  workflow_unavailable: UNAVAILABLE,
};

/** A call that did not reach the model, or whose answer did not reach us. */
const BY_FAILURE: Readonly<Record<string, Named>> = {
  NotSent: UNAVAILABLE,
  DeadlineBeforeCall: UNAVAILABLE,
  CredentialsProviderError: UNAVAILABLE,
  DeadlineExceeded: TIMED_OUT,
};

/** Errors of the service by name; others by their status. */
const BY_SERVICE: Readonly<Record<string, Named>> = {
  AccessDeniedException: FORBIDDEN,
  ResourceNotFoundException: NOT_FOUND,
  ThrottlingException: THROTTLED,
  ServiceQuotaExceededException: THROTTLED,
  ModelNotReadyException: THROTTLED,
  ModelTimeoutException: TIMED_OUT,
};

export const anthropicErrors: ErrorFormat = {
  problem: (problem, now) => {
    const denial = denialOf(problem, now);
    if (denial?.kind === 'final') {
      return wireError([429, 'billing_error'], problem, NO_RETRY);
    }
    if (denial) return wireError(THROTTLED, problem, waitOf(denial.retryAfter));
    if (problem.code === 'invocation_failed') {
      const named = BY_FAILURE[problem.upstream?.name ?? ''] ?? BROKEN;
      return wireError(named, problem, named === UNAVAILABLE ? waitOf(5) : NO_RETRY);
    }
    const named = BY_CODE[problem.code] ?? INVALID;
    const { retryAfter } = problem;
    return wireError(named, problem, retryAfter === undefined ? {} : waitOf(retryAfter));
  },
  // Its words stay: clients read from them what to change.
  service: (failure, requestId) => {
    const named = serviceError(failure);
    const about = { requestId, detail: failure.message };
    return wireError(named, about, retryOf(named, failure));
  },
};

function serviceError({ name, httpStatus }: ServiceFailure): Named {
  const named = Object.hasOwn(BY_SERVICE, name) ? BY_SERVICE[name] : undefined;
  if (named) return named;
  // A refusal of this service's own credentials is not the caller's fault.
  if (httpStatus === 401 || httpStatus === 403) return BROKEN;
  if (httpStatus === 413) return [413, 'request_too_large'];
  if (httpStatus === 429) return THROTTLED;
  if (httpStatus === 503) return UNAVAILABLE;
  return httpStatus < 500 && httpStatus !== 408 && httpStatus !== 424 ? INVALID : BROKEN;
}

/** Where the model may have run, another try may be charged again: that is the user's decision. */
function retryOf([status]: Named, { headers }: ServiceFailure): Readonly<Record<string, string>> {
  const wait = headers['retry-after'];
  if (status === 429 || status === 503) return wait === undefined ? {} : { 'retry-after': wait };
  return status >= 500 ? NO_RETRY : {};
}

function wireError(
  [status, type]: Named,
  { requestId, detail }: Pick<ProblemDetails, 'requestId' | 'detail'>,
  headers: Readonly<Record<string, string>>,
): WireError {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(errorBody(type, detail, requestId)),
  };
}

const errorBody = (type: string, message: string, requestId: string) => ({
  type: 'error',
  error: { type, message },
  request_id: requestId,
});

/** The last event of a stream that failed. */
export function streamError(
  { name, message }: { readonly name: string; readonly message: string },
  requestId: string,
): Uint8Array {
  const type = /^throttling/i.test(name)
    ? 'rate_limit_error'
    : /^validation/i.test(name)
      ? 'invalid_request_error'
      : 'api_error';
  const text = JSON.stringify(errorBody(type, message, requestId));
  return sseBytes([sseText(text, 'error')]) ?? new Uint8Array();
}
