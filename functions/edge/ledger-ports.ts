/** The ledger table's ports, from the environment. */
import { DynamoDbLedger } from '../adapters/dynamodb-ledger.ts';
import { createPolicyStore } from '../adapters/policy-store.ts';
import { systemClock } from '../adapters/system.ts';
import type { LedgerStore } from '../core/ledger/ports.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import { dynamoDbClient } from './clients.ts';
import { type Environment, required } from './config-from-env.ts';
import { warn } from './workflow-step.ts';

export function ledgerPorts(env: Environment): { ledger: LedgerStore; policies: PolicySource } {
  const client = dynamoDbClient();
  const tableName = required(env, 'LEDGER_TABLE_NAME');
  return {
    ledger: new DynamoDbLedger(client, tableName, systemClock),
    policies: createPolicyStore({ client, tableName, clock: systemClock, warn }),
  };
}
