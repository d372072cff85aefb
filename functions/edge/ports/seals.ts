/** Seals on what the workflow hands from function to function. */
import { createSealKeys } from '../../../adapters/dynamodb-seal-keys.ts';
import { newSealKey, systemClock, systemMac } from '../../../adapters/system.ts';
import { createSeals, type Seals } from '../../../core/call/state-seal/seals.ts';
import { dynamoDbClient } from '../aws-clients.ts';
import { type Environment, requiredEnv } from '../environment.ts';

/** @param creates whether this function may be the first to need the key. */
export const sealsFrom = (env: Environment, creates = false): Seals =>
  createSeals(
    createSealKeys({
      client: dynamoDbClient(),
      tableName: requiredEnv(env, 'LEDGER_TABLE_NAME'),
      clock: systemClock,
      ...(creates && { newKey: newSealKey }),
    }),
    systemMac,
  );
