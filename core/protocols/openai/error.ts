/** Errors as the OpenAI API words them (https://platform.openai.com/docs/guides/error-codes, 2026-11). */

import { type ErrorKind, problemKind, serviceKind, streamKind } from '../http/error-kind.ts';
import { type ErrorFormat, jsonError } from '../http/wire-error.ts';

type Words = readonly [status: number, type: string, code: string | null];

const WORDS: Readonly<Record<ErrorKind, Words>> = {
  invalid: [400, 'invalid_request_error', null],
  unauthenticated: [401, 'invalid_request_error', 'invalid_api_key'],
  forbidden: [403, 'invalid_request_error', 'forbidden'],
  noModel: [404, 'invalid_request_error', 'model_not_found'],
  noPath: [404, 'invalid_request_error', 'unknown_url'],
  wrongMethod: [405, 'invalid_request_error', 'method_not_allowed'],
  conflict: [409, 'invalid_request_error', 'conflict'],
  tooLarge: [413, 'invalid_request_error', 'request_too_large'],
  spent: [429, 'insufficient_quota', 'insufficient_quota'],
  throttled: [429, 'rate_limit_exceeded', 'rate_limit_exceeded'],
  broken: [500, 'server_error', 'server_error'],
  unavailable: [503, 'server_error', 'service_unavailable'],
  timedOut: [504, 'server_error', 'timeout'],
};

export const openAiErrors: ErrorFormat = {
  problem: (problem, now) => {
    const { kind, headers } = problemKind(problem, now);
    const { detail, errors = [] } = problem;
    const [status] = WORDS[kind];
    const param = paramOf(errors[0]?.path ?? detail);
    return jsonError(status, { error: errorOf(kind, detail, param) }, headers);
  },
  service: (failure) => {
    const { kind, headers } = serviceKind(failure);
    const [status] = WORDS[kind];
    return jsonError(status, { error: errorOf(kind, failure.message) }, headers);
  },
};

function errorOf(kind: ErrorKind, message: string, param: string | null = null) {
  const [, type, code] = WORDS[kind];
  return { message, type, param, code };
}

/** The member of the body at fault. */
const paramOf = (path: string): string | null => /^\$\.([^:]+?)(?::|$)/.exec(path)?.[1] ?? null;

/** An error in the middle of a stream. */
export const streamError = ({
  name,
  message,
}: {
  readonly name: string;
  readonly message: string;
}) => errorOf(streamKind(name), message);
