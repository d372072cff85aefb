/** Random conditions and updates over a handful of attributes. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { number, type Placeholders } from '../../../adapters/dynamodb-ledger-expressions.ts';
import type { Random } from '../../ledger-simulation/random.ts';

type Type = 'N' | 'S';

const NAMES = { N: ['c_a', 's_a'], S: ['body', 'audited'] } as const;
/** Attributes that are no maps. */
export const PLAIN = [...NAMES.N, ...NAMES.S] as const;
export const MAPS = ['r_a', 'r_b'] as const;
/** A map's number, its text, and a map in it. */
const INSIDE = { N: 'e', S: 'n' } as const;
const MAP_INSIDE = 'a';

export interface DrawOptions {
  /** Whether an attribute may get, and be compared with, values of another type than its own. */
  readonly mixesTypes: boolean;
}

/** Draws the expressions of one request; their placeholders are collected as they are drawn. */
export class ExpressionDraw {
  readonly #random: Random;
  readonly #p: Placeholders;
  readonly #options: DrawOptions;

  constructor(random: Random, p: Placeholders, options: DrawOptions) {
    this.#random = random;
    this.#p = p;
    this.#options = options;
  }

  condition(depth: number): string {
    const inner = () => this.condition(depth - 1);
    switch (depth > 0 ? this.#random.integer(0, 5) : undefined) {
      case 0:
        return `${inner()} AND ${inner()}`;
      case 1:
        return `${inner()} OR ${inner()}`;
      case 2:
        return `NOT (${inner()})`;
      case 3:
        return `(${inner()} OR ${inner()}) AND ${inner()}`;
      default:
        return this.#test();
    }
  }

  #test(): string {
    const type = this.#type();
    const value = () => this.#p.value(this.#scalar(type));
    switch (this.#random.integer(0, 8)) {
      case 0:
        return `attribute_exists(${this.#anyPath()})`;
      case 1:
        return `attribute_not_exists(${this.#anyPath()})`;
      case 2:
        return `begins_with(${this.#path('S')}, ${this.#p.value(textOf(this.#random))})`;
      case 3:
        return `contains(${this.#path('S')}, ${this.#p.value(textOf(this.#random))})`;
      case 4: {
        const low = this.#random.integer(-2, 1);
        const high = low + this.#random.integer(0, 2);
        const [from, to] = [this.#p.value(number(low)), this.#p.value(number(high))];
        return `${this.#path('N')} BETWEEN ${from} AND ${to}`;
      }
      case 5:
        return `${this.#path(type)} IN (${value()}, ${value()})`;
      default: {
        // With a value: engines differ on two attributes that are both missing.
        const comparator = this.#random.pick(['=', '<>', '<', '<=', '>', '>=']);
        return `${this.#path(type)} ${comparator} ${value()}`;
      }
    }
  }

  /** Names each attribute once: paths that overlap are a fault. */
  update(): string {
    const sections: Record<'SET' | 'REMOVE' | 'ADD', string[]> = { SET: [], REMOVE: [], ADD: [] };
    const add = (path: string, type: Type | undefined, isNested: boolean) => {
      const section = this.#random.pick(['SET', 'SET', 'SET', 'REMOVE', 'REMOVE', 'ADD']);
      const isNumber = type === 'N' || this.#options.mixesTypes;
      if (section === 'REMOVE') sections.REMOVE.push(path);
      else if (section === 'ADD' && isNumber && !isNested) {
        sections.ADD.push(`${path} ${this.#number(-2, 2)}`);
      } else sections.SET.push(`${path} = ${this.#assigned(type)}`);
    };
    for (const type of ['N', 'S'] as const) {
      for (const name of NAMES[type]) {
        if (this.#random.chance(0.4)) add(this.#p.name(name), type, false);
      }
    }
    for (const name of MAPS) {
      const type = this.#random.pick(['N', 'S', undefined]);
      const inside = () => `.${this.#p.name(type ? INSIDE[type] : MAP_INSIDE)}`;
      if (this.#random.chance(0.3)) add(`${this.#p.name(name)}${inside()}`, type, true);
      else if (this.#random.chance(0.2)) {
        sections.SET.push(`${this.#p.name(name)} = ${this.#p.value(this.#map())}`);
      }
    }
    const texts = Object.entries(sections).filter(([, parts]) => parts.length > 0);
    if (texts.length === 0) return `REMOVE ${this.#p.name(NAMES.N[0])}`;
    return texts.map(([section, parts]) => `${section} ${parts.join(', ')}`).join(' ');
  }

  #assigned(type: Type | undefined): string {
    if (type === undefined) return this.#p.value({ M: { c: number(this.#random.integer(0, 9)) } });
    const value = () => this.#p.value(this.#scalar(type));
    const kind = this.#random.integer(0, type === 'N' || this.#options.mixesTypes ? 4 : 2);
    if (kind === 0) return value();
    if (kind === 1) return this.#path(type);
    if (kind === 2) return `if_not_exists(${this.#path(type)}, ${value()})`;
    const operator = this.#random.pick(['+', '-']);
    const path = this.#path('N');
    const left = kind === 3 ? path : `if_not_exists(${path}, ${this.#number(-2, 3)})`;
    return `${left} ${operator} ${this.#number(-2, 3)}`;
  }

  /** Some attributes of an item. */
  attributes(): Record<string, AttributeValue> {
    const item: Record<string, AttributeValue> = {};
    for (const type of ['N', 'S'] as const) {
      for (const name of NAMES[type]) if (this.#random.chance(0.5)) item[name] = this.#scalar(type);
    }
    for (const name of MAPS) if (this.#random.chance(0.5)) item[name] = this.#map();
    return item;
  }

  #scalar(type: Type): AttributeValue {
    const drawn = this.#options.mixesTypes && this.#random.chance(0.2) ? this.#type() : type;
    return drawn === 'N' ? number(this.#random.integer(-2, 3)) : textOf(this.#random);
  }

  #map(): AttributeValue {
    return {
      M: {
        e: number(this.#random.integer(0, 2)),
        n: textOf(this.#random),
        a: { M: { c: number(this.#random.integer(0, 9)) } },
      },
    };
  }

  #type(): Type {
    return this.#random.pick(['N', 'S']);
  }

  #path(type: Type): string {
    const drawn = this.#options.mixesTypes && this.#random.chance(0.2) ? this.#type() : type;
    if (this.#random.chance(0.7)) return this.#p.name(this.#random.pick(NAMES[drawn]));
    return `${this.#p.name(this.#random.pick(MAPS))}.${this.#p.name(INSIDE[drawn])}`;
  }

  #anyPath(): string {
    if (this.#random.chance(0.7)) return this.#path(this.#type());
    return this.#p.name(this.#random.pick(MAPS));
  }

  #number(low: number, high: number): string {
    return this.#p.value(number(this.#random.integer(low, high)));
  }
}

const textOf = (random: Random): AttributeValue => ({ S: random.pick(['a', 'ab', 'b', 'é']) });
