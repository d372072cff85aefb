/** Options of the module, as the schema of its variables names them. */
import { isRecord } from '../../../sandbox/base/json.ts';

/**
 * Paths in a JSON schema that a value sets nothing at. A path has `*` for the members of a map or
 * of a list; one of them must set the option.
 */
export const unsetOptions = (schema: unknown, value: unknown): readonly string[] => [
  ...new Set(unsetIn(schema, [value], '')),
];

function unsetIn(schema: unknown, values: readonly unknown[], path: string): readonly string[] {
  if (!isRecord(schema)) return [];
  const { properties, additionalProperties, items, anyOf } = schema;
  const records = values.filter(isRecord);
  const own = isRecord(properties) ? properties : {};
  const named = Object.entries(own).flatMap(([name, of]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const set = records.map((record) => record[name]).filter((each) => each !== undefined);
    return set.length === 0 ? [at] : unsetIn(of, set, at);
  });
  const others = records.flatMap((record) =>
    Object.entries(record).flatMap(([name, each]) => (name in own ? [] : [each])),
  );
  const listed = values.filter(Array.isArray).flat();
  // Of the forms that a value can have, only the one that it has.
  const forms = (Array.isArray(anyOf) ? anyOf : []).filter(
    (form) => !isRecord(form) || ('items' in form ? listed : records).length > 0,
  );
  return [
    ...(records.length > 0 ? named : []),
    ...(others.length > 0 ? unsetIn(additionalProperties, others, `${path}.*`) : []),
    ...(listed.length > 0 ? unsetIn(items, listed, `${path}.*`) : []),
    ...forms.flatMap((form) => unsetIn(form, values, path)),
  ];
}
