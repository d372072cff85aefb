/** One model that could run a call: what is sent to it, and the most it could use and cost. */
import { invariant } from '../../errors.ts';
import type { InputProblem } from '../../input-problem.ts';
import type { Model } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import type { PromptSize } from '../prompt-bound/prompt-size.ts';
import { countedTokenBound, inputTokenBound } from '../prompt-bound/token-bound.ts';
import type { AdditionalFields } from '../request/additional-fields.schema.ts';
import { type Prompt, requiredCapabilities } from '../request/prompt.ts';
import type { RequestParameters } from '../request/request.schema.ts';
import { additionalFieldProblems } from './check-additional-fields.ts';
import { blockOrderProblems } from './check-block-order.ts';
import { calledAs, type PricedCandidate, pricedBound } from './priced-bound.ts';
import { supportedPart } from './unsupported.ts';

/** Plain JSON: candidates travel through the workflow's state. */
export interface Candidate extends PricedCandidate {
  readonly inferenceConfig: {
    readonly maxTokens: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: string[];
  };
  readonly additionalModelRequestFields?: Readonly<Record<string, unknown>>;
  /** Parameters dropped from the request because the model does not support them. */
  readonly dropped?: readonly string[];
}

export type CandidateResult =
  | { readonly outcome: 'valid'; readonly candidate: Candidate }
  | { readonly outcome: 'not_valid'; readonly problems: readonly InputProblem[] };

interface CandidateRequest {
  readonly model: Model;
  readonly profileArn: string | undefined;
  readonly prompt: Prompt;
  /** Of this prompt. */
  readonly size: PromptSize;
  /** What CountTokens said for this prompt and model; absent: the strict bound alone. */
  readonly countedTokens?: number | undefined;
  readonly parameters: RequestParameters;
  /** Fields for the model itself, as the request names them. */
  readonly fields?: AdditionalFields | undefined;
  readonly now: EpochMs;
}

const PARAMETERS = '$.prompt.parameters';
const MESSAGES = '$.prompt.messages';

/** Prepares a call for a model, or says everything the model would reject about it. */
export function toCandidate(given: CandidateRequest): CandidateResult {
  const { parameters, prompt, dropped, problems: unsupported } = supportedPart(given);
  const request = { ...given, parameters, prompt };
  const maxTokens = request.parameters.max_tokens ?? request.model.defaultMaxTokens;
  const problems = [
    ...parameterProblems(request),
    ...unsupported,
    ...promptProblems(request),
    ...blockOrderProblems(request.model, request.prompt),
    ...additionalFieldProblems({ ...request, fields: request.fields ?? {}, maxTokens }),
  ];
  const worst = problems.length === 0 ? worstCase(request, maxTokens) : undefined;
  if (!worst) {
    const tooLarge = {
      path: '$.prompt',
      message: 'could cost more than the ledger counts: shorten it, or lower `max_tokens`',
    };
    return { outcome: 'not_valid', problems: problems.length > 0 ? problems : [tooLarge] };
  }
  const { model, profileArn } = request;
  const { temperature, top_p: topP, stop_sequences: stopSequences } = parameters;
  const fields = additionalFieldsOf(request);
  return {
    outcome: 'valid',
    candidate: {
      ...calledAs(model, profileArn),
      inferenceConfig: {
        maxTokens,
        ...(temperature !== undefined && { temperature }),
        ...(topP !== undefined && { topP }),
        ...(stopSequences !== undefined && { stopSequences }),
      },
      ...(Object.keys(fields).length > 0 && { additionalModelRequestFields: fields }),
      ...(dropped.length > 0 && { dropped }),
      ...worst,
    },
  };
}

/** Undefined when an amount would not be a safe integer: then it could not be counted exactly. */
function worstCase(
  { model, prompt, size, countedTokens, now }: CandidateRequest,
  maxOutputTokens: number,
): Pick<Candidate, 'price' | 'worstCase'> | undefined {
  const strict = inputTokenBound(size, model);
  invariant(strict !== undefined, 'a prompt that cannot be bounded was refused before');
  const inputTokens =
    countedTokens === undefined ? strict : countedTokenBound(strict, countedTokens);
  const { cacheTtl } = requiredCapabilities(prompt);
  return pricedBound(model, { inputTokens, maxOutputTokens, cacheTtl }, now);
}

const additionalFieldsOf = ({
  model,
  parameters: { top_k: topK },
  fields,
}: CandidateRequest): Readonly<Record<string, unknown>> => ({
  ...(topK !== undefined && topKField(model, topK)),
  ...fields,
});

/** Where each family takes top_k (Converse itself has no field for it). */
function topKField({ traits }: Model, topK: number): Readonly<Record<string, unknown>> {
  return traits.topK === 'inferenceConfig.topK'
    ? { inferenceConfig: { topK } }
    : { [traits.topK ?? 'top_k']: topK };
}

function parameterProblems({ model, parameters }: CandidateRequest): readonly InputProblem[] {
  const { max_tokens: maxTokens, stop_sequences: stopSequences = [] } = parameters;
  const { kind, alias, maxOutputTokens } = model;
  const problems: InputProblem[] = [];
  const refuse = (name: string, message: string) =>
    problems.push({ path: `${PARAMETERS}.${name}`, message });
  if (kind !== 'text') {
    const path = '$.model';
    problems.push({ path, message: `${alias} makes no messages (${kind}): name another model` });
    return problems;
  }
  if (maxTokens !== undefined && maxTokens > maxOutputTokens) {
    refuse('max_tokens', `is ${maxTokens}, but ${alias} writes at most ${maxOutputTokens}`);
  }
  // https://github.com/BerriAI/litellm/issues/3286, 2026-11.
  for (const [index, sequence] of (isClaude(model) ? stopSequences : []).entries()) {
    if (sequence.trim() !== '') continue;
    refuse(`stop_sequences[${index}]`, `is only white space, which ${alias} refuses: leave it out`);
  }
  return problems;
}

const isClaude = ({ baseModelId }: Model): boolean => baseModelId.startsWith('anthropic.');

function promptProblems({ model, prompt }: CandidateRequest): readonly InputProblem[] {
  const { hasSystem, hasImages, hasDocuments, hasTools, cacheTtl } = requiredCapabilities(prompt);
  const { traits, alias } = model;
  const problems: InputProblem[] = [];
  const refuse = (message: string, path = MESSAGES) => problems.push({ path, message });
  if (hasSystem && !traits.systemPrompt) {
    refuse(`${alias} takes no system messages: say it in a message of the user`);
  }
  if (hasImages && traits.vision === undefined) {
    const message = `${alias} takes no images, or it is not known how many tokens one has`;
    refuse(`${message}: leave them out, or name a model with vision`);
  }
  if (hasDocuments && !traits.documents) {
    refuse(`${alias} takes no documents: put their text in a text block`);
  }
  if (hasTools && !traits.tools) {
    refuse(`${alias} uses no tools: leave toolConfig out`, '$.prompt.toolConfig');
  }
  if (cacheTtl !== 'none' && !traits.promptCaching) {
    refuse(`${alias} takes no cachePoint: leave it out`);
  } else if (cacheTtl === '1h' && !traits.promptCaching1h) {
    refuse(`${alias} caches for 5m at most: leave ttl out`);
  }
  return [...problems, ...lastMessageProblems(prompt)];
}

/** A last message of the assistant is a prefill: the answer goes on from it. */
function lastMessageProblems(prompt: Prompt): readonly InputProblem[] {
  if (!requiredCapabilities(prompt).isPrefilled) return [];
  const blocks = prompt.messages.at(-1)?.content ?? [];
  const last = blocks.findLast(({ cachePoint }) => !cachePoint);
  const messages: string[] = [];
  if (last?.text !== undefined && last.text !== last.text.trimEnd()) {
    messages.push("the last message is the assistant's and must not end with white space");
  }
  return messages.map((message) => ({ path: MESSAGES, message }));
}
