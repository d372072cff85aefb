/** The variables, outputs and version floors of a Terraform module, in the order of its files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attributesOf, parseType } from './terraform-types.mjs';

/** An expression, as @cdktf/hcl2json gives what is not a literal. */
const expressionIn = (value) => /^\$\{([\s\S]*)\}$/.exec(value)?.[1] ?? value;

/** The names of the blocks of a kind in the order of the text: parsed, they are sorted. */
const namesIn = (text, kind) =>
  Array.from(text.matchAll(new RegExp(`^${kind}\\s+"([^"]+)"`, 'gm')), ([, name]) => name);

function variableOf(name, { type, description = '', ...settings }) {
  return {
    name,
    type: parseType(expressionIn(type ?? 'any')),
    description: description.trim(),
    isRequired: !('default' in settings),
    default: settings.default,
  };
}

/**
 * @param {string} folder of a module.
 * @param {string} [typesFrom] folder of the module that has the types and descriptions of the
 *   variables that `folder` leaves without a type.
 */
export async function readModule(folder, typesFrom) {
  // Only now: on a fresh clone the packages come after this file.
  const { parse } = await import('@cdktf/hcl2json');
  const variables = [];
  const outputs = [];
  let requirements = { terraform: 'of any version', providers: {} };
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.tf'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    const parsed = await parse(name, text);
    for (const variable of namesIn(text, 'variable'))
      variables.push({ file: name, ...variableOf(variable, parsed.variable[variable][0]) });
    for (const output of namesIn(text, 'output'))
      outputs.push({
        name: output,
        description: (parsed.output[output][0].description ?? '').trim(),
      });
    const [settings] = parsed.terraform ?? [];
    if (settings?.required_version) requirements = requirementsOf(settings);
  }
  const inner = typesFrom === undefined ? [] : (await readModule(typesFrom)).variables;
  const shared = inner.length > 0 ? inner : variables;
  return {
    variables: requiredFirst(variables).map((one) => withShared(typedBy(one, inner), shared)),
    outputs,
    requirements,
  };
}

/** The variables of files with required ones come first, each file in its own order. */
function requiredFirst(variables) {
  const required = new Set(variables.filter((one) => one.isRequired).map(({ file }) => file));
  const isFirst = ({ file }) => required.has(file);
  return [...variables.filter(isFirst), ...variables.filter((one) => !isFirst(one))];
}

function requirementsOf({ required_version: terraform, required_providers: [providers] = [{}] }) {
  const others = Object.entries(providers ?? {}).map(([name, { version }]) => [name, version]);
  return { terraform, providers: Object.fromEntries(others) };
}

function typedBy(variable, inner) {
  const typed = inner.find(({ name }) => name === variable.name);
  if (variable.type.kind !== 'any' || typed === undefined) return variable;
  const description = typed.description || variable.description;
  return { ...variable, type: typed.type, description };
}

/**
 * Variables can share an attribute: where they describe one that their type lacks, and a map of the
 * typed module has its name, the map has the values of all of them, and their type is written once.
 */
function withShared(variable, shared) {
  const attributes = shared
    .filter(({ name, type }) => ['map', 'any'].includes(type.kind) && describes(variable, name))
    .map(({ name, type }) => ({ name, type: type.of ?? OBJECT, isOptional: true }));
  return attributes.length === 0
    ? variable
    : { ...variable, type: added(variable.type, attributes) };
}

const OBJECT = { kind: 'object', attributes: [] };

const describes = ({ type, description }, name) =>
  description.includes(`- \`${name}\` - `) &&
  !attributesOf(type).some((attribute) => attribute.name === name);

const added = (type, attributes) =>
  type.of === undefined
    ? { kind: 'object', attributes: [...(type.attributes ?? []), ...attributes] }
    : { ...type, of: added(type.of, attributes) };
