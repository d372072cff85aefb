/** The kind of an error, and whether a client tries again: each API words the same kinds. */
import type { ProblemDetails } from '../../call/answers/answers.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import type { EpochMs } from '../../time.ts';
import { denialOf } from './denial.ts';
import { NO_RETRY, type ServiceFailure, waitOf } from './wire-error.ts';

export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'noModel'
  | 'noPath'
  | 'wrongMethod'
  | 'conflict'
  | 'tooLarge'
  /** Of a limit that only the end of its window frees. */
  | 'spent'
  | 'throttled'
  | 'broken'
  | 'unavailable'
  | 'timedOut';

type Headers = Readonly<Record<string, string>>;

const BY_CODE: Partial<Readonly<Record<ProblemCode, ErrorKind>>> = {
  unknown_model: 'noModel',
  model_not_allowed: 'noModel',
  not_found: 'noPath',
  method_not_allowed: 'wrongMethod',
  payload_too_large: 'tooLarge',
  unauthenticated: 'unauthenticated',
  cost_center_mismatch: 'forbidden',
  forbidden_cost_center: 'forbidden',
  forbidden_application: 'forbidden',
  forbidden_environment: 'forbidden',
  forbidden_user: 'forbidden',
  forbidden_operator: 'forbidden',
  request_in_progress: 'conflict',
  ledger_unavailable: 'unavailable',
  identity_unavailable: 'unavailable',
  policy_unavailable: 'unavailable',
  workflow_unavailable: 'unavailable',
};

/** A call that did not reach the model, or whose answer did not reach us. */
const BY_FAILURE: Readonly<Record<string, ErrorKind>> = {
  NotSent: 'unavailable',
  DeadlineBeforeCall: 'unavailable',
  CredentialsProviderError: 'unavailable',
  DeadlineExceeded: 'timedOut',
};

/** Errors of the service by name; others by their status. */
const BY_SERVICE: Readonly<Record<string, ErrorKind>> = {
  AccessDeniedException: 'forbidden',
  ResourceNotFoundException: 'noModel',
  ThrottlingException: 'throttled',
  ServiceQuotaExceededException: 'throttled',
  ModelNotReadyException: 'throttled',
  ModelTimeoutException: 'timedOut',
};

interface Kind {
  readonly kind: ErrorKind;
  /** By which a client tries again or gives up. */
  readonly headers: Headers;
}

export function problemKind(problem: ProblemDetails, now: EpochMs): Kind {
  const denial = denialOf(problem, now);
  if (denial?.kind === 'final') return { kind: 'spent', headers: NO_RETRY };
  if (denial) return { kind: 'throttled', headers: waitOf(denial.retryAfter) };
  if (problem.code === 'invocation_failed') {
    const kind = BY_FAILURE[problem.upstream?.name ?? ''] ?? 'broken';
    const isFree = problem.charged === undefined || problem.charged.basis === 'released';
    return { kind, headers: kind === 'unavailable' && isFree ? waitOf(5) : NO_RETRY };
  }
  const { code, retryAfter } = problem;
  const headers = retryAfter === undefined ? {} : waitOf(retryAfter);
  return { kind: BY_CODE[code] ?? 'invalid', headers };
}

export function serviceKind(failure: ServiceFailure): Kind {
  const kind = kindOfService(failure);
  return { kind, headers: retryHeaders(kind, failure) };
}

function kindOfService({ name, httpStatus }: ServiceFailure): ErrorKind {
  const kind = Object.hasOwn(BY_SERVICE, name) ? BY_SERVICE[name] : undefined;
  if (kind) return kind;
  // A refusal of this service's own credentials is not the caller's fault.
  if (httpStatus === 401 || httpStatus === 403) return 'broken';
  if (httpStatus === 413) return 'tooLarge';
  if (httpStatus === 429) return 'throttled';
  if (httpStatus === 503) return 'unavailable';
  return httpStatus < 500 && httpStatus !== 408 && httpStatus !== 424 ? 'invalid' : 'broken';
}

/** Where the model may have run, another try may be charged again: that is the user's decision. */
function retryHeaders(kind: ErrorKind, { headers, isCharged }: ServiceFailure): Headers {
  if (isCharged) return NO_RETRY;
  const wait = headers['retry-after'];
  if (kind === 'throttled' || kind === 'unavailable') {
    return wait === undefined ? {} : { 'retry-after': wait };
  }
  return kind === 'broken' || kind === 'timedOut' ? NO_RETRY : {};
}

/** Of a stream that fails after it began. */
export function streamKind(name: string): ErrorKind {
  if (/^throttling/i.test(name)) return 'throttled';
  return /^validation/i.test(name) ? 'invalid' : 'broken';
}
