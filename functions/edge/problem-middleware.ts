/** Middleware: gives each request its id and time, and turns whatever is thrown into a problem. */
import type { MiddlewareObj } from '@middy/core';
import { type ProblemDetails, problemDetails } from '../../core/call/answers/answers.ts';
import { SentryError } from '../../core/errors.ts';
import type { Ids } from '../../core/ids.ts';
import type { RequestTags } from '../../core/request-tags.ts';
import { printable } from '../../core/safe-text.ts';
import { type Clock, isoTimestamp } from '../../core/time.ts';
import { type HttpEvent, type HttpResponse, toHttpResponse } from './http.ts';
import { HttpProblemError } from './http-error.ts';

interface ProblemResponsePorts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly warn: (message: string, cause: unknown) => void;
  /** Whether a request can have called a model; absent: none can. */
  readonly isCall?: (event: HttpEvent) => boolean;
}

export const problemMiddleware = ({
  clock,
  ids,
  warn,
  isCall = () => false,
}: ProblemResponsePorts): MiddlewareObj<HttpEvent, HttpResponse> => ({
  before: ({ event }) => {
    event.headers ??= {};
    event.sentry = { requestId: ids.uuid(), receivedAt: clock.now() };
  },
  onError: (request) => {
    const { error, event } = request;
    const { requestId, receivedAt } = event.sentry ?? { requestId: ids.uuid(), receivedAt: 0 };
    const tags: RequestTags = { requestId, timestamp: isoTimestamp(receivedAt) };
    const headers = error instanceof HttpProblemError ? error.headers : {};
    if (!(error instanceof HttpProblemError)) warn('a request could not be completed', error);
    request.response = toHttpResponse(toProblem(error, tags, isCall(event)), headers);
  },
});

const MAY_HAVE_RUN =
  'The model may have run. If it did, the call is charged when its outcome is recorded or its ' +
  'lease ends, and a retry can be charged again.';

/** Unexpected errors are returned as unavailable: never a stack trace, never a 500. */
function toProblem(error: unknown, tags: RequestTags, isCall: boolean): ProblemDetails {
  if (error instanceof HttpProblemError) {
    return problemDetails(error.code, tags, error.message, error.parts);
  }
  const [code, text, mayHaveRun] =
    error instanceof SentryError
      ? ([error.code, `${printable(error.message)}.`, isCall && !error.retryable] as const)
      : (['workflow_unavailable', 'The request could not be completed.', isCall] as const);
  if (!mayHaveRun) return problemDetails(code, tags, text);
  return problemDetails(code, tags, `${text} ${MAY_HAVE_RUN}`, { charged: { basis: 'unknown' } });
}
