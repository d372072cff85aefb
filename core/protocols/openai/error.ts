/** Errors as the OpenAI API words them (https://platform.openai.com/docs/guides/error-codes, 2026-11). */

import type { ProblemDetails } from '../../call/answers/answers.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import { denialOf } from '../http/denial.ts';
import {
  type ErrorFormat,
  NO_RETRY,
  type ServiceFailure,
  type WireError,
  waitOf,
} from '../http/wire-error.ts';

type Named = readonly [status: number, type: string, code: string | null];

const INVALID: Named = [400, 'invalid_request_error', null];
const FORBIDDEN: Named = [403, 'invalid_request_error', 'forbidden'];
const NO_MODEL: Named = [404, 'invalid_request_error', 'model_not_found'];
const THROTTLED: Named = [429, 'rate_limit_exceeded', 'rate_limit_exceeded'];
const BROKEN: Named = [500, 'server_error', 'server_error'];
const UNAVAILABLE: Named = [503, 'server_error', 'service_unavailable'];
const TIMED_OUT: Named = [504, 'server_error', 'timeout'];

const BY_CODE: Partial<Readonly<Record<ProblemCode, Named>>> = {
  unknown_model: NO_MODEL,
  model_not_allowed: NO_MODEL,
  not_found: [404, 'invalid_request_error', 'unknown_url'],
  method_not_allowed: [405, 'invalid_request_error', 'method_not_allowed'],
  payload_too_large: [413, 'invalid_request_error', 'request_too_large'],
  unauthenticated: [401, 'invalid_request_error', 'invalid_api_key'],
  cost_center_mismatch: FORBIDDEN,
  forbidden_cost_center: FORBIDDEN,
  forbidden_application: FORBIDDEN,
  forbidden_environment: FORBIDDEN,
  forbidden_user: FORBIDDEN,
  request_in_progress: [409, 'invalid_request_error', 'conflict'],
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
  ResourceNotFoundException: NO_MODEL,
  ThrottlingException: THROTTLED,
  ServiceQuotaExceededException: THROTTLED,
  ModelNotReadyException: THROTTLED,
  ModelTimeoutException: TIMED_OUT,
};

export const openAiErrors: ErrorFormat = {
  problem: (problem, now) => {
    const { detail, errors = [] } = problem;
    const denial = denialOf(problem, now);
    if (denial?.kind === 'final') {
      return wireError([429, 'insufficient_quota', 'insufficient_quota'], detail, NO_RETRY);
    }
    if (denial) return wireError(THROTTLED, detail, waitOf(denial.retryAfter));
    if (problem.code === 'invocation_failed') {
      const named = BY_FAILURE[problem.upstream?.name ?? ''] ?? BROKEN;
      return wireError(named, detail, named === UNAVAILABLE ? waitOf(5) : NO_RETRY);
    }
    const named = BY_CODE[problem.code] ?? INVALID;
    const { retryAfter } = problem;
    const headers = retryAfter === undefined ? {} : waitOf(retryAfter);
    return wireError(named, detail, headers, paramOf(errors[0]?.path ?? detail));
  },
  service: (failure) => {
    const named = serviceError(failure);
    return wireError(named, failure.message, retryOf(named, failure));
  },
};

/** The member of the body at fault. */
const paramOf = (path: string): string | null => /^\$\.([^:]+?)(?::|$)/.exec(path)?.[1] ?? null;

function serviceError({ name, httpStatus }: ServiceFailure): Named {
  const named = Object.hasOwn(BY_SERVICE, name) ? BY_SERVICE[name] : undefined;
  if (named) return named;
  // A refusal of this service's own credentials is not the caller's fault.
  if (httpStatus === 401 || httpStatus === 403) return BROKEN;
  if (httpStatus === 413) return [413, 'invalid_request_error', 'request_too_large'];
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
  [status, type, code]: Named,
  message: ProblemDetails['detail'],
  headers: Readonly<Record<string, string>>,
  param: string | null = null,
): WireError {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

/** An error in the middle of a stream. */
export function streamError({
  name,
  message,
}: {
  readonly name: string;
  readonly message: string;
}) {
  const [, type, code] = /^throttling/i.test(name)
    ? THROTTLED
    : /^validation/i.test(name)
      ? INVALID
      : BROKEN;
  return { message, type, param: null, code };
}
