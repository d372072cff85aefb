/**
 * All variables of the module as one JSON schema. `modules/schema-check/variables.schema.json` is the
 * same as JSON, so that a plan and `cost-sentry validate` refuse the same keys and values.
 */
import { OPERATIONS_SCHEMA } from './operations.schema.ts';
import { POLICY_SCHEMA } from './policy.schema.ts';

export const VARIABLES_SCHEMA = {
  ...POLICY_SCHEMA,
  title: 'variable',
  properties: { ...POLICY_SCHEMA.properties, ...OPERATIONS_SCHEMA.properties },
} as const;
