/** Errors of HTTP requests, thrown by middlewares and rendered by `problem-middleware.ts`. */
import type { ProblemExtensions } from '../../core/call/answers/answers.ts';
import type { ProblemCode } from '../../core/problem-http-status.ts';

export class HttpProblemError extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly parts: ProblemExtensions;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    parts: ProblemExtensions = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.code = code;
    this.parts = parts;
    this.headers = headers;
  }
}

/** An invalid body, with the reason. */
export const invalidBody = (message: string, path = '$'): HttpProblemError =>
  new HttpProblemError('invalid_request', `${path}: ${message}`, { errors: [{ path, message }] });
