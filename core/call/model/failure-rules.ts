/** What a failed model call means: whether it was billed, and what its caller is told. */

/** Why a Converse call did not bring an answer. */
export interface ConverseFailure {
  /**
   * Name of the service's exception, or of ours: `DeadlineExceeded`, `ConnectionLost`, `NotSent`.
   */
  readonly name: string;
  readonly message: string;
}

interface FailureRule {
  /** `release`: refused before inference, nothing was billed. `keep`: it may have been. */
  readonly reservation: 'release' | 'keep';
  readonly status: 502 | 503 | 504;
  /** Worth another try at once, inside the lease. */
  readonly retry: boolean;
}

/**
 * AWS states no billing rule per exception. Refusals come before inference and are given back;
 * anything that may have reached the model keeps its reservation until the lease ends
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, errors,
 * 2026-11).
 */
const RULES: Readonly<Record<string, FailureRule>> = {
  ThrottlingException: { reservation: 'release', status: 503, retry: true },
  ModelNotReadyException: { reservation: 'release', status: 503, retry: true },
  ServiceQuotaExceededException: { reservation: 'release', status: 503, retry: false },
  ValidationException: { reservation: 'release', status: 502, retry: false },
  AccessDeniedException: { reservation: 'release', status: 502, retry: false },
  ResourceNotFoundException: { reservation: 'release', status: 502, retry: false },
  UnrecognizedClientException: { reservation: 'release', status: 502, retry: false },
  ExpiredTokenException: { reservation: 'release', status: 502, retry: false },
  CredentialsProviderError: { reservation: 'release', status: 502, retry: false },
  NotSent: { reservation: 'release', status: 502, retry: true },
  DeadlineBeforeCall: { reservation: 'release', status: 504, retry: false },
  DeadlineExceeded: { reservation: 'keep', status: 504, retry: false },
  ModelTimeoutException: { reservation: 'keep', status: 504, retry: false },
  ServiceUnavailableException: { reservation: 'keep', status: 503, retry: false },
};

const UNKNOWN: FailureRule = { reservation: 'keep', status: 502, retry: false };

export const failureRule = (name: string): FailureRule =>
  Object.hasOwn(RULES, name) ? (RULES[name] ?? UNKNOWN) : UNKNOWN;
