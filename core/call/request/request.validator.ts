/** The request's validator. The build puts the compiled function in this module's place. */
import { strictAjv } from '../../strict-ajv.ts';
import { type InvokeRequest, requestSchema } from './request.schema.ts';

export const ajv = strictAjv();

export const validate = ajv.compile<InvokeRequest>(requestSchema);
