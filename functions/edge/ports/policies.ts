/**
 * The policy in the table named by the environment; separate, because it bundles the whole
 * catalogue.
 */
import { createDynamoDbPolicySource } from '../../../adapters/dynamodb-policy.ts';
import { systemClock } from '../../../adapters/system.ts';
import type { PolicySource } from '../../../core/policy/ports.ts';
import { dynamoDbClient } from '../aws-clients.ts';
import { type Environment, requiredEnv } from '../environment.ts';
import { warn } from '../workflow-step.ts';

export const policiesFrom = (env: Environment): PolicySource =>
  createDynamoDbPolicySource({
    client: dynamoDbClient(),
    tableName: requiredEnv(env, 'LEDGER_TABLE_NAME'),
    clock: systemClock,
    region: env.AWS_REGION,
    warn,
  });
