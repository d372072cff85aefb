/** Type expressions of Terraform variables as trees, and in words. */

/**
 * @typedef {{kind: 'object', attributes: Attribute[]}
 *   | {kind: 'list' | 'set' | 'map' | 'tuple', of: Type}
 *   | {kind: string}} Type
 * @typedef {{name: string, type: Type, isOptional: boolean, default?: string}} Attribute
 */

const TOKEN = /\s*(?:#[^\n]*\n|\/\/[^\n]*\n)*\s*("(?:\\.|[^"\\])*"|[A-Za-z_][\w-]*|-?\d[\d.]*|.)/gs;

const OPENS = { '(': ')', '{': '}', '[': ']' };

/** @returns {Type} */
export function parseType(expression) {
  const tokens = Array.from(expression.trim().matchAll(TOKEN), ([, token]) => token);
  let at = 0;
  const take = (wanted) => {
    const token = tokens[at++];
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`in the type ${expression}: expected ${wanted ?? 'more'}, found ${token}`);
    return token;
  };

  /** An expression as it is written, to the comma or bracket that ends it. */
  const literal = () => {
    const parts = [];
    const open = [];
    while (open.length > 0 || ![',', ')', '}'].includes(tokens[at])) {
      const token = take();
      if (OPENS[token]) open.push(OPENS[token]);
      else if (token === open.at(-1)) open.pop();
      parts.push(token);
    }
    return parts.join(' ').replace(/([[{(]) | (?=[\]}),])/g, '$1');
  };

  const attribute = () => {
    const name = take().replace(/^"|"$/g, '');
    take('=');
    if (tokens[at] !== 'optional') return { name, type: type(), isOptional: false };
    take('optional');
    take('(');
    const found = { name, type: type(), isOptional: true };
    if (tokens[at] === ',') {
      take(',');
      found.default = literal();
    }
    take(')');
    return found;
  };

  const type = () => {
    const kind = take();
    if (tokens[at] !== '(') return { kind };
    take('(');
    if (kind !== 'object') {
      const of = type();
      take(')');
      return { kind, of };
    }
    take('{');
    const attributes = [];
    while (tokens[at] !== '}') {
      attributes.push(attribute());
      if (tokens[at] === ',') take(',');
    }
    take('}');
    take(')');
    return { kind, attributes };
  };

  const parsed = type();
  if (at < tokens.length) throw new Error(`in the type ${expression}: ${tokens[at]} is too much`);
  return parsed;
}

/** @returns {Attribute[]} the attributes of the object that the type is, or has as its elements. */
export function attributesOf(type) {
  if (type.kind === 'object') return type.attributes;
  return type.of === undefined ? [] : attributesOf(type.of);
}

const NAMES = { bool: ['boolean', 'booleans'], any: ['any value', 'any values'] };

/** The type in words: "list of strings". */
export function typeInWords(type, isPlural = false) {
  const [one, many] = NAMES[type.kind] ?? [type.kind, `${type.kind}s`];
  const name = isPlural ? many : one;
  return type.of === undefined ? name : `${name} of ${typeInWords(type.of, true)}`;
}
