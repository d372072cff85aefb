/** The parameters of an OpenAI request, whichever of both APIs has them, as Converse takes them. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import { type Conversation, cachePoints } from '../converse/conversation.ts';
import { effortFields } from '../converse/effort.ts';
import { typeProblems } from '../fields/member-types.ts';
import type { DialectRequest } from '../relay/dialect.ts';

/** A value, and where the caller wrote it. */
export interface Given {
  readonly value: unknown;
  readonly path: string;
}

interface WantedTool {
  readonly definition: JsonObject;
  readonly path: string;
  readonly definitionPath: string;
}

interface WantedFormat {
  readonly name: string;
  readonly description?: unknown;
  readonly schema: JsonObject;
  /** Any JSON: there is no schema to hold the model to. */
  readonly isAny: boolean;
}

type WantedChoice = 'auto' | 'required' | 'none' | { readonly name: unknown };

export interface RequestedParameters {
  readonly isStreamed: boolean;
  readonly maxTokens?: Given;
  readonly temperature?: unknown;
  readonly topP?: unknown;
  readonly stop?: unknown;
  readonly tools: readonly WantedTool[];
  readonly choice?: WantedChoice | undefined;
  readonly parallel?: unknown;
  readonly format?: WantedFormat | undefined;
  readonly effort?: Given;
  readonly verbosity?: Given;
  readonly tier?: unknown;
  readonly metadata: JsonObject;
  /** Parameters that only some families have, in OpenAI's own names. */
  readonly own: JsonObject;
}

/** The tool that an older model is made to call for JSON; its input is the answer. */
export const JSON_TOOL = 'json_answer';

export function toConverse(
  conversation: Conversation,
  wanted: RequestedParameters,
  model: Model,
): DialectRequest {
  const schema = formatOf(conversation, wanted, model);
  const toolConfig = schema.toolConfig ?? toolsOf(conversation, wanted, model);
  const additional = {
    ...effortOf(conversation, wanted, model),
    ...parallelOf(conversation, wanted, model),
    ...ownOf(conversation, wanted, model),
  };
  const { problems, system, messages } = conversation;
  temperatureProblem(conversation, wanted.temperature);
  if (problems.length > 0) return { problems };
  const inferenceConfig = {
    ...member('maxTokens', wanted.maxTokens?.value),
    ...member('temperature', wanted.temperature),
    ...member('topP', wanted.topP),
    ...member('stopSequences', typeof wanted.stop === 'string' ? [wanted.stop] : wanted.stop),
  };
  return {
    wire: {
      operation: wanted.isStreamed ? 'converse-stream' : 'converse',
      headers: {},
      body: {
        messages,
        ...filled('system', system),
        ...filled('inferenceConfig', inferenceConfig),
        ...(toolConfig && { toolConfig }),
        ...filled('additionalModelRequestFields', additional),
        ...filled('requestMetadata', wanted.metadata),
        ...(schema.outputConfig && { outputConfig: schema.outputConfig }),
        ...tierOf(wanted.tier),
      },
    },
    paths: {
      '$.inferenceConfig.maxTokens': wanted.maxTokens?.path ?? '$.max_completion_tokens',
      '$.serviceTier.type': '$.service_tier',
    },
  };
}

const member = (name: string, value: unknown): JsonObject =>
  value === undefined || value === null ? {} : { [name]: value };

const filled = (name: string, value: JsonObject | readonly unknown[]): JsonObject =>
  Object.keys(value).length > 0 ? { [name]: value } : {};

const tierOf = (tier: unknown): JsonObject =>
  tier === undefined || tier === null || tier === 'auto' || tier === 'default'
    ? {}
    : { serviceTier: { type: tier } };

function temperatureProblem(conversation: Conversation, temperature: unknown): void {
  if (typeof temperature !== 'number' || temperature <= 1) return;
  const message = `is ${temperature}: the models of Bedrock take at most 1`;
  conversation.problem('$.temperature', message);
}

function toolsOf(
  conversation: Conversation,
  { tools, choice }: RequestedParameters,
  { alias, traits }: Model,
): JsonObject | undefined {
  if (tools.length === 0) return undefined;
  // Nothing says "none": without tools none is called, unless the history has some.
  if (choice === 'none' && !conversation.usesTools) return undefined;
  const specs = tools.flatMap(({ definition, path, definitionPath }) => {
    const { name, description, parameters, strict, cache_control: mark } = definition;
    conversation.problems.push(...typeProblems(definition, definitionPath, TOOL_TYPES));
    const json = isJsonObject(parameters) ? parameters : { type: 'object', properties: {} };
    const toolSpec = {
      name,
      ...member('description', description === '' ? undefined : description),
      inputSchema: { json },
      ...(strict === true && { strict }),
    };
    return [{ toolSpec }, ...cachePoints(conversation, mark, `${path}.cache_control`)];
  });
  if (typeof choice === 'object' && traits.toolChoice !== 'any') {
    const message = `names a tool, which ${quoted(alias)} cannot be made to call: write "auto"`;
    conversation.problem('$.tool_choice', message);
  }
  const toolChoice = choiceOf(choice);
  return { tools: specs, ...(toolChoice && { toolChoice }) };
}

const TOOL_TYPES = {
  name: 'string',
  description: 'string',
  parameters: 'object',
  strict: 'boolean',
} as const;

function choiceOf(choice: RequestedParameters['choice']): JsonObject | undefined {
  if (choice === undefined || choice === 'none') return undefined;
  if (choice === 'auto') return { auto: {} };
  return choice === 'required' ? { any: {} } : { tool: { name: choice.name } };
}

/** Models that hold to a schema by themselves; the others are made to call a tool. */
const WITH_SCHEMAS =
  /^(?:anthropic\.claude-(?!3|v|instant|(?:sonnet|opus)-4-(?:\d{8}|1-))|openai\.|qwen\.|mistral\.|deepseek\.v|moonshot|minimax|nvidia|google)/;

interface FormatParts {
  readonly outputConfig?: JsonObject;
  readonly toolConfig?: JsonObject;
}

function formatOf(
  conversation: Conversation,
  { format, tools }: RequestedParameters,
  { alias, baseModelId, traits }: Model,
): FormatParts {
  if (!format) return {};
  const { name, description, schema, isAny } = format;
  const about = member('description', description);
  if (!isAny && WITH_SCHEMAS.test(baseModelId)) {
    const jsonSchema = { name, ...about, schema: JSON.stringify(schema) };
    const structure = { jsonSchema };
    return { outputConfig: { textFormat: { type: 'json_schema', structure } } };
  }
  const reason =
    traits.toolChoice !== 'any'
      ? `is not taken by ${quoted(alias)}: ask for JSON in the prompt`
      : tools.length > 0
        ? `is not taken by ${quoted(alias)} together with tools: leave one of them out`
        : undefined;
  if (reason !== undefined) {
    conversation.problem('$.response_format', reason);
    return {};
  }
  const toolSpec = { name: JSON_TOOL, ...about, inputSchema: { json: schema } };
  return {
    toolConfig: { tools: [{ toolSpec }], toolChoice: { tool: { name: JSON_TOOL } } },
  };
}

function effortOf(
  conversation: Conversation,
  { effort, maxTokens }: RequestedParameters,
  { baseModelId }: Model,
): JsonObject {
  if (!effort || effort.value === undefined || effort.value === null) return {};
  const bound = typeof maxTokens?.value === 'number' ? maxTokens.value : undefined;
  const found = effortFields(baseModelId, effort.value, bound);
  if ('fields' in found) return found.fields;
  conversation.problem(effort.path, found.message);
  return {};
}

function parallelOf(
  conversation: Conversation,
  { parallel, choice, tools }: RequestedParameters,
  { alias, baseModelId }: Model,
): JsonObject {
  if (parallel !== false || tools.length === 0) return {};
  if (baseModelId.startsWith('anthropic.')) {
    const type = choice === 'required' ? 'any' : 'auto';
    const chosen = typeof choice === 'object' ? { type: 'tool', name: choice.name } : { type };
    return { tool_choice: { ...chosen, disable_parallel_tool_use: true } };
  }
  if (!baseModelId.startsWith('amazon.')) return { parallel_tool_calls: false };
  conversation.problem('$.parallel_tool_calls', `false is not taken by ${quoted(alias)} here`);
  return {};
}

/** Values that ask for nothing. */
const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === 'medium' ||
  (isJsonObject(value) && Object.keys(value).length === 0);

const PASSED_TO_OTHERS = new Set(['seed', 'frequency_penalty', 'presence_penalty', 'verbosity']);

function ownOf(
  conversation: Conversation,
  { own, verbosity }: RequestedParameters,
  { alias, baseModelId }: Model,
): JsonObject {
  const isOther = !/^(?:anthropic|amazon)\./.test(baseModelId);
  const all: readonly (readonly [string, string, unknown])[] = [
    ...Object.entries(own).map(([name, value]) => [name, `$.${name}`, value] as const),
    ...(verbosity ? [['verbosity', verbosity.path, verbosity.value] as const] : []),
  ];
  const fields = all.flatMap(([name, path, value]) => {
    if (name === 'seed' ? value === undefined || value === null : isNeutral(value)) return [];
    if (isOther && PASSED_TO_OTHERS.has(name)) return [[name, value] as const];
    conversation.problem(path, `is not taken by ${quoted(alias)}: leave it out`);
    return [];
  });
  return Object.fromEntries(fields);
}

/** Choices of tools as both APIs write them. */
export function requestedToolChoice(
  conversation: Conversation,
  value: unknown,
  nameOf: (choice: JsonObject) => unknown,
): RequestedParameters['choice'] {
  if (value === undefined || value === null) return undefined;
  if (value === 'auto' || value === 'required' || value === 'none') return value;
  const name = isJsonObject(value) && value.type === 'function' ? nameOf(value) : undefined;
  if (typeof name === 'string') return { name };
  conversation.problem('$.tool_choice', 'must be "auto", "required", "none" or one function');
  return undefined;
}

/** Of `response_format`, or of `text.format`, whose members both have `type` first. */
export function requestedFormat(
  conversation: Conversation,
  format: unknown,
  path: string,
  schemaOf: (format: JsonObject) => unknown,
): WantedFormat | undefined {
  if (format === undefined || format === null) return undefined;
  const { type } = isJsonObject(format) ? format : {};
  if (type === 'text') return undefined;
  if (type === 'json_object') {
    return { name: 'answer', schema: { type: 'object' }, isAny: true };
  }
  const given = isJsonObject(format) && type === 'json_schema' ? schemaOf(format) : undefined;
  const { name, description, schema, strict } = isJsonObject(given) ? given : {};
  const types = { name: 'string', description: 'string', strict: 'boolean' } as const;
  conversation.problems.push(...typeProblems({ name, description, strict }, path, types));
  if (isJsonObject(schema)) {
    return { name: typeof name === 'string' ? name : 'answer', description, schema, isAny: false };
  }
  conversation.problem(path, 'must be text, json_object, or a json_schema with its schema');
  return undefined;
}

export const missingModel = ({ model }: JsonObject): InputProblem | undefined =>
  typeof model === 'string' && model !== ''
    ? undefined
    : { path: '$.model', message: 'must be the name of a model' };

/** Of both APIs. */
export const SHARED_TYPES = {
  stream: 'boolean',
  'stream_options.include_usage': 'boolean',
  store: 'boolean',
  parallel_tool_calls: 'boolean',
  metadata: 'object',
  user: 'string',
} as const;
