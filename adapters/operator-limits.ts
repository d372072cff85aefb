/** Limits as an operator sees and changes them, on the ledger table. Part of no Lambda. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Ids } from '../core/ids.ts';
import type { LimitsReport } from '../core/insight/usage/limits-report.schema.ts';
import { limitsReport } from '../core/insight/usage/limits-report.ts';
import { overrideLimit } from '../core/policy/override-limit.ts';
import type { OverridePlan, OverrideRequest } from '../core/policy/plan-override.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import type { Clock } from '../core/time.ts';
import { DynamoDbLedger } from './dynamodb-ledger.ts';
import { createDynamoDbOverrides } from './dynamodb-overrides.ts';
import { createDynamoDbPolicySource } from './dynamodb-policy.ts';

interface LimitsTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly warn: (message: string) => void;
}

/** Methods throw a SentryError when the table does not answer, or holds no policy. */
export interface OperatorLimits {
  /** @param user whose amounts are shown where each user has an own counter. */
  report(user?: string): Promise<LimitsReport>;
  /** Checks a change against what is in force, and stores it if nothing is wrong with it. */
  change(change: OverrideRequest): Promise<OverridePlan>;
}

export function operatorLimits(table: LimitsTable): OperatorLimits {
  const { client, tableName, clock, ids, warn } = table;
  // A separate store for each load: one that keeps a policy for a minute is not current.
  const policies: PolicySource = {
    load: () =>
      createDynamoDbPolicySource({ client, tableName, clock, warn, isConsistent: true }).load(),
  };
  const ledger = new DynamoDbLedger(client, tableName, clock);
  const overrides = createDynamoDbOverrides(client, tableName);
  return {
    report: async (user) => limitsReport(ledger, await policies.load(), clock.now(), user),
    change: (change) => overrideLimit({ policies, overrides, clock, ids }, change),
  };
}
