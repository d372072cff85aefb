/** Goal: the root, the schema and what Terraform reads of it have the same variables and values. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ownProperty } from '../../../../core/input-path.ts';
import { OPERATIONS_SCHEMA } from '../../../../core/policy/operations.schema.ts';
import { OPERATIONS_VARIABLES } from '../../../../core/policy/operations-variables.ts';
import { POLICY_SCHEMA } from '../../../../core/policy/policy.schema.ts';
import { VARIABLES_SCHEMA } from '../../../../core/policy/variables.schema.ts';

const declaredIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith('variables-'))
    .flatMap((name) => [
      ...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/^variable "([^"]+)"/gm),
    ])
    .map(([, name = '']) => name)
    .toSorted();

describe('the variables', () => {
  test('of the policy and of operation are together those of the root', () => {
    const known = [...Object.keys(POLICY_SCHEMA.properties), ...OPERATIONS_VARIABLES];
    expect(known.toSorted()).toEqual(declaredIn('.'));
  });

  test('of operation are those of the schema', () => {
    expect([...OPERATIONS_VARIABLES].toSorted()).toEqual(
      Object.keys(OPERATIONS_SCHEMA.properties).toSorted(),
    );
  });

  test('are passed to the schema check and to their types', () => {
    const wiring = readFileSync('configuration.tf', 'utf8');
    const given = [...wiring.matchAll(/^ {4}(\w+) += var\.(\w+)$/gm)];
    // Messages of the schema check show values, so it gets none that is a secret.
    const declared = declaredIn('.').filter((name) => name !== 'proxy_origin_secrets');
    expect(given.map(([, name]) => name).toSorted()).toEqual(declared);
    expect(readFileSync('variables-proxy.tf', 'utf8')).toMatch(
      /^variable "proxy_origin_secrets" \{[^}]*sensitive {3}= true\n/m,
    );
    for (const [, name, value] of given) expect(value).toBe(name);
  });

  test('have one schema: what Terraform reads is what the resolver has', () => {
    const listed = readFileSync('modules/schema-check/variables.schema.json', 'utf8');
    // Where this fails: npm run schema
    expect(JSON.parse(listed)).toEqual(JSON.parse(JSON.stringify(VARIABLES_SCHEMA)));
  });

  test('are no deeper than Terraform looks', () => {
    const levels = readFileSync('modules/schema-check/main.tf', 'utf8').match(/^module /gm);
    // One level more than there are: on it the last unknown keys are found.
    expect(depthOf(VARIABLES_SCHEMA) + 1).toBeLessThanOrEqual(levels?.length ?? 0);
  });
});

/** Levels of values that a schema describes, the document itself included. */
function depthOf(schema: unknown): number {
  const properties = ownProperty(schema, 'properties');
  const inner = [
    ...(typeof properties === 'object' && properties !== null ? Object.values(properties) : []),
    ownProperty(schema, 'additionalProperties'),
    ownProperty(schema, 'items'),
  ].filter((value) => typeof value === 'object' && value !== null);
  return 1 + Math.max(0, ...inner.map(depthOf));
}
