/** Goal: the resolver knows exactly the variables that the root module declares. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { OPERATIONS_VARIABLES } from '../../../../core/policy/operations-variables.ts';
import { POLICY_SCHEMA } from '../../../../core/policy/policy.schema.ts';

test("the policy's and the operations variables are together those of variables.tf", () => {
  const source = readFileSync('variables.tf', 'utf8');
  const declared = [...source.matchAll(/^variable "([^"]+)"/gm)].map(([, name]) => name);
  const known = [...Object.keys(POLICY_SCHEMA.properties), ...OPERATIONS_VARIABLES];
  expect(known.toSorted()).toEqual(declared.toSorted());
});
