/** Parses DynamoDB's update and condition expressions, as much of them as a ledger could want. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { invalid, typeOf } from './values.ts';

/** A document path: a top-level name, then keys of nested maps. */
export type Path = readonly [string, ...string[]];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'if_not_exists'; readonly path: Path; readonly otherwise: Operand }
  | { readonly kind: 'size'; readonly path: Path }
  | {
      readonly kind: 'sum';
      readonly left: Operand;
      readonly right: Operand;
      readonly sign: 1n | -1n;
    };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'exists' | 'not_exists'; readonly path: Path }
  | { readonly kind: 'begins_with' | 'contains'; readonly of: Operand; readonly with: Operand }
  | {
      readonly kind: 'between';
      readonly of: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | { readonly kind: 'in'; readonly of: Operand; readonly options: readonly Operand[] }
  | {
      readonly kind: 'compare';
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    };

export interface Update {
  readonly set: readonly { readonly path: Path; readonly to: Operand }[];
  readonly remove: readonly Path[];
  readonly add: readonly { readonly path: Path; readonly by: AttributeValue }[];
}

export interface Names {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** "The maximum length of any expression string is 4 KB" (DynamoDB quotas, 2026-11). */
const EXPRESSION_BYTES_MAX = 4096;
/** "The maximum number of operators or functions allowed in an UpdateExpression is 300." */
const OPERATORS_MAX = 300;
const TOKEN = /\s*(<=|>=|<>|[=<>(),.+-]|[#:]?[A-Za-z0-9_]+)/y;
const COMPARATORS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='];
const isComparator = (token: string | undefined): token is Comparator =>
  token !== undefined && COMPARATORS.includes(token);

/** Reads one expression; remembers which placeholders it used. */
export class ExpressionParser {
  readonly used = new Set<string>();
  readonly #tokens: readonly string[];
  readonly #given: Names;
  readonly #what: string;
  #at = 0;

  constructor(what: string, text: string, given: Names) {
    if (Buffer.byteLength(text) > EXPRESSION_BYTES_MAX) {
      throw invalid(`Invalid ${what}: Expression size has exceeded the maximum allowed size`);
    }
    this.#what = what;
    this.#given = given;
    this.#tokens = tokensOf(what, text);
  }

  update(): Update {
    const set: { path: Path; to: Operand }[] = [];
    const remove: Path[] = [];
    const added: { path: Path; by: AttributeValue }[] = [];
    const seen = new Set<string>();
    while (this.#peek() !== undefined) {
      const clause = this.#take().toUpperCase();
      if (seen.has(clause)) this.#fail(`the ${clause} section is there twice`);
      seen.add(clause);
      if (clause === 'SET') set.push(...this.#list(() => this.#assignment()));
      else if (clause === 'REMOVE') remove.push(...this.#list(() => this.#path()));
      else if (clause === 'ADD') added.push(...this.#list(() => this.#addition()));
      else this.#fail(`syntax error at ${clause}`);
    }
    if (seen.size === 0) this.#fail('the expression is empty');
    const parsed = { set, remove, add: added };
    this.#checkOverlap([
      ...set.map(({ path }) => path),
      ...remove,
      ...added.map(({ path }) => path),
    ]);
    if (operatorsOf(parsed) > OPERATORS_MAX) this.#fail('too many operators or functions');
    return parsed;
  }

  condition(): Condition {
    const parsed = this.#or();
    if (this.#peek() !== undefined) this.#fail(`syntax error at ${this.#peek()}`);
    return parsed;
  }

  paths(): readonly Path[] {
    return this.#list(() => this.#path());
  }

  #assignment() {
    const path = this.#path();
    this.#expect('=');
    const left = this.#operand();
    const operator = this.#peek();
    if (operator !== '+' && operator !== '-') return { path, to: left };
    this.#take();
    const sign: 1n | -1n = operator === '+' ? 1n : -1n;
    const right = this.#operand();
    for (const operand of [left, right]) this.#checkNumber(operator, operand);
    return { path, to: { kind: 'sum', left, right, sign } as const };
  }

  /** A value's type is known before the item is: DynamoDB then refuses whatever the condition says. */
  #checkNumber(operator: string, operand: Operand): void {
    if (operand.kind === 'if_not_exists') this.#checkNumber(operator, operand.otherwise);
    if (operand.kind !== 'value' || operand.value.N !== undefined) return;
    this.#fail(`incorrect operand type for ${operator}: ${typeOf(operand.value)}`);
  }

  #addition() {
    const path = this.#path();
    const by = this.#operand();
    if (by.kind !== 'value') return this.#fail('ADD takes a value');
    this.#checkNumber('ADD', by);
    return { path, by: by.value };
  }

  #operand(): Operand {
    const token = this.#peek() ?? '';
    if (token.startsWith(':')) return { kind: 'value', value: this.#value(this.#take()) };
    if (this.#tokens[this.#at + 1] === '(') {
      const name = this.#take();
      this.#expect('(');
      const path = this.#path();
      if (name === 'size') {
        this.#expect(')');
        return { kind: 'size', path };
      }
      if (name !== 'if_not_exists') return this.#fail(`the model has no function ${name}`);
      this.#expect(',');
      const otherwise = this.#operand();
      this.#expect(')');
      return { kind: 'if_not_exists', path, otherwise };
    }
    return { kind: 'path', path: this.#path() };
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#takeWord('OR')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#takeWord('AND')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    if (this.#takeWord('NOT')) return { kind: 'not', of: this.#not() };
    if (this.#peek() === '(') {
      this.#take();
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    return this.#test();
  }

  #test(): Condition {
    const name = this.#peek() ?? '';
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      this.#take();
      this.#expect('(');
      const path = this.#path();
      this.#expect(')');
      return { kind: name === 'attribute_exists' ? 'exists' : 'not_exists', path };
    }
    if (name === 'begins_with' || name === 'contains') {
      this.#take();
      this.#expect('(');
      const of = this.#operand();
      this.#expect(',');
      const part = this.#operand();
      this.#expect(')');
      return { kind: name, of, with: part };
    }
    const left = this.#operand();
    if (this.#takeWord('BETWEEN')) {
      const low = this.#operand();
      if (!this.#takeWord('AND')) this.#fail('BETWEEN wants AND');
      return { kind: 'between', of: left, low, high: this.#operand() };
    }
    if (this.#takeWord('IN')) {
      this.#expect('(');
      const options = this.#list(() => this.#operand());
      this.#expect(')');
      return { kind: 'in', of: left, options };
    }
    const comparator = this.#take();
    if (!isComparator(comparator)) return this.#fail(`syntax error at ${comparator}`);
    const right = this.#operand();
    if (isSamePath(left, right)) this.#fail(`${comparator} compares an attribute with itself`);
    return { kind: 'compare', comparator, left, right };
  }

  #path(): Path {
    const first = this.#name(this.#take());
    const rest: string[] = [];
    while (this.#peek() === '.') {
      this.#take();
      rest.push(this.#name(this.#take()));
    }
    return [first, ...rest];
  }

  #name(token: string): string {
    if (!token.startsWith('#')) {
      return /^[A-Za-z]/.test(token) ? token : this.#fail(`syntax error at ${token}`);
    }
    this.used.add(token);
    const name = this.#given.names[token];
    return name ?? this.#fail(`the name ${token} is not defined`);
  }

  #value(token: string): AttributeValue {
    this.used.add(token);
    const value = this.#given.values[token];
    return value ?? this.#fail(`the value ${token} is not defined`);
  }

  #list<T>(element: () => T): readonly T[] {
    const all = [element()];
    while (this.#peek() === ',') {
      this.#take();
      all.push(element());
    }
    return all;
  }

  #checkOverlap(paths: readonly Path[]): void {
    const texts = paths.map((path) => `${path.join('\0')}\0`).sort();
    texts.forEach((text, i) => {
      const next = texts[i + 1];
      if (next?.startsWith(text)) this.#fail('two document paths overlap with each other');
    });
  }

  #peek = () => this.#tokens[this.#at];

  #take(): string {
    const token = this.#tokens[this.#at++];
    return token ?? this.#fail('the expression ends too early');
  }

  #takeWord(word: string): boolean {
    if (this.#peek()?.toUpperCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(token: string): void {
    if (this.#take() !== token) this.#fail(`${token} is missing`);
  }

  #fail(why: string): never {
    throw invalid(`Invalid ${this.#what}: ${why}`);
  }
}

const isSamePath = (left: Operand, right: Operand): boolean =>
  left.kind === 'path' && right.kind === 'path' && left.path.join('\0') === right.path.join('\0');

function tokensOf(what: string, text: string): readonly string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(trimmed) ?? [];
    if (token === undefined) throw invalid(`Invalid ${what}: syntax error at ${text.slice(at)}`);
    tokens.push(token);
  }
  return tokens;
}

/** Assignments, arithmetic and functions each count. */
function operatorsOf({ set, remove, add }: Update): number {
  const inOperand = (operand: Operand): number => {
    if (operand.kind === 'sum') return 1 + inOperand(operand.left) + inOperand(operand.right);
    if (operand.kind === 'if_not_exists') return 1 + inOperand(operand.otherwise);
    return 0;
  };
  return set.reduce((sum, { to }) => sum + 1 + inOperand(to), remove.length + add.length);
}
