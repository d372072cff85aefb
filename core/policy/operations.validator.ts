/** The validator of the variables about operation. The build puts the compiled function in its place. */
import { Ajv } from 'ajv';
import { OPERATIONS_SCHEMA } from './operations.schema.ts';

export const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  ownProperties: true,
  strict: true,
  coerceTypes: false,
  useDefaults: false,
  code: { source: true, esm: true },
});

export const validate = ajv.compile(OPERATIONS_SCHEMA);
