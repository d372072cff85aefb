/** The policy on the table the environment names; apart, as it brings the whole catalogue along. */
import { createPolicyStore } from '../adapters/policy-store.ts';
import { systemClock } from '../adapters/system.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import { dynamoDbClient } from './clients.ts';
import { type Environment, required } from './config-from-env.ts';
import { warn } from './workflow-step.ts';

export const policiesFrom = (env: Environment): PolicySource =>
  createPolicyStore({
    client: dynamoDbClient(),
    tableName: required(env, 'LEDGER_TABLE_NAME'),
    clock: systemClock,
    warn,
  });
