/** Checks the tfvars against the schema, and says what is wrong with them. */

import type { InputProblem } from '../input-problem.ts';
import { schemaErrorProblems } from '../schema-errors.ts';
import type { PolicyConfig } from './policy.schema.ts';
import { validate } from './policy.validator.ts';

/**
 * Terraform writes unset optionals as null, so null means absent everywhere in an object.
 * Names such as `__proto__` stay ordinary own properties.
 */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  );
}

export const isPolicyConfig = (document: unknown): document is PolicyConfig => validate(document);

/** Everything about the form of a document (without nulls) that the schema refuses. */
export function schemaProblems(document: unknown): InputProblem[] {
  if (validate(document)) return [];
  return schemaErrorProblems(validate.errors ?? [], document);
}
