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
/** DynamoDB responds in milliseconds, so a missing response is retried soon. */
const LEDGER_ANSWER_MS = 2_000;
const EVENTS_ANSWER_MS = 2_000;
/** With the second to connect, below what is left between the model's deadline and the caller's. */
const HURRIED_ANSWER_MS = 1_000;
const SOCKETS_MAX = 500;

let dynamoDb: DynamoDBClient | undefined;

/**
 * One client for the whole function. UpdateItem can be retried: every ledger write has its own
 * condition.
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
 * One attempt per connection: if the other side closed a reused connection, it would be unknown
 * whether the model was called.
 */
export const bedrockRuntimeClient = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({ maxAttempts: 1, requestHandler: unkept() });

/** Counting tokens is free and can be repeated; the caller waits two seconds at most. */
export const tokenCountClient = (): BedrockRuntimeClient =>
  new BedrockRuntimeClient({
    maxAttempts: 2,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      httpAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: SOCKETS_MAX },
    }),
  });

/** One attempt on a new connection: a repeated start would be a second call. */
export const sfnClient = (env: Environment): SFNClient =>
  new SFNClient({
    maxAttempts: 1,
    requestHandler: unkept(),
    // StartSyncExecution uses a `sync-` host, which a custom endpoint does not have.
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
 * For alerts published while a caller waits: one short attempt. The sweep publishes those that
 * fail.
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

/** A report can have several megabytes; writing the same object twice is harmless. */
export const s3Client = (): S3Client => new S3Client({ maxAttempts: 3 });
/** For a daily run that reads a few hundred metrics at a time. */
export const cloudWatchClient = (): CloudWatchClient => new CloudWatchClient({ maxAttempts: 5 });

/** No separate time limit: the caller's deadline closes the connection. */
const unkept = (): NodeHttpHandler =>
  new NodeHttpHandler({
    connectionTimeout: CONNECT_MS,
    httpAgent: { keepAlive: false, maxSockets: SOCKETS_MAX },
    httpsAgent: { keepAlive: false, maxSockets: SOCKETS_MAX },
  });
