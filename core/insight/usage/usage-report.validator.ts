/** The usage report's validator. The build puts the compiled function in this module's place. */
import { Ajv } from 'ajv';
import { USAGE_REPORT_SCHEMA, type UsageReport } from './usage-report.schema.ts';

export const ajv = new Ajv({ code: { source: true, esm: true } });

export const validate = ajv.compile<UsageReport>(USAGE_REPORT_SCHEMA);
