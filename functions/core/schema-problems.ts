/** Words what a JSON schema refuses for the author of the document. */
import type { ErrorObject } from 'ajv';
import { nearest, oneOf, quoted } from './describe.ts';
import { fromPointer, join, own } from './policy/path.ts';
import type { Problem } from './policy/policy.ts';

/** Problems reported for one document; one with more has a single cause. */
const PROBLEMS_MAX = 200;

/**
 * Every problem with its path, in the order ajv found them. ajv must run with `allErrors` and
 * `verbose`. Schemas may hold a `title` (what the value is) and a `description` (what to write).
 * @param root path of the document itself: empty for tfvars, `$` for a request.
 */
export function schemaProblems(
  errors: readonly ErrorObject[] | null | undefined,
  document: unknown,
  root = '',
): Problem[] {
  return (errors ?? [])
    .slice(0, PROBLEMS_MAX)
    .map((error) => toProblem(error, fromPointer(error.instancePath, document)))
    .filter((problem) => problem !== undefined)
    .map(({ path, message }) => ({ path: rooted(root, path), message }));
}

function rooted(root: string, path: string): string {
  if (root === '' || path === '') return root + path;
  return path.startsWith('[') ? root + path : `${root}.${path}`;
}

function toProblem(error: ErrorObject, path: string): Problem | undefined {
  const { keyword, params, data } = error;
  const title = text(error.parentSchema, 'title');
  switch (keyword) {
    case 'required': {
      const name = String(params.missingProperty);
      return { path: join(path, name), message: `${name} is required` };
    }
    case 'additionalProperties':
      return unknownProperty(path, String(params.additionalProperty), error.parentSchema);
    case 'enum': {
      const allowed = Array.isArray(params.allowedValues) ? params.allowedValues.map(String) : [];
      return { path, message: unknownValue(title ?? 'value', data, allowed) };
    }
    case 'pattern': {
      const advice = text(error.parentSchema, 'description') ?? 'write it differently';
      const at = error.propertyName === undefined ? path : join(path, error.propertyName);
      return { path: at, message: `${title ?? 'value'} ${quoted(data)} is not valid: ${advice}` };
    }
    case 'type':
      return { path, message: wrongType(String(params.type), data) };
    case 'minimum':
    case 'maximum':
      return { path, message: outOfRange(title ?? 'value', data, error.parentSchema) };
    case 'minItems':
      return { path, message: 'the list is empty: write at least one entry' };
    case 'minProperties':
      return { path, message: 'nothing is defined here: write at least one entry' };
    case 'uniqueItems':
      return duplicateItem(path, Number(params.i), data);
    case 'minLength':
    case 'maxLength':
      return { path, message: `${title ?? 'value'} ${quoted(data)} is too short or too long` };
    default:
      // `propertyNames` only repeats what the pattern inside it has said.
      return undefined;
  }
}

/** `unknown window "week": write minute, hour, day or month`. */
export function unknownValue(what: string, given: unknown, allowed: readonly string[]): string {
  const near = typeof given === 'string' ? nearest(given, allowed) : undefined;
  const hint = near === undefined ? '' : `did you mean ${quoted(near)}? `;
  return `unknown ${what} ${quoted(given)}: ${hint}write ${oneOf(allowed)}`;
}

function unknownProperty(path: string, name: string, schema: unknown): Problem {
  const properties = own(schema, 'properties');
  const allowed =
    typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const what = path === '' ? 'variable' : 'property';
  return { path: join(path, name), message: unknownValue(what, name, allowed) };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function wrongType(type: string, given: unknown): string {
  const wanted = TYPE_NAMES[type] ?? type;
  const unquoted = typeof given === 'string' && type !== 'string' && /^[\w.-]+$/.test(given);
  const hint = unquoted && type !== 'array' && type !== 'object' ? '; leave the quotes out' : '';
  return `must be ${wanted}, not ${quoted(given)}${hint}`;
}

function outOfRange(what: string, given: unknown, schema: unknown): string {
  const [minimum, maximum] = [own(schema, 'minimum'), own(schema, 'maximum')];
  const range = maximum === undefined ? `at least ${minimum}` : `from ${minimum} to ${maximum}`;
  return `${what} ${quoted(given)} is out of range: write a number ${range}`;
}

function duplicateItem(path: string, index: number, data: unknown): Problem {
  const item: unknown = Array.isArray(data) ? data[index] : undefined;
  return {
    path: join(path, index),
    message: `${quoted(item)} is in the list twice: write it once`,
  };
}

function text(schema: unknown, name: string): string | undefined {
  const value = own(schema, name);
  return typeof value === 'string' ? value : undefined;
}
