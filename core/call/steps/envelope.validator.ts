/** The envelope's validator. The build puts the compiled function in this module's place. */
import { Ajv } from 'ajv';
import { ENVELOPE_SCHEMA, type EnvelopeConfig } from './envelope.schema.ts';

export const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  ownProperties: true,
  strict: true,
  code: { source: true, esm: true },
});

export const validate = ajv.compile<EnvelopeConfig>(ENVELOPE_SCHEMA);
