/** HTTP entry point: routes, identity and the caller's deadline. The core handles money. */
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { DynamoDbTokens } from '../../adapters/dynamodb-tokens.ts';
import { createStsIdentity } from '../../adapters/sts-identity.ts';
import {
  systemClock,
  systemDigest,
  systemIds,
  systemRandomBytes,
  systemSecrets,
} from '../../adapters/system.ts';
import { withoutSharedTotals } from '../../core/call/answers/shared-totals.ts';
import type { Caller } from '../../core/caller.ts';
import { dynamoDbClient } from '../edge/aws-clients.ts';
import { callerOf } from '../edge/caller.ts';
import { IDENTITIES, oneOfEnv, requiredEnv } from '../edge/environment.ts';
import { headMiddleware } from '../edge/head-as-get.ts';
import { type HttpEvent, type HttpResponse, jsonResponse, toHttpResponse } from '../edge/http.ts';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { jsonBodyMiddleware } from '../edge/json-body.ts';
import { ledgerFrom, nearestHoldersFrom, usageHistoryFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { problemMiddleware } from '../edge/problem-middleware.ts';
import { routeOf } from '../edge/routes.ts';
import { sessionOf } from '../edge/session.ts';
import { usageAnswer } from '../edge/usage-answer.ts';
import { warn } from '../edge/workflow-step.ts';
import { modelsAnswer } from './models-answer.ts';
import { OPENAPI_DOCUMENT, OPENAPI_ROUTE } from './openapi.ts';
import { ROUTES } from './route-table.ts';
import { invokeFrom } from './run-request.ts';
import { proverOf, signerOf, TOKEN_ROUTE, tokenAnswer } from './token-answer.ts';

const ports = {
  ledger: ledgerFrom(process.env),
  history: usageHistoryFrom(process.env),
  policies: policiesFrom(process.env),
  nearest: nearestHoldersFrom(process.env),
  digest: systemDigest,
  tokens: new DynamoDbTokens(dynamoDbClient(), requiredEnv(process.env, 'LEDGER_TABLE_NAME')),
  secrets: systemSecrets,
  random: systemRandomBytes,
  clock: systemClock,
};
const invoke = invokeFrom(process.env, ports);
const identity = oneOfEnv(process.env, 'IDENTITY', IDENTITIES);
/** `none`: without an API it is invoked directly, and makes tokens only. */
const front = oneOfEnv(process.env, 'FRONT', ['api', 'none']);
const proofs = createStsIdentity(process.env.AWS_ENDPOINT_URL_STS);

/** An HTTP API times out after 30 s while the call continues and costs; it is ended before that. */
const HTTP_API_MS = 29_000;
/** Time left to send the response. */
const ANSWER_MS = 500;

const pathOf = (event: HttpEvent): string => routeOf(ROUTES, event);

async function answer(event: HttpEvent, context: Context): Promise<HttpResponse> {
  const route = pathOf(event);
  if (route === '/healthz') return jsonResponse(200, { status: 'ok' });
  if (route === OPENAPI_ROUTE) return jsonResponse(200, OPENAPI_DOCUMENT);
  if (front === 'none') {
    return tokenAnswer(ports, await proverOf(proofs, event, context.invokedFunctionArn), event);
  }
  if (route === TOKEN_ROUTE) return tokenAnswer(ports, signerOf(event), event);
  const caller = callerOf(event, identity);
  const bound = identity === 'off' ? undefined : caller;
  const query = event.queryStringParameters ?? {};
  switch (route) {
    case '/v1/models':
      return jsonResponse(200, await modelsAnswer(ports, bound));
    case '/v1/usage':
      return jsonResponse(200, await usageAnswer(ports, { caller, bound }, query));
    default:
      return invokeAnswer(event, context, caller);
  }
}

const isCall = ({ rawPath, requestContext }: HttpEvent): boolean =>
  requestContext.http.method === 'POST' && /^\/v1\/invoke\/?$/.test(rawPath);

async function invokeAnswer(
  event: HttpEvent,
  context: Context,
  caller: Caller | undefined,
): Promise<HttpResponse> {
  const { requestId, receivedAt } = event.sentry ?? {
    requestId: systemIds.uuid(),
    receivedAt: systemClock.now(),
  };
  const idempotencyKey = idempotencyKeyOf(event);
  const session = sessionOf(event);
  const isFunctionUrl = event.requestContext.domainName?.includes('.lambda-url.') ?? false;
  const endsBy = systemClock.now() + context.getRemainingTimeInMillis();
  const remaining = context.getRemainingTimeInMillis() - ANSWER_MS;
  const deadline = receivedAt + (isFunctionUrl ? remaining : Math.min(remaining, HTTP_API_MS));
  const envelope = {
    request: event.body,
    requestId,
    receivedAt,
    deadline,
    ...(caller && { caller }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(session !== undefined && { session }),
  };
  const answer = await invoke(envelope, { stopBy: deadline, endsBy });
  return toHttpResponse(identity === 'off' ? answer : withoutSharedTotals(answer));
}

export const handler = middy<HttpEvent, HttpResponse>({ timeoutEarlyInMillis: 0 })
  .use(headMiddleware())
  .use(problemMiddleware({ clock: systemClock, ids: systemIds, warn, isCall }))
  .use({ before: ({ event }) => void pathOf(event) })
  .use(jsonBodyMiddleware((event) => pathOf(event) === TOKEN_ROUTE))
  .handler(answer);
