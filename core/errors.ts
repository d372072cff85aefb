/**
 * Operating failures: something outside did not work. Expected refusals (denied, not valid) are
 * values, not errors; broken invariants crash through `invariant`.
 */

type ErrorCode =
  | 'policy_unavailable'
  | 'identity_unavailable'
  | 'ledger_unavailable'
  | 'workflow_unavailable';

export class SentryError extends Error {
  override readonly name: string = 'SentryError';
  readonly code: ErrorCode;
  /** Whether the same request may succeed if it is sent again unchanged. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** No policy could be loaded, so nothing can be allowed. */
export class PolicyUnavailableError extends SentryError {
  override readonly name = 'PolicyUnavailableError';
  constructor(message: string, cause?: unknown) {
    super('policy_unavailable', message, { retryable: true, cause });
  }
}

/** The ledger did not answer, or not in time; whether it wrote is unknown. */
export class LedgerUnavailableError extends SentryError {
  override readonly name: string = 'LedgerUnavailableError';
  constructor(message: string, cause?: unknown) {
    super('ledger_unavailable', message, { retryable: true, cause });
  }
}

/** The account item has no space for another reservation. Nothing was written. */
export class LedgerFullError extends LedgerUnavailableError {
  override readonly name: string = 'LedgerFullError';
}

/** The keys of the issuer of JWTs could not be read, so none can be checked. */
export class IdentityUnavailableError extends SentryError {
  override readonly name = 'IdentityUnavailableError';
  constructor(message: string, cause?: unknown) {
    super('identity_unavailable', message, { retryable: true, cause });
  }
}

/** The workflow did not run to its end; what it reserved is covered by its lease. */
export class WorkflowUnavailableError extends SentryError {
  override readonly name = 'WorkflowUnavailableError';
  /** @param hasStarted it started, or may have: then the model may have run. */
  constructor(message: string, hasStarted: boolean, cause?: unknown) {
    super('workflow_unavailable', message, { retryable: !hasStarted, cause });
  }
}

/** The bill cannot be interpreted. Requests never get this error, so it has no problem code. */
export class BillingUnavailableError extends Error {
  override readonly name = 'BillingUnavailableError';
}

/** The counts of AWS could not be read completely. No request gets this error. */
export class MetricsUnavailableError extends Error {
  override readonly name = 'MetricsUnavailableError';
}

/** Stops on a programmer's error; never used for bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}
