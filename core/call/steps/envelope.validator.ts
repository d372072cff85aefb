/** The envelope's validator. The build puts the compiled function in this module's place. */
import { strictAjv } from '../../strict-ajv.ts';
import { ENVELOPE_SCHEMA, type EnvelopeConfig } from './envelope.schema.ts';

export const ajv = strictAjv();

export const validate = ajv.compile<EnvelopeConfig>(ENVELOPE_SCHEMA);
