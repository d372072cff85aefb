/** Errors in the shape of each API, and the headers by which its clients try again or give up. */
import type { ProblemDetails } from '../../call/answers/answers.ts';
import type { ConverseFailure } from '../../call/model/failure-rules.ts';
import type { EpochMs } from '../../time.ts';

interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error that the service answered with. */
export interface ServiceFailure extends ConverseFailure {
  readonly httpStatus: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parts of the call that did not fail are charged. */
  readonly isCharged?: boolean;
}

/** How an API words what went wrong. */
export interface ErrorFormat {
  problem(problem: ProblemDetails, now: EpochMs): WireError;
  /** Absent: the service's own answer is passed on as it is. */
  service?(failure: ServiceFailure, requestId: string): WireError;
}

/** OpenAI's, Anthropic's and Claude Code's clients stop at it at once. */
export const NO_RETRY = { 'x-should-retry': 'false' };

export const waitOf = (seconds: number) => ({
  'retry-after': String(seconds),
  // Milliseconds: the header that boto3 and the AWS SDK for JavaScript read.
  'x-amz-retry-after': String(seconds * 1000),
});

export const jsonError = (
  status: number,
  body: object,
  headers: Readonly<Record<string, string>>,
): WireError => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
