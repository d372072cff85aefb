/** The validator of a trace's lines. The build puts the compiled function in this module's place. */
import { Ajv } from 'ajv';
import { TRACE_LINE_SCHEMA, type TraceLine } from './trace.schema.ts';

export const ajv = new Ajv({ allErrors: true, verbose: true, code: { source: true, esm: true } });

export const validate = ajv.compile<TraceLine>(TRACE_LINE_SCHEMA);
