/** Refusals of the HTTP edge, thrown by middlewares and shaped by `problem-response.ts`. */
import type { ProblemCode, ProblemParts } from '../core/answers.ts';

export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly parts: ProblemParts;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    parts: ProblemParts = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.code = code;
    this.parts = parts;
    this.headers = headers;
  }
}

/** A body that cannot be used, with its one reason. */
export const badBody = (message: string): HttpProblem =>
  new HttpProblem('invalid_request', `$: ${message}`, { errors: [{ path: '$', message }] });
