/** The declarations of a client's types, walked member by member next to the marks of a list. */
import { readFileSync } from 'node:fs';
import { API, type Checker, type Type } from 'typescript/unstable/sync';
import {
  type FieldList,
  KindsOf,
  ListOf,
  ObjectOr,
} from '../../../core/protocols/fields/field-list.ts';

type FieldShape = FieldList[string];

/** Marks after which nothing inside matters. */
const STOPS = ['refused', 'inexpressible', 'ignored'];

export class DeclaredTypes {
  readonly #api = new API();

  close(): void {
    this.#api.close();
  }

  /**
   * Paths of members without a mark.
   * @param isOpen whether other kinds of objects are passed on, so that each needs a mark.
   */
  unmarked(file: string, name: string, fields: FieldList, isOpen = false): readonly string[] {
    const project = this.#api.updateSnapshot({ openFiles: [file] }).getDefaultProjectForFile(file);
    const place = readFileSync(file, 'utf8').indexOf(`export interface ${name} `);
    const symbol = project?.checker.getSymbolAtPosition(file, place + 'export interface '.length);
    if (!project || place < 0 || !symbol) throw new Error(`${file} declares no ${name}`);
    const walk = new Walk(project.checker, isOpen);
    walk.type(project.checker.getDeclaredTypeOfSymbol(symbol), fields, '$');
    return walk.unmarked;
  }
}

class Walk {
  readonly unmarked: string[] = [];
  readonly #checker: Checker;
  readonly #isOpen: boolean;
  /** Shapes that a type was held against: types refer to themselves. */
  readonly #seen = new Map<number, Set<FieldShape>>();

  constructor(checker: Checker, isOpen: boolean) {
    this.#checker = checker;
    this.#isOpen = isOpen;
  }

  type(type: Type, shape: FieldShape, path: string): void {
    if (typeof shape === 'string' && STOPS.includes(shape)) return;
    if (type.isUnionType()) {
      for (const each of type.getTypes()) this.type(each, shape, path);
    } else if (type.isTypeReference() && this.#checker.isArrayLikeType(type)) {
      const each = shape instanceof ListOf ? shape.each : shape;
      for (const element of this.#checker.getTypeArguments(type)) {
        this.type(element, each, `${path}[]`);
      }
    } else if (type.isObjectType() && !this.#isOpenObject(type)) this.#object(type, shape, path);
  }

  /** A schema, or other JSON of the user. */
  #isOpenObject(type: Type): boolean {
    return this.#checker.getIndexInfosOfType(type).length > 0;
  }

  #object(type: Type, shape: FieldShape, path: string): void {
    const seen = this.#seen.get(type.id) ?? new Set();
    this.#seen.set(type.id, seen.add(shape));
    if (typeof shape === 'string' || shape instanceof ListOf) this.unmarked.push(`${path}.*`);
    else if (shape instanceof ObjectOr) this.#members(type, shape.fields, path);
    else if (shape instanceof KindsOf) this.#kinds(type, shape, path);
    else this.#members(type, shape, path);
  }

  #members(type: Type, fields: FieldList, path: string): void {
    for (const symbol of this.#checker.getPropertiesOfType(type)) {
      const at = `${path}.${symbol.name}`;
      const shape = Object.hasOwn(fields, symbol.name) ? fields[symbol.name] : undefined;
      const inner = this.#checker.getTypeOfSymbol(symbol);
      if (shape === undefined || !inner) this.unmarked.push(at);
      else if (!this.#seen.get(inner.id)?.has(shape)) this.type(inner, shape, at);
    }
  }

  /** Kinds that are not listed are refused where they are read, or passed on as they are. */
  #kinds(type: Type, { by, kinds, usual }: KindsOf, path: string): void {
    const symbol = this.#checker.getPropertyOfType(type, by);
    const declared = symbol && this.#checker.getTypeOfSymbol(symbol);
    const all = declared ? literalsOf(declared) : [];
    for (const kind of all.length > 0 ? all : [usual ?? '']) {
      const fields = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
      const at = `${path}(${kind})`;
      if (!fields && this.#isOpen) this.unmarked.push(at);
      // A kind that is refused by its name alone.
      else if (fields && fields[by] !== 'refused') this.#members(type, fields, at);
    }
  }
}

const literalsOf = (type: Type): readonly string[] => {
  if (type.isUnionType()) return type.getTypes().flatMap(literalsOf);
  return type.isStringLiteralType() ? [type.value] : [];
};
