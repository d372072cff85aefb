/** The request's validator. The build puts the compiled function in this module's place. */
import { Ajv } from 'ajv';
import { type InvokeRequest, requestSchema } from './request.schema.ts';

export const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  ownProperties: true,
  strict: true,
  allowUnionTypes: true,
  code: { source: true, esm: true },
});

export const validate = ajv.compile<InvokeRequest>(requestSchema);
