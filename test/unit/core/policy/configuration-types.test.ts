/**
 * Goal: the types of modules/configuration have exactly the attributes of the schema. One that they
 * lack would be dropped by Terraform, and one that the schema lacks could never be given.
 */
import { expect, test } from '@jest/globals';
import { ownProperty } from '../../../../core/input-path.ts';
import { VARIABLES_SCHEMA } from '../../../../core/policy/variables.schema.ts';
import type { Type } from '../../../../scripts/lib/terraform-variables.mjs';
import { readModule } from '../../../../scripts/lib/terraform-variables.mjs';

/** Checked by the schema alone: the type of a price would be written five times. */
const UNTYPED = /\.price\b/;

/** Paths of all attributes that a schema knows; `*` for the names of a map. */
function schemaPaths(path: string, schema: unknown): string[] {
  const items = ownProperty(schema, 'items');
  if (items !== undefined) return schemaPaths(path, items);
  const others = ownProperty(schema, 'additionalProperties');
  if (typeof others === 'object') return schemaPaths(`${path}.*`, others);
  const properties = ownProperty(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).flatMap(([name, inner]) => [
    `${path}.${name}`,
    ...schemaPaths(`${path}.${name}`, inner),
  ]);
}

function typePaths(path: string, { kind, of, attributes = [] }: Type): string[] {
  if (of !== undefined) return typePaths(kind === 'map' ? `${path}.*` : path, of);
  return attributes.flatMap(({ name, type }) => [
    `${path}.${name}`,
    ...typePaths(`${path}.${name}`, type),
  ]);
}

/** Of the settings by function, the schema has the names and the types have a map. */
const byName = (path: string): string =>
  path.replace(/^(functions\.(?:memory_mb|reserved_concurrency))\..*$/, '$1');

test('the types have the attributes of the schema', async () => {
  const { variables } = await readModule('.', 'modules/configuration');
  const typed = variables.flatMap(({ name, type }) => typePaths(name, type));
  const known = Object.entries(VARIABLES_SCHEMA.properties).flatMap(([name, schema]) =>
    schemaPaths(name, schema),
  );
  const sorted = (paths: readonly string[]): string[] =>
    [...new Set(paths.map(byName))].filter((path) => !UNTYPED.test(path)).toSorted();
  expect(sorted(typed)).toEqual(sorted(known));
});
