/** Reads the JSON of an IAM policy, and refuses what the evaluation would not take into account. */
import { type Conditions, isOperator } from './conditions.ts';

/** One of the two ways to say what a statement is about, as in `Action` and `NotAction`. */
export interface Selection {
  readonly patterns: readonly string[];
  readonly isNegated: boolean;
}

export interface Statement {
  readonly sid: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Selection;
  readonly resources: Selection;
  readonly conditions: Conditions;
}

export type Policy = readonly Statement[];

const ELEMENTS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const;

/** @throws when the text is no identity or service control policy, or holds what is not evaluated. */
export function parsePolicy(json: string): Policy {
  const document = objectAt('the policy', JSON.parse(json));
  if (document.Version !== '2012-10-17') {
    throw new Error(`Version: is ${JSON.stringify(document.Version)}, not "2012-10-17"`);
  }
  const { Statement: statements } = document;
  const list = Array.isArray(statements) ? statements : [statements];
  return list.map((one: unknown, index) => parseStatement(`Statement[${index}]`, one));
}

function parseStatement(path: string, value: unknown): Statement {
  const statement = objectAt(path, value);
  const strange = Object.keys(statement).find((key) => !ELEMENTS.some((known) => known === key));
  if (strange !== undefined) {
    throw new Error(`${path}.${strange}: is not evaluated; known are ${ELEMENTS.join(', ')}`);
  }
  const { Effect: effect, Sid: sid } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new Error(`${path}.Effect: is ${JSON.stringify(effect)}, not "Allow" or "Deny"`);
  }
  return {
    sid: typeof sid === 'string' ? sid : path,
    effect,
    actions: selectionAt(path, statement, 'Action'),
    resources: selectionAt(path, statement, 'Resource'),
    conditions: conditionsAt(`${path}.Condition`, statement.Condition ?? {}),
  };
}

function selectionAt(
  path: string,
  statement: Readonly<Record<string, unknown>>,
  element: 'Action' | 'Resource',
): Selection {
  const [given, other] = [element, `Not${element}`].filter((name) => name in statement);
  if (given === undefined || other !== undefined) {
    throw new Error(`${path}: must have either ${element} or Not${element}`);
  }
  const patterns = valuesAt(`${path}.${given}`, statement[given]);
  return { patterns, isNegated: given !== element };
}

function conditionsAt(path: string, value: unknown): Conditions {
  const byOperator = Object.entries(objectAt(path, value)).map(([operator, keys]) => {
    if (!isOperator(operator)) throw new Error(`${path}.${operator}: is not evaluated`);
    const byKey = Object.entries(objectAt(`${path}.${operator}`, keys)).map(
      ([key, values]) => [key, valuesAt(`${path}.${operator}.${key}`, values)] as const,
    );
    return [operator, Object.fromEntries(byKey)] as const;
  });
  return Object.fromEntries(byOperator);
}

function objectAt(path: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${path}: is ${JSON.stringify(value)}, not an object`);
  }
  return Object.fromEntries(Object.entries(value));
}

/** One value or a list of them; true and false may be written without quotes. */
function valuesAt(path: string, value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw new Error(`${path}: is empty`);
  return list.map((one) => {
    if (typeof one !== 'string' && typeof one !== 'boolean') {
      throw new Error(`${path}: ${JSON.stringify(one)} is no text`);
    }
    if (String(one).includes('${')) throw new Error(`${path}: policy variables are not evaluated`);
    return String(one);
  });
}
