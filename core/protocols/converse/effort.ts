/**
 * How much a model thinks, from one word to the fields of its family
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html, 2026-11).
 */
import type { JsonObject } from '../../json-value.ts';
import { formatChoices, quoted } from '../../safe-text.ts';

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
type Effort = (typeof EFFORTS)[number];

/** Claude before adaptive thinking takes tokens. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1_024,
  low: 1_024,
  medium: 2_048,
  high: 4_096,
  xhigh: 8_192,
  max: 16_384,
};
const BUDGET_MIN = 1_024;

const CLAUDE_BY_BUDGET =
  /^anthropic\.claude-(?:3-7|(?:sonnet|opus)-4-(?:\d{8}|1-)|(?:sonnet|opus|haiku)-4-5)/;
const CLAUDE_WITHOUT = /^anthropic\.claude-(?:v|instant|3-(?:5-)?(?:sonnet|opus|haiku))/;

/** `additionalModelRequestFields`, or why there are none for an effort. */
type EffortFields = { readonly fields: JsonObject } | { readonly message: string };

/** @param maxTokens the output bound: a budget stays below it. */
export function effortFields(
  baseModelId: string,
  given: unknown,
  maxTokens: number | undefined,
): EffortFields {
  const effort = EFFORTS.find((each) => each === given);
  if (!effort) return { message: `must be one of ${formatChoices(EFFORTS)}, got ${quoted(given)}` };
  if (baseModelId.startsWith('anthropic.')) return claudeFields(baseModelId, effort, maxTokens);
  if (baseModelId.startsWith('amazon.nova-2')) return novaFields(effort);
  if (baseModelId.startsWith('openai.gpt-oss')) {
    return isWord(effort, ['low', 'medium', 'high'])
      ? { fields: { reasoning_effort: effort } }
      : unsaid(effort, ['low', 'medium', 'high']);
  }
  if (baseModelId.startsWith('openai.')) return { fields: { reasoning: { effort } } };
  return effort === 'none'
    ? { fields: {} }
    : { message: 'is not taken by this model: leave it out' };
}

function claudeFields(
  baseModelId: string,
  effort: Effort,
  maxTokens: number | undefined,
): EffortFields {
  if (CLAUDE_WITHOUT.test(baseModelId)) {
    const message = 'is not taken by this model, which does not think: leave it out';
    return effort === 'none' ? { fields: {} } : { message };
  }
  if (effort === 'none') return { fields: { thinking: { type: 'disabled' } } };
  if (!CLAUDE_BY_BUDGET.test(baseModelId)) {
    const word = effort === 'minimal' ? 'low' : effort;
    return { fields: { thinking: { type: 'adaptive' }, output_config: { effort: word } } };
  }
  const budget = Math.min(BUDGETS[effort], (maxTokens ?? Infinity) - 1);
  if (budget < BUDGET_MIN) {
    return { message: `needs an output bound above ${BUDGET_MIN} tokens with this model` };
  }
  return { fields: { thinking: { type: 'enabled', budget_tokens: budget } } };
}

function novaFields(effort: Effort): EffortFields {
  if (effort === 'none') return { fields: { reasoningConfig: { type: 'disabled' } } };
  const word = effort === 'minimal' ? 'low' : effort;
  return isWord(word, ['low', 'medium', 'high'])
    ? { fields: { reasoningConfig: { type: 'enabled', maxReasoningEffort: word } } }
    : unsaid(effort, ['none', 'minimal', 'low', 'medium', 'high']);
}

const isWord = (effort: Effort, words: readonly Effort[]): boolean => words.includes(effort);

const unsaid = (effort: Effort, words: readonly Effort[]) => ({
  message: `is ${quoted(effort)}, but this model takes ${formatChoices(words)}`,
});

/** Whether it thinks within a number of tokens, and asks for its reasoning back after tools. */
export const takesBudget = (baseModelId: string): boolean => CLAUDE_BY_BUDGET.test(baseModelId);
