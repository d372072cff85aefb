/** Parses a change of a limit, in JSON of unknown shape. The plan checks the values. */
import type { InputProblem } from '../input-problem.ts';
import { isJsonObject } from '../json-value.ts';
import { formatChoices } from '../safe-text.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import type { OverrideRequest } from './plan-override.ts';
import { PERS } from './policy.ts';

const ACTIONS = ['raise', 'lower', 'reset'] as const;
const OF_ALL = ['limit', ...PERS, 'reason', 'author'] as const;
const OF_AMOUNTS = ['to', 'by', 'until'] as const;
const AMOUNTS: readonly string[] = ['to', 'by'];

type ParsedOverride =
  | { readonly value: OverrideRequest }
  | { readonly problems: readonly InputProblem[] };

/** @param given where the action is not part of the input. */
export function parseOverrideRequest(input: unknown, given?: 'reset'): ParsedOverride {
  if (!isJsonObject(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const action = given ?? ACTIONS.find((each) => each === input.action);
  const keys = action === 'reset' ? OF_ALL : ([...OF_ALL, ...OF_AMOUNTS] as const);
  const names: readonly string[] = given ? keys : ['action', ...keys];
  const problems: InputProblem[] = Object.keys(input)
    .filter((name) => !names.includes(name))
    .map((path) => ({ path, message: unknownValueMessage('property', path, names) }));
  if (!action) {
    problems.push({ path: 'action', message: `must be one of ${formatChoices(ACTIONS)}` });
  }
  const texts = new Map<string, string>();
  for (const key of keys) {
    const value = input[key];
    const text = AMOUNTS.includes(key) && typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string') texts.set(key, text);
    else if (text !== undefined) problems.push({ path: key, message: 'must be text' });
  }
  const limit = texts.get('limit');
  if (limit === undefined && input.limit === undefined) {
    problems.push({ path: 'limit', message: 'is required' });
  }
  if (problems.length > 0 || !action || limit === undefined) return { problems };
  const [to, by, until] = OF_AMOUNTS.map((key) => texts.get(key));
  const [reason, author] = ['reason', 'author'].map((key) => texts.get(key));
  const [user, key, session] = PERS.map((per) => texts.get(per));
  return { value: { action, limit, user, key, session, to, by, until, reason, author } };
}
