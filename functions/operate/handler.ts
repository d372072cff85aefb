/** HTTP entry point of operators: changes of limits and keys, and the usage of all. */
import middy from '@middy/core';
import { DynamoDbKeys } from '../../adapters/dynamodb-proxy-keys.ts';
import { createJwtCheck } from '../../adapters/jwt-check.ts';
import { operatorKeys } from '../../adapters/operator-keys.ts';
import { operatorLimits } from '../../adapters/operator-limits.ts';
import { systemClock, systemDigest, systemIds, systemSecrets } from '../../adapters/system.ts';
import { KeyCheck } from '../../core/call/identity/proxy-key-check.ts';
import { dynamoDbClient } from '../edge/aws-clients.ts';
import { issuerFrom, oneOfEnv, requiredEnv } from '../edge/environment.ts';
import { headMiddleware } from '../edge/head-as-get.ts';
import { type HttpEvent, type HttpResponse, jsonResponse } from '../edge/http.ts';
import { jsonBodyMiddleware } from '../edge/json-body.ts';
import { ledgerFrom, nearestHoldersFrom, usageHistoryFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { problemMiddleware } from '../edge/problem-middleware.ts';
import { routeOf } from '../edge/routes.ts';
import { usageAnswer } from '../edge/usage-answer.ts';
import { warn } from '../edge/workflow-step.ts';
import { changeLimit, createKey, keysOf, limitsOf, revokeKey, rotateKey } from './changes.ts';
import { type Operator, operatorOf } from './operator.ts';
import { ROUTES } from './route-table.ts';

/** `off` is for a sandbox on one machine: no deployment sets it. */
const AUTHENTICATIONS = ['token', 'token,jwt', 'off'] as const;

type OperatorEvent = HttpEvent & { operator?: Operator };

const env = process.env;
const client = dynamoDbClient();
const tableName = requiredEnv(env, 'LEDGER_TABLE_NAME');
const table = { client, tableName, clock: systemClock, ids: systemIds, warn };
const authentication = oneOfEnv(env, 'AUTHENTICATION', AUTHENTICATIONS);
const ports = {
  ledger: ledgerFrom(env),
  history: usageHistoryFrom(env),
  policies: policiesFrom(env),
  nearest: nearestHoldersFrom(env),
  digest: systemDigest,
  clock: systemClock,
};
const limits = operatorLimits(table);
const identity = {
  keys: new KeyCheck({
    keys: new DynamoDbKeys(client, tableName),
    secrets: systemSecrets,
    clock: systemClock,
    warn,
  }),
  ...(authentication === 'token,jwt' && { jwts: createJwtCheck(issuerFrom(env), systemClock) }),
  policies: ports.policies,
  isRequired: authentication !== 'off',
};

const pathOf = (event: HttpEvent) => routeOf(ROUTES, event);

async function answer(event: OperatorEvent): Promise<HttpResponse> {
  const { operator = { author: 'unknown' }, body } = event;
  const query = event.queryStringParameters ?? {};
  const isChange = event.requestContext.http.method === 'POST';
  const keys = () => operatorKeys(table, operator.author);
  switch (pathOf(event)) {
    case '/v1/operator/limits':
      return isChange
        ? jsonResponse(200, await changeLimit(limits, operator, body))
        : jsonResponse(200, await limitsOf(limits, query));
    case '/v1/operator/keys':
      return isChange
        ? jsonResponse(200, await createKey(keys(), operator, body))
        : jsonResponse(200, await keysOf(keys(), query));
    case '/v1/operator/keys/revoke':
      return jsonResponse(200, await revokeKey(keys(), body));
    case '/v1/operator/keys/rotate':
      return jsonResponse(200, await rotateKey(keys(), body));
    default:
      return jsonResponse(200, await usageAnswer(ports, operator, query));
  }
}

export const handler = middy<OperatorEvent, HttpResponse>()
  .use(headMiddleware())
  .use(problemMiddleware({ clock: systemClock, ids: systemIds, warn }))
  .use({ before: ({ event }) => void pathOf(event) })
  .use({
    before: async ({ event }) => {
      event.operator = await operatorOf(new Headers(textHeaders(event)), identity);
    },
  })
  .use(jsonBodyMiddleware())
  .handler(answer);

const textHeaders = ({ headers }: HttpEvent): [string, string][] =>
  Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
