/**
 * Converts values as Terraform does for a typed variable: `"4000"` is a number where a number is
 * wanted, and `5` is a string where a string is; every string and key is in Unicode's form NFC.
 * What does not convert stays, for the schema check.
 */
import { ownProperty } from '../input-path.ts';

/** A decimal number in quotes. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The value as Terraform would pass it on to a variable of the schema's type. */
export function convertValues(value: unknown, schema: unknown): unknown {
  if (Array.isArray(value)) {
    const items = ownProperty(schema, 'items');
    return value.map((item) => convertValues(item, items));
  }
  if (typeof value === 'object' && value !== null) {
    const properties = ownProperty(schema, 'properties');
    const others = ownProperty(schema, 'additionalProperties');
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name.normalize('NFC'),
        convertValues(inner, ownProperty(properties, name) ?? others),
      ]),
    );
  }
  return convertScalar(value, ownProperty(schema, 'type'));
}

function convertScalar(value: unknown, type: unknown): unknown {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return String(value);
  }
  if (typeof value !== 'string') return value;
  if (type === 'string') return value.normalize('NFC');
  if ((type === 'number' || type === 'integer') && NUMBER.test(value)) return Number(value);
  if (type === 'boolean') return BOOLEANS.get(value) ?? value;
  return value;
}
