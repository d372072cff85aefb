/** Ajv as input from outside is checked: every problem is reported, with the value that caused it. */
import { Ajv } from 'ajv';

/** Also makes code, which the build puts in place of a validator's module. */
export const strictAjv = (): Ajv =>
  new Ajv({
    allErrors: true,
    verbose: true,
    ownProperties: true,
    strict: true,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  });
