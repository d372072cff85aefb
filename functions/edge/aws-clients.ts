/** AWS clients with every setting that matters for money written out. */
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Environment } from './environment.ts';

const CONNECT_MS = 1_000;
/** DynamoDB answers in milliseconds; a silent one is tried again soon. */
const LEDGER_ANSWER_MS = 2_000;
const EVENTS_ANSWER_MS = 2_000;
/** With the second to connect, below what is left between the model's deadline and the caller's. */
const HURRIED_ANSWER_MS = 1_000;
const SOCKETS_MAX = 500;

let dynamoDb: DynamoDBClient | undefined;

/**
 * One for the whole function. UpdateItem may be tried again: every ledger write is guarded by its
 * own condition.
 */
export function dynamoDbClient(): DynamoDBClient {
  dynamoDb ??= new DynamoDBClient({
    maxAttempts: 3,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      requestTimeout: LEDGER_ANSWER_MS,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    }),
  });
  return dynamoDb;
}

/**
 * One try, and a fresh connection for each: on a kept connection that the other side had closed
 * it would not be known whether the model was called.
 */
export const bedrockRuntimeClient = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({ maxAttempts: 1, requestHandler: unkept() });

/** Counting is free and may be repeated, and its caller waits two seconds at most. */
export const tokenCountClient = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    maxAttempts: 2,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    }),
  });

/** One try on a fresh connection, as a repeated start would be a second call. */
export const sfnClient = (env: Environment): SFNClient =>
  new SFNClient({
    maxAttempts: 1,
    requestHandler: unkept(),
    // StartSyncExecution goes to a `sync-` host, which a given endpoint does not have.
    disableHostPrefix: env.AWS_ENDPOINT_URL_SFN !== undefined,
  });

export const eventBridgeClient = (): EventBridgeClient =>
  new EventBridgeClient({
    maxAttempts: 3,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      requestTimeout: EVENTS_ANSWER_MS,
      throwOnRequestTimeout: true,
    }),
  });

/**
 * Where a caller waits for the answer that comes after the alert: one short try. What is not told
 * so the sweep tells.
 */
export const singleTryEventBridgeClient = (): EventBridgeClient =>
  new EventBridgeClient({
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      requestTimeout: HURRIED_ANSWER_MS,
      throwOnRequestTimeout: true,
    }),
  });

/** A report may be some megabytes; the same object again is the same object. */
export const s3Client = (): S3Client => new S3Client({ maxAttempts: 3 });
/** Once a day, some hundred metrics at a time. */
export const cloudWatchClient = (): CloudWatchClient => new CloudWatchClient({ maxAttempts: 5 });

/** No time limit of its own: the caller's deadline closes the connection. */
const unkept = (): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    httpAgent: { keepAlive: false, maxSockets: SOCKETS_MAX },
    httpsAgent: { keepAlive: false, maxSockets: SOCKETS_MAX },
  });
