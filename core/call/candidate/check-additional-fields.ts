/** Checks additionalModelRequestFields against the model that would get them. */
import type { InputProblem } from '../../input-problem.ts';
import type { Model } from '../../policy/policy.ts';
import type { AdditionalFields } from '../request/additional-fields.schema.ts';
import type { Prompt } from '../request/prompt.ts';
import type { RequestParameters } from '../request/request.schema.ts';

const FIELDS = '$.prompt.additionalModelRequestFields';
const PARAMETERS = '$.prompt.parameters';

/** Which family takes a field, by the beginning of its model ids. */
const FAMILIES: Readonly<Record<keyof AdditionalFields, readonly string[]>> = {
  thinking: ['anthropic.'],
  reasoning_effort: ['openai.'],
  reasoningConfig: ['amazon.nova-2'],
};

interface FieldsRequest {
  readonly model: Model;
  readonly fields: AdditionalFields;
  readonly prompt: Prompt;
  readonly parameters: RequestParameters;
  readonly maxTokens: number;
}

export function additionalFieldProblems(request: FieldsRequest): readonly InputProblem[] {
  const { model, fields } = request;
  const unknown = Object.entries(FAMILIES)
    .filter(([name]) => name in fields)
    .filter(([, families]) => !families.some((prefix) => model.baseModelId.startsWith(prefix)))
    .map(([name]) => ({
      path: `${FIELDS}.${name}`,
      message: `is not a field of ${model.alias}: leave it out`,
    }));
  return [...unknown, ...(unknown.length === 0 ? thinkingProblems(request) : [])];
}

/** https://platform.claude.com/docs/en/build-with-claude/extended-thinking, 2026-11. */
function thinkingProblems(request: FieldsRequest): readonly InputProblem[] {
  const { thinking } = request.fields;
  if (!thinking || thinking.type === 'disabled') return [];
  return [
    ...budgetProblems(thinking, request.maxTokens),
    ...samplingProblems(request.parameters),
    ...promptProblems(request.prompt),
  ];
}

function budgetProblems(
  { type, budget_tokens: budget }: NonNullable<AdditionalFields['thinking']>,
  maxTokens: number,
): readonly InputProblem[] {
  const path = `${FIELDS}.thinking.budget_tokens`;
  if (type === 'adaptive') {
    return budget === undefined ? [] : [{ path, message: 'conflicts with type "adaptive"' }];
  }
  if (budget === undefined) return [{ path, message: 'is required with type "enabled"' }];
  if (budget < maxTokens) return [];
  return [{ path, message: `must be below \`max_tokens\` (${maxTokens}), got ${budget}` }];
}

const TOP_P_MIN = 0.95;

function samplingProblems(parameters: RequestParameters): readonly InputProblem[] {
  const { temperature = 1, top_p: topP = 1, top_k: topK } = parameters;
  const refused = [
    ['temperature', temperature !== 1, 'must be 1 with thinking'],
    ['top_p', topP < TOP_P_MIN, `must be at least ${TOP_P_MIN} with thinking`],
    ['top_k', topK !== undefined, 'conflicts with thinking: leave it out'],
  ] as const;
  return refused
    .filter(([, isRefused]) => isRefused)
    .map(([name, , message]) => ({ path: `${PARAMETERS}.${name}`, message }));
}

function promptProblems({ toolConfig, messages }: Prompt): readonly InputProblem[] {
  const { any, tool } = toolConfig?.toolChoice ?? {};
  const forced = any || tool;
  const isPrefilled = messages.at(-1)?.role === 'assistant';
  return [
    ...(forced
      ? [{ path: '$.prompt.toolConfig.toolChoice', message: 'must be auto with thinking' }]
      : []),
    ...(isPrefilled
      ? [{ path: '$.prompt.messages', message: 'must end with a user message with thinking' }]
      : []),
  ];
}
