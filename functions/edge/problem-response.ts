/** Middleware: gives each request its id and time, and turns whatever is thrown into a problem. */
import type { MiddlewareObj } from '@middy/core';
import { type ProblemBody, problem } from '../core/answers.ts';
import { printable } from '../core/describe.ts';
import { SentryError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Tags } from '../core/state.ts';
import { type Clock, isoTimestamp } from '../core/time.ts';
import { type HttpAnswer, type HttpEvent, httpAnswer } from './http.ts';
import { HttpProblem } from './http-problem.ts';

interface ProblemResponsePorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly warn: (message: string, cause: unknown) => void;
}

export const problemResponse = ({
  clock,
  ids,
  warn,
}: ProblemResponsePorts): MiddlewareObj<HttpEvent, HttpAnswer> => ({
  before: ({ event }) => {
    event.headers ??= {};
    event.sentry = { requestId: ids.uuid(), receivedAt: clock.now() };
  },
  onError: (request) => {
    const { error, event } = request;
    const { requestId, receivedAt } = event.sentry ?? { requestId: ids.uuid(), receivedAt: 0 };
    const tags: Tags = { requestId, timestamp: isoTimestamp(receivedAt) };
    const headers = error instanceof HttpProblem ? error.headers : {};
    if (!(error instanceof HttpProblem)) warn('a request could not be completed', error);
    request.response = httpAnswer(toProblem(error, tags), headers);
  },
});

/** What is not ours to explain is told as unavailable: never a stack trace, never a 500. */
function toProblem(error: unknown, tags: Tags): ProblemBody {
  if (error instanceof HttpProblem) return problem(error.code, tags, error.message, error.parts);
  if (error instanceof SentryError)
    return problem(error.code, tags, `${printable(error.message)}.`);
  return problem('workflow_unavailable', tags, 'The request could not be completed.');
}
