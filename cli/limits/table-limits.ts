/** Limits of a deployed stack, by its ledger table and the usual AWS environment. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { operatorLimits } from '../../adapters/operator-limits.ts';
import { overrideReport } from '../../core/policy/plan-override.ts';
import type { Io } from '../terminal/io.ts';
import type { LimitsSource } from './limits-source.ts';

export function tableLimits(tableName: string, { clock, ids, err }: Io): LimitsSource {
  const client = new DynamoDBClient();
  const warn = (message: string) => err(`${message}\n`);
  const limits = operatorLimits({ client, tableName, clock, ids, warn });
  return {
    hasIdentity: false,
    report: limits.report,
    change: async (change) => {
      const plan = await limits.change(change);
      return 'problems' in plan ? plan : { value: { ...overrideReport(plan.planned) } };
    },
    close: () => client.destroy(),
  };
}
