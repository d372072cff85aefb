/** A configuration with every key of the variables, and an unlisted one at every depth. */

const UNLISTED = 'unlisted';

/**
 * @param schema of all variables: modules/schema-check/variables.schema.json.
 * @param several 'object' or 'array': which of the two a value is that can be both.
 * @returns the configuration, and the path of each key that must be refused.
 */
export function unknownKeys(schema, several) {
  const paths = [];
  const sample = (node, path) => {
    const types = [node.type].flat();
    const type = types.length > 1 && types.includes(several) ? several : types[0];
    if (type === 'object') return objectOf(node, path);
    if (type === 'array') return [sample(node.items, `${path}[0]`)];
    if (node.enum) return node.enum[0];
    if (type === 'boolean') return true;
    return type === 'string' ? 'x' : (node.minimum ?? 1);
  };
  const objectOf = (node, path) => {
    const inner = (key) => (path === '' ? key : `${path}.${key}`);
    const { properties = {}, additionalProperties } = node;
    const value = Object.fromEntries(
      Object.entries(properties).map(([key, each]) => [key, sample(each, inner(key))]),
    );
    if (typeof additionalProperties === 'object') {
      return { ...value, some: sample(additionalProperties, inner('some')) };
    }
    // The root takes no further variables: Terraform itself says so.
    if (path !== '') paths.push(inner(UNLISTED));
    return path === '' ? value : { ...value, [UNLISTED]: 1 };
  };
  return { config: sample(schema, ''), paths };
}
