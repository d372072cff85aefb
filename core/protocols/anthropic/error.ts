/**
 * Errors as the Anthropic API words them
 * (https://docs.claude.com/en/api/errors, 2026-11).
 */
import { type ErrorKind, problemKind, serviceKind, streamKind } from '../http/error-kind.ts';
import { sseBytes, sseText } from '../http/sse.ts';
import { type ErrorFormat, jsonError } from '../http/wire-error.ts';

const WORDS: Readonly<Record<ErrorKind, readonly [status: number, type: string]>> = {
  invalid: [400, 'invalid_request_error'],
  unauthenticated: [401, 'authentication_error'],
  forbidden: [403, 'permission_error'],
  noModel: [404, 'not_found_error'],
  noPath: [404, 'not_found_error'],
  wrongMethod: [405, 'invalid_request_error'],
  conflict: [409, 'conflict_error'],
  tooLarge: [413, 'request_too_large'],
  spent: [429, 'billing_error'],
  throttled: [429, 'rate_limit_error'],
  broken: [500, 'api_error'],
  unavailable: [503, 'api_error'],
  timedOut: [504, 'timeout_error'],
};

export const anthropicErrors: ErrorFormat = {
  problem: (problem, now) => {
    const { kind, headers } = problemKind(problem, now);
    const [status, type] = WORDS[kind];
    return jsonError(status, errorBody(type, problem.detail, problem.requestId), headers);
  },
  // Its words stay: clients read from them what to change.
  service: (failure, requestId) => {
    const { kind, headers } = serviceKind(failure);
    const [status, type] = WORDS[kind];
    return jsonError(status, errorBody(type, failure.message, requestId), headers);
  },
};

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
  const [, type] = WORDS[streamKind(name)];
  const text = JSON.stringify(errorBody(type, message, requestId));
  return sseBytes([sseText(text, 'error')]) ?? new Uint8Array();
}
