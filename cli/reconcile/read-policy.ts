/** Reads the policy and the inference profiles to reconcile, from the table or from files. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbPolicySource } from '../../adapters/dynamodb-policy.ts';
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { readProfiles } from '../remote/read-profiles.ts';
import { TABLE_VARIABLE } from '../remote/target.ts';
import type { Io } from '../terminal/io.ts';
import { regionOf } from '../terminal/region.ts';

export interface PolicyFlags {
  readonly table?: string;
  readonly varFile?: readonly string[];
  readonly profiles?: string;
}

type Found = { readonly policy: Policy } | { readonly problems: readonly InputProblem[] };

export async function readPolicy(flags: PolicyFlags, io: Io): Promise<Found> {
  const { varFile, profiles } = flags;
  const table = flags.table ?? (varFile ? undefined : io.env[TABLE_VARIABLE] || undefined);
  if (table !== undefined && varFile) {
    return {
      problems: [{ path: '--var-file', message: 'conflicts with --table: use one of them' }],
    };
  }
  if (table !== undefined) return { policy: await storedPolicy(table, io) };
  if (!varFile) {
    const message =
      `is required (or ${TABLE_VARIABLE}), or --var-file with --profiles: the ledger table has ` +
      'the policy and its inference profiles';
    return { problems: [{ path: '--table', message }] };
  }
  const read =
    profiles === undefined ? { arns: new Map<string, string>() } : await readProfiles(profiles);
  if ('problem' in read) return { problems: [read.problem] };
  const result = await loadTfvarsPolicy(varFile, {
    inferenceProfiles: read.arns,
    region: regionOf(undefined, io),
  });
  return 'problems' in result ? result : { policy: result.policy };
}

async function storedPolicy(tableName: string, io: Io): Promise<Policy> {
  const { clock, err } = io;
  const client = new DynamoDBClient();
  const warn = (message: string) => err(`${message}\n`);
  try {
    return await createDynamoDbPolicySource({
      client,
      tableName,
      clock,
      region: regionOf(undefined, io),
      warn,
    }).load();
  } finally {
    client.destroy();
  }
}
