/** The most a request lets a model write, and the body with that bound written in. */
import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { type JsonObject, memberOf, withMember } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';

type OutputBound =
  | { readonly tokens: number; readonly body: JsonObject }
  | { readonly problems: readonly InputProblem[] };

interface OutputRules {
  /** Where the bound may be; the first place is written where there is none. */
  readonly places: readonly (readonly string[])[];
  /** Claude's own format takes 0: it then only fills the prompt cache. */
  readonly least: 0 | 1;
  /** Objects that may hold `thinking` and `reasoningConfig`. */
  readonly reasoning: JsonObject;
}

/** Claude takes no thinking below this, and its answer comes on top. */
const ANSWER_TOKENS_MIN = 1_024;

export function outputBound(
  body: JsonObject,
  { alias, maxOutputTokens, defaultMaxTokens }: Model,
  { places, least, reasoning }: OutputRules,
): OutputBound {
  const given = places.filter((place) => isGiven(memberOf(body, ...place)));
  const [first, second] = given;
  const [budget, budgetProblem] = thinkingBudget(reasoning);
  if (budgetProblem) return { problems: [budgetProblem] };
  if (first && second) {
    const message =
      `is a second name for the output bound, in addition to ${joinPath('$', ...first)}: give ` +
      'one';
    return { problems: [{ path: joinPath('$', ...second), message }] };
  }
  if (first) {
    const value = memberOf(body, ...first);
    const path = joinPath('$', ...first);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) {
      const message = `must be a whole number of at least ${least}, got ${quoted(value)}`;
      return { problems: [{ path, message }] };
    }
    if (value > maxOutputTokens) {
      const message = `is ${value}, but ${alias} writes at most ${maxOutputTokens}`;
      return { problems: [{ path, message }] };
    }
    return { tokens: Math.max(value, budget), body };
  }
  if (isHighEffort(reasoning)) return { tokens: maxOutputTokens, body };
  const wanted =
    budget > 0 ? Math.max(defaultMaxTokens, budget + ANSWER_TOKENS_MIN) : defaultMaxTokens;
  const tokens = Math.min(wanted, maxOutputTokens);
  const [place] = places;
  return {
    tokens: Math.max(tokens, budget),
    body: place ? withMember(body, place, tokens) : body,
  };
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** With interleaved thinking the budget may be above the output bound. */
function thinkingBudget(
  reasoning: JsonObject,
): readonly [number] | readonly [number, InputProblem] {
  for (const name of ['thinking', 'reasoning_config']) {
    const value = memberOf(reasoning, name, 'budget_tokens');
    if (!isGiven(value)) continue;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return [value];
    const path = joinPath('$', name, 'budget_tokens');
    return [0, { path, message: `must be a whole number, got ${quoted(value)}` }];
  }
  return [0];
}

/** Nova 2 rejects an output bound with its highest reasoning effort. */
const isHighEffort = (reasoning: JsonObject): boolean =>
  memberOf(reasoning, 'reasoningConfig', 'maxReasoningEffort') === 'high';

/** Whether the model may write what the caller never sees. */
export function hidesReasoning(reasoning: JsonObject): boolean {
  const isOff = (value: unknown): boolean => value === undefined || value === 'disabled';
  return (
    !isOff(memberOf(reasoning, 'thinking', 'type')) ||
    !isOff(memberOf(reasoning, 'reasoning_config', 'type')) ||
    !isOff(memberOf(reasoning, 'reasoningConfig', 'type'))
  );
}
