/** The members of a request that are passed on, and what each means for the price of the call. */
import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';

/**
 * `free`: no influence on the price. `priced`: chooses a price; its values are checked by name.
 * `bound`: read for the bound of the call. `refused`: may cost more than any bound.
 * `inexpressible`: the API that the request becomes has no place for it, and the answer would be
 * another one. `ignored`: a hint without such a place; the answer names it.
 */
type FieldMark = 'free' | 'priced' | 'bound' | 'refused' | 'inexpressible' | 'ignored';

/** A mark, or what is inside: of an object, of a list, of objects of several kinds. */
type FieldShape = FieldMark | FieldList | ListOf | KindsOf | ObjectOr;

/** By name; a list in place of a mark is for the members of an object. */
export interface FieldList {
  readonly [name: string]: FieldShape;
}

/** Every object of a list; what is no list, and no object, is checked where it is read. */
export class ListOf {
  readonly each: FieldShape;

  constructor(each: FieldShape) {
    this.each = each;
  }
}

/** An object with these members; another form is checked where it is read. */
export class ObjectOr {
  readonly fields: FieldList;

  constructor(fields: FieldList) {
    this.fields = fields;
  }
}

/** Objects that a member tells apart; other forms, and other kinds, are refused where they are read. */
export class KindsOf {
  readonly by: string;
  readonly kinds: Readonly<Record<string, FieldList>>;
  /** Of an object that does not name its kind. */
  readonly usual: string | undefined;

  constructor(by: string, kinds: Readonly<Record<string, FieldList>>, usual?: string) {
    this.by = by;
    this.kinds = kinds;
    this.usual = usual;
  }
}

interface ReadFields {
  /** For each member that is refused, or on no list. */
  readonly problems: readonly InputProblem[];
  /** Paths without `$.` and without indexes of what the answer names as ignored. */
  readonly ignored: readonly string[];
}

/** @param allowed paths from the root, without `$.` and indexes, that an operator lets through. */
export function readFields(
  value: JsonObject,
  fields: FieldList,
  allowed: ReadonlySet<string>,
  path = '$',
): ReadFields {
  const reader = new FieldReader(allowed);
  reader.members(value, fields, path);
  return { problems: reader.problems, ignored: [...reader.ignored] };
}

export const fieldProblems = (
  value: JsonObject,
  fields: FieldList,
  allowed: ReadonlySet<string>,
  path = '$',
): readonly InputProblem[] => readFields(value, fields, allowed, path).problems;

class FieldReader {
  readonly problems: InputProblem[] = [];
  readonly ignored = new Set<string>();
  readonly #allowed: ReadonlySet<string>;

  constructor(allowed: ReadonlySet<string>) {
    this.#allowed = allowed;
  }

  members(value: JsonObject, fields: FieldList, path: string): void {
    for (const name of Object.keys(value)) {
      const inner = value[name];
      const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
      if (shape === undefined) this.#unlisted(joinPath(path, name));
      else if (inner === null || inner === undefined || PASSED.has(shape)) continue;
      // A listed name is printable; a path for every member would take longer than all the rest.
      else this.#shaped(inner, shape, `${path}.${name}`);
    }
  }

  #shaped(value: unknown, shape: FieldShape, at: string): void {
    if (typeof shape === 'string') this.#marked(value, shape, at);
    else if (shape instanceof ListOf) {
      for (const [index, each] of Array.isArray(value) ? value.entries() : []) {
        if (isJsonObject(each)) this.#shaped(each, shape.each, `${at}[${index}]`);
      }
    } else if (shape instanceof KindsOf || shape instanceof ObjectOr) {
      const fields = isJsonObject(value) ? membersIn(value, shape) : undefined;
      if (isJsonObject(value) && fields) this.members(value, fields, at);
    } else if (isJsonObject(value)) this.members(value, shape, at);
    else this.#problem(at, 'must be an object');
  }

  #marked(value: unknown, mark: FieldMark, at: string): void {
    if (mark === 'refused') this.#problem(at, REFUSED);
    if (asksForNothing(value)) return;
    if (mark === 'inexpressible') this.#problem(at, INEXPRESSIBLE);
    if (mark === 'ignored') this.ignored.add(nameOf(at));
  }

  #unlisted(at: string): void {
    const name = nameOf(at);
    if (this.#allowed.has(name)) this.ignored.add(name);
    else this.#problem(at, UNLISTED);
  }

  #problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}

const PASSED: ReadonlySet<FieldShape> = new Set<FieldShape>(['free', 'priced', 'bound']);

function membersIn(value: JsonObject, shape: KindsOf | ObjectOr): FieldList | undefined {
  if (shape instanceof ObjectOr) return shape.fields;
  const kind = value[shape.by] ?? shape.usual;
  const isListed = typeof kind === 'string' && Object.hasOwn(shape.kinds, kind);
  return isListed ? shape.kinds[kind] : undefined;
}

const nameOf = (at: string): string => at.slice('$.'.length).replaceAll(/\[\d+\]/g, '');

/** Values that say the same as leaving the member out. */
const asksForNothing = (value: unknown): boolean =>
  value === false ||
  value === '' ||
  value === 'auto' ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

export const REFUSED =
  'is refused, as its cost has no bound before the call (proxy.allow_fields does not change that): leave it out';

const INEXPRESSIBLE = 'has no place in the API of Bedrock that this becomes: leave it out';

const UNLISTED =
  'is not a known field: leave it out, or list it in proxy.allow_fields once its cost is known';
