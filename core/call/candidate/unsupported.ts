/**
 * Finds parameters that a model does not support, and removes them for models with
 * `unsupported_parameters = "drop"`.
 */
import type { InputProblem } from '../../input-problem.ts';
import type { Model } from '../../policy/policy.ts';
import { type Prompt, requiredCapabilities } from '../request/prompt.ts';
import type { RequestParameters } from '../request/request.schema.ts';

/** As the answer's `dropped` names them. */
const SAMPLING = ['temperature', 'top_p', 'top_k'] as const;
const PREFILL = 'prefill';
const TOOL_CHOICE = 'toolConfig.toolChoice';

interface CandidateCall {
  readonly model: Model;
  readonly prompt: Prompt;
  readonly parameters: RequestParameters;
}

interface Unsupported {
  readonly name: string;
  readonly path: string;
  readonly message: string;
}

/** Everything that the model would refuse and that a call also makes sense without. */
function unsupportedOf({ model, prompt, parameters }: CandidateCall): readonly Unsupported[] {
  return [
    ...unsupportedSampling(model, parameters),
    ...unsupportedToolChoice(model, prompt),
    ...unsupportedPrefill(model, prompt),
  ];
}

function unsupportedSampling(
  { traits, alias }: Model,
  parameters: RequestParameters,
): readonly Unsupported[] {
  const given = SAMPLING.filter((name) => parameters[name] !== undefined);
  const refuse = (name: string, message: string) => ({
    name,
    path: `$.prompt.parameters.${name}`,
    message,
  });
  const notTaken = `is not taken by ${alias}: leave it out`;
  if (traits.sampling === false) return given.map((name) => refuse(name, notTaken));
  const hasBoth = given.includes('temperature') && given.includes('top_p');
  const together = `cannot be given together with temperature to ${alias}: leave one out`;
  return [
    ...(hasBoth && !traits.temperatureWithTopP ? [refuse('top_p', together)] : []),
    ...(given.includes('top_k') && traits.topK === undefined ? [refuse('top_k', notTaken)] : []),
  ];
}

function unsupportedToolChoice(
  { traits, alias }: Model,
  { toolConfig }: Prompt,
): readonly Unsupported[] {
  const choice = toolConfig?.toolChoice;
  if (!choice || traits.toolChoice === 'any') return [];
  if (traits.toolChoice === 'auto' && choice.auto) return [];
  const message =
    traits.toolChoice === 'auto'
      ? `${alias} cannot be forced to use a tool: write auto, or leave toolChoice out`
      : `${alias} takes no toolChoice: leave it out`;
  return [{ name: TOOL_CHOICE, path: `$.prompt.${TOOL_CHOICE}`, message }];
}

function unsupportedPrefill({ traits, alias }: Model, prompt: Prompt): readonly Unsupported[] {
  if (traits.prefill || !requiredCapabilities(prompt).isPrefilled) return [];
  const message = `the last message must be the user's: ${alias} cannot go on from one of the assistant`;
  return [{ name: PREFILL, path: '$.prompt.messages', message }];
}

interface Supported {
  readonly parameters: RequestParameters;
  readonly prompt: Prompt;
  /** Names of what was left out. */
  readonly dropped: readonly string[];
  readonly problems: readonly InputProblem[];
}

/** The request as the model takes it, or what it would refuse of it. */
export function supportedPart(asked: CandidateCall): Supported {
  const { model, prompt, parameters } = asked;
  const unsupported = unsupportedOf(asked);
  if (model.unsupportedParameters === 'refuse' || unsupported.length === 0) {
    const problems = unsupported.map(({ path, message }) => ({ path, message }));
    return { parameters, prompt, dropped: [], problems };
  }
  const dropped = unsupported.map(({ name }) => name);
  const kept = Object.entries(parameters).filter(([name]) => !dropped.includes(name));
  return {
    parameters: Object.fromEntries(kept),
    prompt: withoutDropped(prompt, dropped),
    dropped,
    problems: [],
  };
}

/** A prompt without the parts that were dropped for a model. */
export function withoutDropped(prompt: Prompt, dropped: readonly string[]): Prompt {
  const { toolConfig } = prompt;
  return {
    ...prompt,
    ...(dropped.includes(PREFILL) && { messages: prompt.messages.slice(0, -1) }),
    ...(toolConfig && dropped.includes(TOOL_CHOICE) && { toolConfig: { tools: toolConfig.tools } }),
  };
}
