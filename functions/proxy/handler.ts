/** The Lambda adapter of the proxy: an event in, a streamed response out. */
import type { Writable } from 'node:stream';
import type { Context } from 'aws-lambda';
import { bedrockRelay } from '../../adapters/bedrock-relay.ts';
import { DynamoDbKeys } from '../../adapters/dynamodb-proxy-keys.ts';
import { eventStream } from '../../adapters/event-stream.ts';
import { createJwtCheck } from '../../adapters/jwt-check.ts';
import { systemClock, systemDigest, systemIds, systemSecrets } from '../../adapters/system.ts';
import { KeyCheck } from '../../core/call/identity/proxy-key-check.ts';
import type { EpochMs } from '../../core/time.ts';
import { bedrockRuntimeClient, dynamoDbClient } from '../edge/aws-clients.ts';
import { issuerFrom, oneOfEnv, optionalSeconds, requiredEnv } from '../edge/environment.ts';
import { ledgerFrom, nearestHoldersFrom, usageHistoryFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { recordPorts } from '../edge/ports/record.ts';
import { waitPorts } from '../edge/ports/reserve.ts';
import { warn } from '../edge/workflow-step.ts';
import { originCheck } from './cloudfront-origin.ts';
import { authenticate } from './credentials.ts';
import { type ProxyEvent, toRequest } from './lambda-events.ts';
import { createProxy } from './serve.ts';
import { writeAll } from './write-all.ts';

/** What Lambda's Node.js runtime puts into the global scope. */
declare const awslambda: {
  streamifyResponse(
    handler: (event: ProxyEvent, stream: Writable, context: Context) => Promise<void>,
  ): (event: ProxyEvent, stream: Writable, context: Context) => Promise<void>;
  readonly HttpResponseStream: {
    from(
      stream: Writable,
      prelude: { statusCode: number; headers: Readonly<Record<string, string>> },
    ): Writable;
  };
};

/** `off` is for a sandbox on one machine: no deployment sets it. */
const AUTHENTICATIONS = ['key', 'jwt', 'key,jwt', 'off'] as const;
/** Left for the end of an answer to travel. */
const ANSWER_MS = 500;

const env = process.env;
const ledger = ledgerFrom(env);
const tableName = requiredEnv(env, 'LEDGER_TABLE_NAME');
const authentication = oneOfEnv(env, 'AUTHENTICATION', AUTHENTICATIONS);
const isRequired = authentication !== 'off';
const isFromOrigin = originCheck(env.ORIGIN_DIGESTS);
const answerMs = optionalSeconds(env, 'ANSWER_SECONDS') * 1000;
const keys = new KeyCheck({
  keys: new DynamoDbKeys(dynamoDbClient(), tableName),
  secrets: systemSecrets,
  clock: systemClock,
  warn,
});

const credentials = {
  ...(authentication !== 'jwt' && { keys }),
  ...(authentication.includes('jwt') && { jwts: createJwtCheck(issuerFrom(env), systemClock) }),
};

const ports = {
  ...recordPorts(env, ledger),
  policies: policiesFrom(env),
  nearest: nearestHoldersFrom(env),
  history: usageHistoryFrom(env),
  ids: systemIds,
  digest: systemDigest,
  relay: bedrockRelay(bedrockRuntimeClient(), systemClock),
  frames: eventStream,
  ...waitPorts(),
  authenticate: (headers: Headers) => authenticate(headers, credentials, isRequired),
};

async function serve(event: ProxyEvent, stream: Writable, context: Context): Promise<void> {
  const arrivedAt = systemClock.now();
  const response = isFromOrigin(event)
    ? await answer(event, context, arrivedAt)
    : Response.json({ message: 'Forbidden' }, { status: 403 });
  const prelude = { statusCode: response.status, headers: Object.fromEntries(response.headers) };
  const written = awslambda.HttpResponseStream.from(stream, prelude);
  // The status goes out at once: nothing is sent before the first write.
  written.write('');
  if (response.body) await writeAll(response.body, written);
  written.end();
}

async function answer(event: ProxyEvent, context: Context, arrivedAt: EpochMs): Promise<Response> {
  const request = toRequest(event);
  if (!request) return Response.json({ message: 'Method Not Allowed' }, { status: 405 });
  const [, , , region = '', accountId = ''] = context.invokedFunctionArn.split(':');
  const proxy = createProxy({ ...ports, deployment: { region, accountId } });
  return proxy(request, {
    deadline: arrivedAt + context.getRemainingTimeInMillis() - ANSWER_MS,
    ...(answerMs > 0 && { answerBy: arrivedAt + answerMs }),
  });
}

export const handler = awslambda.streamifyResponse(serve);
