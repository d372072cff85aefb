/** The policy's validator. The build puts the compiled function in this module's place. */
import { Ajv } from 'ajv';
import { POLICY_SCHEMA, type PolicyConfig } from './policy.schema.ts';

export const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  ownProperties: true,
  strict: true,
  allowUnionTypes: true,
  coerceTypes: false,
  useDefaults: false,
  code: { source: true, esm: true },
});

export const validate = ajv.compile<PolicyConfig>(POLICY_SCHEMA);
