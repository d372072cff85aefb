/**
 * Evaluates the conditions of a statement. Sources:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * and, for keys with several values,
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
import { matchesArn, matchesPattern } from './patterns.ts';

/** Condition key to values, by operator. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Facts about a request, by condition key; several values for a key that has several. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

interface Comparison {
  readonly matches: (wanted: string, value: string) => boolean;
  readonly isNegated: boolean;
}

const equals = (wanted: string, value: string): boolean => wanted === value;
const equalsInAnyCase = (wanted: string, value: string): boolean =>
  wanted.toLowerCase() === value.toLowerCase();

type Named = readonly [string, Comparison];

const both = (name: string, negated: string, matches: Comparison['matches']): readonly Named[] => [
  [name, { matches, isNegated: false }],
  [negated, { matches, isNegated: true }],
];

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map<string, Comparison>([
  ...both('StringEquals', 'StringNotEquals', equals),
  ...both('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', equalsInAnyCase),
  ...both('StringLike', 'StringNotLike', matchesPattern),
  // Both of them take wildcards.
  ...both('ArnEquals', 'ArnNotEquals', matchesArn),
  ...both('ArnLike', 'ArnNotLike', matchesArn),
  ['Bool', { matches: equalsInAnyCase, isNegated: false }],
]);

const OPERATOR = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/;

interface Operator {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined;
  readonly comparison: Comparison;
  readonly ifExists: boolean;
}

function parseOperator(text: string): Operator | undefined {
  const [, set, name = '', ifExists] = OPERATOR.exec(text) ?? [];
  const comparison = COMPARISONS.get(name);
  if (comparison === undefined) return undefined;
  return {
    set: set === 'ForAllValues' || set === 'ForAnyValue' ? set : undefined,
    comparison,
    ifExists: ifExists !== undefined,
  };
}

/** Whether {@link conditionsHold} knows the operator, such as `ForAllValues:StringLikeIfExists`. */
export const isOperator = (text: string): boolean =>
  text === 'Null' || parseOperator(text) !== undefined;

/** All operators and all their keys must hold; of a key's values one is enough. */
export function conditionsHold(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, valuesOf(context, key))),
  );
}

/** Names of keys have no case. An empty list is a key that is not there. */
function valuesOf(context: Context, key: string): string | readonly string[] | undefined {
  const [, value] =
    Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase()) ?? [];
  return value?.length === 0 && typeof value !== 'string' ? undefined : value;
}

function holds(
  text: string,
  wanted: readonly string[],
  given: string | readonly string[] | undefined,
): boolean {
  if (text === 'Null') return wanted.includes(String(given === undefined));
  const operator = parseOperator(text);
  if (operator === undefined) throw new Error(`${text}: is no operator that is evaluated`);
  const { set, comparison, ifExists } = operator;
  const passes = (value: string): boolean =>
    wanted.some((one) => comparison.matches(one, value)) !== comparison.isNegated;
  if (given === undefined) {
    return ifExists || set === 'ForAllValues' || (set === undefined && comparison.isNegated);
  }
  const values = typeof given === 'string' ? [given] : given;
  if (set === 'ForAllValues') return values.every(passes);
  if (set === 'ForAnyValue') return values.some(passes);
  if (typeof given !== 'string') {
    throw new Error(`${text}: several values need ForAllValues or ForAnyValue`);
  }
  return passes(given);
}
