/** Limits as an operator sees and changes them, on the ledger table. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { unknownKey } from '../core/call/identity/manage-proxy-keys.ts';
import { isToken } from '../core/call/identity/proxy-key-record.ts';
import type { Ids } from '../core/ids.ts';
import type { LimitsReport } from '../core/insight/usage/limits-report.schema.ts';
import { limitsReport } from '../core/insight/usage/limits-report.ts';
import { holderIn, isKeyId, type NamedHolder } from '../core/policy/named-holder.ts';
import { overrideLimit } from '../core/policy/override-limit.ts';
import type { OverridePlan, OverrideRequest } from '../core/policy/plan-override.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import type { Clock } from '../core/time.ts';
import { DynamoDbLedger } from './dynamodb-ledger.ts';
import { createDynamoDbOverrides } from './dynamodb-overrides.ts';
import { createDynamoDbPolicySource } from './dynamodb-policy.ts';
import { DynamoDbKeys } from './dynamodb-proxy-keys.ts';

interface LimitsTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly warn: (message: string) => void;
}

/** Methods throw a SentryError when the table does not answer, or holds no policy. */
export interface OperatorLimits {
  /** @param named whose amounts are shown where each of its kind has an own counter. */
  report(named?: NamedHolder): Promise<LimitsReport>;
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
  const keys = new DynamoDbKeys(client, tableName);
  /** A key is counted together with the keys that it was rotated to. */
  const inFamily = async <Named extends NamedHolder>(named: Named): Promise<Named | undefined> => {
    const holder = holderIn(named);
    if (holder?.kind !== 'key' || !isKeyId(holder.name)) return named;
    const record = await keys.read(holder.name);
    return record && !isToken(record) ? { ...named, key: record.family } : undefined;
  };
  return {
    report: async (named = {}) => {
      const holder = holderIn((await inFamily(named)) ?? {});
      return limitsReport(ledger, await policies.load(), clock.now(), holder);
    },
    change: async (given) => {
      const change = await inFamily(given);
      if (change) return overrideLimit({ policies, overrides, clock, ids }, change);
      return { problems: [{ path: 'key', message: unknownKey(given.key ?? '') }] };
    },
  };
}
