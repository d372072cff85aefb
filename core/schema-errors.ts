/** Turns errors of a JSON schema into problems for the author of the document. */
import type { ErrorObject } from 'ajv';
import { joinPath, ownProperty, pathFromPointer } from './input-path.ts';
import type { InputProblem } from './input-problem.ts';
import { closestMatch, formatChoices, quoted } from './safe-text.ts';

/** Problems reported for one document; a configuration with more has a single cause. */
const PROBLEMS_MAX = 200;

/**
 * Problems from the errors of an ajv that runs with `allErrors` and `verbose`. A schema's `title`
 * says what a value is called (for a pattern: what it is not; for a list or map: its entries), its
 * `description` what to write instead.
 * @param root path of the document itself: empty for tfvars, `$` for a request.
 */
export function schemaErrorProblems(
  errors: readonly ErrorObject[],
  document: unknown,
  root = '',
): InputProblem[] {
  return errors
    .slice(0, PROBLEMS_MAX)
    .map((error) => toProblem(error, document))
    .filter((problem) => problem !== undefined)
    .map(({ path, message }) => ({ path: rooted(root, path), message }));
}

function rooted(root: string, path: string): string {
  if (root === '' || path === '') return root + path;
  return path.startsWith('[') ? root + path : `${root}.${path}`;
}

function toProblem(error: ErrorObject, document: unknown): InputProblem | undefined {
  const path = pathFromPointer(error.instancePath, document);
  const { keyword, params, data } = error;
  const title = text(error.parentSchema, 'title');
  const shown = shownBy(error.parentSchema, data);
  switch (keyword) {
    case 'required': {
      const name = String(params.missingProperty);
      return { path: joinPath(path, name), message: 'is required' };
    }
    case 'additionalProperties':
      return unknownProperty(path, String(params.additionalProperty), error.parentSchema);
    case 'enum': {
      const allowed = Array.isArray(params.allowedValues) ? params.allowedValues.map(String) : [];
      return { path, message: unknownValueMessage(title ?? 'value', data, allowed) };
    }
    case 'pattern': {
      const advice = text(error.parentSchema, 'description') ?? 'write it differently';
      const at = error.propertyName === undefined ? path : joinPath(path, error.propertyName);
      return { path: at, message: `${shown} is not ${title ?? 'valid'}: ${advice}` };
    }
    case 'type':
      return {
        path,
        message: wrongType([params.type].flat().map(String), data, error.parentSchema),
      };
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return { path, message: `must ${range(error.parentSchema)}, got ${quoted(data)}` };
    case 'minItems':
    case 'minProperties': {
      const allowed = ownProperty(ownProperty(error.parentSchema, 'items'), 'enum');
      const choices = Array.isArray(allowed) ? `: use some of ${allowed.join(', ')}` : '';
      return { path, message: `must name at least one ${title ?? 'entry'}${choices}` };
    }
    case 'maxItems':
    case 'maxProperties': {
      const entries = Array.isArray(data) ? data : Object.keys(Object(data));
      const count = `, got ${entries.length}`;
      return { path, message: `must name at most ${params.limit} ${title ?? 'entry'}${count}` };
    }
    case 'uniqueItems':
      return duplicateItem(path, Math.max(Number(params.i), Number(params.j)), error);
    case 'minLength':
    case 'maxLength':
      return {
        path,
        message: `must ${lengthOf(error.parentSchema)}, got ${[...String(data)].length}`,
      };
    default:
      // `propertyNames` only repeats the error of the pattern inside it.
      return undefined;
  }
}

/** `unknown window "week": use one of minute, hour, day, month`; without choices, only the first part. */
export function unknownValueMessage(
  what: string,
  given: unknown,
  allowed: readonly string[],
): string {
  const near = typeof given === 'string' ? closestMatch(given, allowed) : undefined;
  const hint = near === undefined ? '' : `did you mean ${quoted(near)}? `;
  const unknown = `unknown ${what} ${quoted(given)}`;
  return allowed.length === 0 ? unknown : `${unknown}: ${hint}use one of ${formatChoices(allowed)}`;
}

function unknownProperty(path: string, name: string, schema: unknown): InputProblem {
  const properties = ownProperty(schema, 'properties');
  const allowed =
    typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const what = text(schema, 'title') ?? 'property';
  return { path: joinPath(path, name), message: unknownValueMessage(what, name, allowed) };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

function wrongType(types: readonly string[], given: unknown, schema: unknown): string {
  const [type = ''] = types;
  if (type === 'integer' && typeof given === 'number') return `must ${range(schema)}, got ${given}`;
  const wanted = types.map((each) => TYPE_NAMES[each] ?? each).join(' or ');
  const unquoted = typeof given === 'string' && type !== 'string' && /^[\w.-]+$/.test(given);
  const hint = unquoted && type !== 'array' && type !== 'object' ? '; leave the quotes out' : '';
  const allowed = ownProperty(schema, 'enum');
  const choices = Array.isArray(allowed) ? `: use one of ${allowed.join(', ')}` : hint;
  return `must be ${wanted}, not ${shownBy(schema, given)}${choices}`;
}

/** Secrets, which a schema marks as `writeOnly`, are in no message. */
const shownBy = (schema: unknown, value: unknown): string =>
  ownProperty(schema, 'writeOnly') === true ? 'this value' : quoted(value);

/** `be a whole number from 1 to 64`, after the schema's own bounds. */
function range(schema: unknown): string {
  const [minimum, maximum] = [ownProperty(schema, 'minimum'), ownProperty(schema, 'maximum')];
  const above = ownProperty(schema, 'exclusiveMinimum');
  const what = ownProperty(schema, 'type') === 'integer' ? 'a whole number' : 'a number';
  if (above !== undefined) {
    return `be ${what} greater than ${above}${maximum === undefined ? '' : ` and at most ${maximum}`}`;
  }
  if (minimum !== undefined && maximum !== undefined) {
    return `be ${what} from ${minimum} to ${maximum}`;
  }
  if (minimum === undefined) return `be ${what}`;
  return minimum === 0 && what === 'a number'
    ? 'not be negative'
    : `be ${what} of at least ${minimum}`;
}

/** `have 1 to 256 characters`, after the schema's own bounds. */
function lengthOf(schema: unknown): string {
  const [least = 0, most] = [ownProperty(schema, 'minLength'), ownProperty(schema, 'maxLength')];
  const bounds = most === undefined ? `at least ${least}` : `${least} to ${most}`;
  return `have ${bounds} characters`;
}

function duplicateItem(
  path: string,
  index: number,
  { data, parentSchema }: ErrorObject,
): InputProblem {
  const item: unknown = Array.isArray(data) ? data[index] : undefined;
  const message = `${shownBy(parentSchema, item)} is named twice: write it once`;
  return { path: joinPath(path, index), message };
}

function text(schema: unknown, name: string): string | undefined {
  const value = ownProperty(schema, name);
  return typeof value === 'string' ? value : undefined;
}
