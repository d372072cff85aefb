/** Events of an HTTP API or a Function URL (payload 2.0), and their responses. */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { type Answer, isProblem } from '../../core/call/answers/answers.ts';
import type { EpochMs } from '../../core/time.ts';

/** The fields of the authorizer context that are used here. */
interface Authorizer {
  readonly iam?: { readonly userArn?: string };
  readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> };
}

/** One HTTP request; `sentry` is set by the problem-response middleware. */
export type HttpEvent = Omit<APIGatewayProxyEventV2, 'requestContext'> & {
  requestContext: APIGatewayProxyEventV2['requestContext'] & { readonly authorizer?: Authorizer };
  sentry?: { readonly requestId: string; readonly receivedAt: EpochMs };
};

export type HttpResponse = APIGatewayProxyStructuredResultV2;

export function jsonResponse(
  statusCode: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}

/** An answer of the core over HTTP: problems carry their own status. */
export function toHttpResponse(
  answer: Answer,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  if (!isProblem(answer)) {
    return jsonResponse(200, answer, {
      ...(answer.replayed && { 'idempotent-replayed': 'true' }),
      ...headers,
    });
  }
  return jsonResponse(answer.status, answer, {
    'content-type': 'application/problem+json',
    ...(answer.retryAfter !== undefined && { 'retry-after': String(answer.retryAfter) }),
    ...headers,
  });
}
