/** The policy's validator. The build puts the compiled function in this module's place. */
import { strictAjv } from '../strict-ajv.ts';
import { POLICY_SCHEMA, type PolicyConfig } from './policy.schema.ts';

export const ajv = strictAjv();

export const validate = ajv.compile<PolicyConfig>(POLICY_SCHEMA);
