/** The validator of the variables about operation. The build puts the compiled function in its place. */
import { strictAjv } from '../strict-ajv.ts';
import { OPERATIONS_SCHEMA } from './operations.schema.ts';

export const ajv = strictAjv();

export const validate = ajv.compile(OPERATIONS_SCHEMA);
