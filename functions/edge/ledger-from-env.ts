/** The ledger, and what is kept beside it, on the table the environment names. */
import { DynamoDbIdempotency } from '../adapters/dynamodb-idempotency.ts';
import { DynamoDbLedger } from '../adapters/dynamodb-ledger.ts';
import { DynamoDbUsageHistory } from '../adapters/dynamodb-usage-history.ts';
import { systemClock } from '../adapters/system.ts';
import type { UsageHistory } from '../core/forecast/ports.ts';
import type { IdempotencyStore } from '../core/idempotency/ports.ts';
import type { LedgerStore } from '../core/ledger/ports.ts';
import { dynamoDbClient } from './clients.ts';
import { type Environment, required } from './config-from-env.ts';

export const ledgerFrom = (env: Environment): LedgerStore =>
  new DynamoDbLedger(dynamoDbClient(), required(env, 'LEDGER_TABLE_NAME'), systemClock);

export const idempotencyFrom = (env: Environment): IdempotencyStore =>
  new DynamoDbIdempotency(dynamoDbClient(), required(env, 'LEDGER_TABLE_NAME'));

export const usageHistoryFrom = (env: Environment): UsageHistory =>
  new DynamoDbUsageHistory(dynamoDbClient(), required(env, 'LEDGER_TABLE_NAME'));
