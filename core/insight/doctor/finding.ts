/** One result of an examination. */

/** `unknown`: the question could not be answered; `detail` has the reason. */
type Status = 'ok' | 'missing' | 'warning' | 'unknown';

export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly detail: string;
  /** Instructions; absent if there is nothing to do. */
  readonly fix?: string;
}

export const isMissingAny = (findings: readonly Finding[]): boolean =>
  findings.some(({ status }) => status === 'missing');
