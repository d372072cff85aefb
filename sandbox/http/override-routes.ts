/** `/_sandbox/overrides`: does what `cost-sentry limits` does on the table of a deployed stack. */
import type { OperatorLimits } from '../../adapters/operator-limits.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { type OverrideRequest, overrideReport } from '../../core/policy/plan-override.ts';
import { PERS } from '../../core/policy/policy.ts';
import { isRecord } from '../base/json.ts';
import { type ParsedInput, unknownKeys } from '../base/parse-input.ts';

const ACTIONS = ['raise', 'lower'] as const;
const RESET_KEYS = ['limit', ...PERS, 'reason', 'author'] as const;
const KEYS = ['action', ...RESET_KEYS, 'to', 'by', 'until'] as const;
const AMOUNTS: readonly string[] = ['to', 'by'];

/** Checks and stores a change; DELETE is a reset. */
export async function answerOverrideRoute(
  limits: OperatorLimits,
  body: unknown,
  isReset: boolean,
): Promise<ParsedInput<object>> {
  const parsed = parseChange(body, isReset);
  if ('problems' in parsed) return parsed;
  const plan = await limits.change(parsed.value);
  return 'problems' in plan ? plan : { value: overrideReport(plan.planned) };
}

/** Checks types only; the core checks the values. */
function parseChange(input: unknown, isReset: boolean): ParsedInput<OverrideRequest> {
  if (!isRecord(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const keys: readonly (typeof KEYS)[number][] = isReset ? RESET_KEYS : KEYS;
  const problems: InputProblem[] = [...unknownKeys(input, keys, '')];
  const action = isReset ? 'reset' : ACTIONS.find((each) => each === input.action);
  if (!action) problems.push({ path: 'action', message: `must be one of ${ACTIONS.join(', ')}` });
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
  const [to, by, until] = ['to', 'by', 'until'].map((key) => texts.get(key));
  const [reason, author] = [texts.get('reason'), texts.get('author')];
  const [user, key, session] = PERS.map((per) => texts.get(per));
  return {
    value: { action, limit, user, key, session, to, by, until, reason, author },
  };
}
