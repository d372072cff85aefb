/** The ledger and related items, in the table named by the environment. */
import { DynamoDbIdempotency } from '../../../adapters/dynamodb-idempotency.ts';
import { DynamoDbLedger } from '../../../adapters/dynamodb-ledger.ts';
import { createDynamoDbNearestHolders } from '../../../adapters/dynamodb-nearest-holders.ts';
import { createDynamoDbUsageHistory } from '../../../adapters/dynamodb-usage-history.ts';
import { systemClock } from '../../../adapters/system.ts';
import type { IdempotencyStore } from '../../../core/call/idempotency/ports.ts';
import type { UsageHistory } from '../../../core/insight/forecast/ports.ts';
import type { NearestHolders } from '../../../core/ledger/nearest-holders.ts';
import type { LedgerStore } from '../../../core/ledger/ports.ts';
import { dynamoDbClient } from '../aws-clients.ts';
import { type Environment, requiredEnv } from '../environment.ts';

export const ledgerFrom = (env: Environment): LedgerStore =>
  new DynamoDbLedger(dynamoDbClient(), requiredEnv(env, 'LEDGER_TABLE_NAME'), systemClock);

export const idempotencyFrom = (env: Environment): IdempotencyStore =>
  new DynamoDbIdempotency(dynamoDbClient(), requiredEnv(env, 'LEDGER_TABLE_NAME'));

export const usageHistoryFrom = (env: Environment): UsageHistory =>
  createDynamoDbUsageHistory(dynamoDbClient(), requiredEnv(env, 'LEDGER_TABLE_NAME'));

export const nearestHoldersFrom = (env: Environment): NearestHolders =>
  createDynamoDbNearestHolders(dynamoDbClient(), requiredEnv(env, 'LEDGER_TABLE_NAME'));
