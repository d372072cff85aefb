/**
 * Classifies failed model calls: whether the model may have run, and the response to the caller.
 */

/** Why a model call did not bring an answer. */
export interface ConverseFailure {
  /**
   * Name of the service's exception, or of ours: `DeadlineExceeded`, `ConnectionLost`, `NotSent`.
   */
  readonly name: string;
  readonly message: string;
  /** HTTP status of the service's answer; absent where none came. */
  readonly httpStatus?: number;
}

interface FailureRule {
  /**
   * `released`: the model did not run, nothing is charged. `unknown`: it may have run, so the call
   * is settled by the policy's `unknown_outcome`.
   */
  readonly charge: 'released' | 'unknown';
  readonly status: 400 | 502 | 503 | 504;
  /** Whether the same call may be tried again within its lease. Only where nothing ran. */
  readonly retry: boolean;
}

const released = (status: FailureRule['status'], retry = false): FailureRule => ({
  charge: 'released',
  status,
  retry,
});
const unknown = (status: 502 | 504): FailureRule => ({ charge: 'unknown', status, retry: false });

/**
 * Failures by name. AWS states no billing rule per exception: what is refused before inference is
 * released, and what may have reached the model is unknown
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, errors, and
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html, 2026-11).
 */
const BY_NAME: ReadonlyMap<string, FailureRule> = new Map([
  // Ours: no request reached the service.
  ['NotSent', released(502, true)],
  ['CredentialsProviderError', released(502)],
  ['DeadlineBeforeCall', released(504)],
  // Ours: the ledger does not have the reservation, or did not answer.
  ['ReservationEnded', released(502)],
  ['ReservationUnknown', released(503)],
  // Ours: the request was sent, and no answer came.
  ['DeadlineExceeded', unknown(504)],
  ['ConnectionLost', unknown(502)],
  ['MalformedAnswer', unknown(502)],
  // The request is wrong.
  ['ValidationException', released(400)],
  ['ValidationError', released(400)],
  ['SerializationException', released(400)],
  ['RequestEntityTooLargeException', released(400)],
  // The account, the role or the configuration is wrong.
  ['AccessDeniedException', released(502)],
  ['ResourceNotFoundException', released(502)],
  ['UnrecognizedClientException', released(502)],
  ['InvalidClientTokenId', released(502)],
  ['InvalidClientTokenIdException', released(502)],
  ['MissingAuthenticationToken', released(502)],
  ['MissingAuthenticationTokenException', released(502)],
  ['IncompleteSignature', released(502)],
  ['IncompleteSignatureException', released(502)],
  ['NotAuthorized', released(502)],
  ['OptInRequired', released(502)],
  ['SubscriptionRequiredException', released(502)],
  ['FTUFormNotFilled', released(502)],
  ['UnknownOperationException', released(502)],
  // A refused signature is often a clock that was off: the SDK corrects it by the answer's time.
  ['InvalidSignatureException', released(502, true)],
  ['SignatureDoesNotMatch', released(502, true)],
  ['RequestExpired', released(502, true)],
  ['RequestTimeTooSkewed', released(502, true)],
  ['ExpiredToken', released(502, true)],
  ['ExpiredTokenException', released(502, true)],
  // No capacity.
  ['ThrottlingException', released(503, true)],
  ['Throttling', released(503, true)],
  ['TooManyRequestsException', released(503, true)],
  ['ModelNotReadyException', released(503, true)],
  ['ServiceUnavailableException', released(503, true)],
  ['ServiceUnavailable', released(503, true)],
  ['ServiceQuotaExceededException', released(503)],
  // The model may have run.
  ['ModelTimeoutException', unknown(504)],
  ['ModelErrorException', unknown(502)],
  ['ModelStreamErrorException', unknown(502)],
  ['InternalServerException', unknown(502)],
  ['InternalFailure', unknown(502)],
]);

const REQUEST_TIMEOUT = 408;
const FAILED_DEPENDENCY = 424;
const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;
const GATEWAY_TIMEOUT = 504;
/** Statuses that blame the request itself. */
const WRONG_REQUEST: readonly number[] = [400, 413, 422];

function byStatus(httpStatus: number): FailureRule {
  if (httpStatus === TOO_MANY_REQUESTS || httpStatus === SERVICE_UNAVAILABLE) {
    return released(503, true);
  }
  if (httpStatus === REQUEST_TIMEOUT || httpStatus === GATEWAY_TIMEOUT) return unknown(504);
  if (httpStatus === FAILED_DEPENDENCY || httpStatus < 400 || httpStatus > 499) return unknown(502);
  return released(WRONG_REQUEST.includes(httpStatus) ? 400 : 502);
}

/**
 * The rule of a failure that came before any byte of the answer. The status of the service's answer
 * decides on the money, also against the name; unknown names go by their status alone.
 */
export function failureRule({
  name,
  httpStatus,
}: Pick<ConverseFailure, 'name' | 'httpStatus'>): FailureRule {
  const named = BY_NAME.get(name);
  if (httpStatus === undefined) return named ?? unknown(502);
  const answered = byStatus(httpStatus);
  return named?.charge === answered.charge ? named : answered;
}
