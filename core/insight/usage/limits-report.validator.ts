/** The limits report's validator. The build puts the compiled function in this module's place. */
import { Ajv } from 'ajv';
import { LIMITS_REPORT_SCHEMA, type LimitsReport } from './limits-report.schema.ts';

export const ajv = new Ajv({ code: { source: true, esm: true } });

export const validate = ajv.compile<LimitsReport>(LIMITS_REPORT_SCHEMA);
