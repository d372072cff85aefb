/** Goal: the types of examples/cdktf are those of the policy that the functions read. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { POLICY_SCHEMA } from '../../../../core/policy/policy.schema.ts';

const SOURCE = readFileSync('examples/cdktf/policy.ts', 'utf8');

/** Properties by name, each with whether it must be given and the literals that it may be. */
type Shape = Record<string, { isRequired: boolean; literals: string[] }>;

/** The properties that an interface of the example declares or inherits. */
function declared(name: string): Shape {
  const pattern = new RegExp(`^export interface ${name}\\b([^{]*)\\{\\n(.*?)^\\}`, 'ms');
  const [, head = '', body = ''] = pattern.exec(SOURCE) ?? [];
  const parent = /\bextends (\w+)/.exec(head.replaceAll(/\w+ extends string/g, ''))?.[1];
  const own = Array.from(body.matchAll(/^ {2}readonly (\w+)(\?)?:([^;]*);/gm), (match) => {
    const [, property = '', optional, type = ''] = match;
    const literals = Array.from(type.matchAll(/'(\w+)'/g), ([, literal = '']) => literal);
    return [property, { isRequired: optional === undefined, literals }];
  });
  return { ...(parent === undefined ? {} : declared(parent)), ...Object.fromEntries(own) };
}

interface ObjectSchema {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
}

/** The same of a schema. */
function known({ properties, required = [] }: ObjectSchema): Shape {
  return Object.fromEntries(
    Object.entries(properties).map(([property, schema]) => [
      property,
      {
        isRequired: required.includes(property),
        literals: 'enum' in schema && Array.isArray(schema.enum) ? [...schema.enum] : [],
      },
    ]),
  );
}

const { models, applications, cost_centers, organization } = POLICY_SCHEMA.properties;
const { price } = models.additionalProperties.properties;
const costCenter = cost_centers.additionalProperties;
const limit = costCenter.properties.limits.items;

const PAIRS: readonly [string, ObjectSchema][] = [
  ['ModelSettings', models.additionalProperties],
  ['Price', price],
  ['Tariff', price.properties.tiers.properties.flex],
  ['LongContextPrice', price.properties.long_context],
  ['ServiceTiers', price.properties.tiers],
  ['Latencies', price.properties.latency],
  ['ApplicationSettings', applications.additionalProperties],
  ['CostCenter', costCenter],
  ['Callers', costCenter.properties.callers],
  ['Limit', limit],
  ['Ceiling', limit.properties.ceilings.items],
  ['Organization', organization],
];

describe('the types of examples/cdktf', () => {
  test.each(PAIRS)('%s has the properties and values of the schema', (name, schema) => {
    expect(declared(name)).toEqual(known(schema));
  });

  test('a policy has variables of the module only', () => {
    const variables = Object.keys(POLICY_SCHEMA.properties);
    expect(Object.keys(declared('Policy'))).toEqual(
      variables.filter((name) =>
        ['models', 'applications', 'cost_centers', 'organization'].includes(name),
      ),
    );
  });
});
