/** A Messages request as Converse, for models that are not Claude; parts that it cannot express are refused by name. */
import { joinPath } from '../../input-path.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import {
  Conversation,
  cachePoints,
  DOCUMENT_FORMATS,
  eachBlock,
  imageBlocks,
  textBlocks,
} from '../converse/conversation.ts';
import { effortFields } from '../converse/effort.ts';
import { metadataOf } from '../converse/metadata.ts';
import { contextEditProblems } from '../fields/check-values.ts';
import { readFields } from '../fields/field-list.ts';
import { typeProblems } from '../fields/member-types.ts';
import type { DialectRequest } from '../relay/dialect.ts';
import { CONVERSE_MESSAGES_FIELDS } from './fields.ts';

const ONLY_CLAUDE = 'has no meaning for a model that is not Claude: leave it out';

interface ConverseOptions {
  readonly model: Model;
  /** `proxy.allow_fields`. */
  readonly allowed: ReadonlySet<string>;
  /** None has a place in Converse. */
  readonly betas: readonly string[];
}

export function toConverse(
  body: JsonObject,
  { model, allowed, betas }: ConverseOptions,
): DialectRequest {
  const conversation = new Conversation();
  const read = readFields(body, CONVERSE_MESSAGES_FIELDS, allowed);
  conversation.problems.push(...read.problems, ...typeProblems(body, '$', TYPES));
  const edits = contextEditProblems(body.context_management, '$.context_management');
  conversation.problems.push(...edits);
  addSystem(conversation, body.system);
  addMessages(conversation, body.messages);
  const toolConfig = toolsOf(conversation, body);
  const additional = additionalFields(conversation, body, model);
  const outputConfig = formatOf(conversation, body.output_config);
  const metadata = metadataOf(conversation, undefined, memberOf(body.metadata, 'user_id'));
  const { problems, system, messages } = conversation;
  if (problems.length > 0) return { problems };
  const inferenceConfig = {
    ...given('maxTokens', body.max_tokens),
    ...given('temperature', body.temperature),
    ...given('topP', body.top_p),
    ...given('stopSequences', body.stop_sequences),
  };
  return {
    wire: {
      operation: body.stream === true ? 'converse-stream' : 'converse',
      headers: {},
      body: {
        messages,
        ...(system.length > 0 && { system }),
        ...(Object.keys(inferenceConfig).length > 0 && { inferenceConfig }),
        ...(toolConfig && { toolConfig }),
        ...(Object.keys(additional).length > 0 && { additionalModelRequestFields: additional }),
        ...(outputConfig && { outputConfig }),
        ...(Object.keys(metadata).length > 0 && { requestMetadata: metadata }),
        ...tierOf(body.service_tier),
      },
    },
    ignored: read.ignored,
    droppedBetas: betas,
    paths: {
      '$.inferenceConfig.maxTokens': '$.max_tokens',
      '$.serviceTier.type': '$.service_tier',
    },
  };
}

const TYPES = {
  thinking: 'object',
  tool_choice: 'object',
  'metadata.user_id': 'string',
  'tool_choice.disable_parallel_tool_use': 'boolean',
} as const;

const given = (name: string, value: unknown): JsonObject =>
  value === undefined || value === null ? {} : { [name]: value };

const tierOf = (tier: unknown): JsonObject =>
  tier === undefined || tier === null || tier === 'auto' || tier === 'standard_only'
    ? {}
    : { serviceTier: { type: tier } };

function addSystem(conversation: Conversation, system: unknown): void {
  if (system === undefined || system === null) return;
  const blocks =
    typeof system === 'string'
      ? textBlocks(system)
      : eachBlock(conversation, system, '$.system', (block, at) => textOf(conversation, block, at));
  conversation.system.push(...blocks);
}

function addMessages(conversation: Conversation, messages: unknown): void {
  eachBlock(conversation, messages ?? [], '$.messages', (message, at) => {
    const { role, content } = message;
    if (role === 'system') addSystem(conversation, content);
    else if (role !== 'user' && role !== 'assistant') {
      const message = `must be "user" or "assistant", got ${quoted(role)}`;
      conversation.problem(joinPath(at, 'role'), message);
    } else conversation.add(role, contentOf(conversation, content, joinPath(at, 'content')));
    return [];
  });
}

const contentOf = (
  conversation: Conversation,
  content: unknown,
  path: string,
): readonly JsonObject[] =>
  typeof content === 'string'
    ? textBlocks(content)
    : eachBlock(conversation, content, path, (block, at) => {
        const mark = cachePoints(conversation, block.cache_control, joinPath(at, 'cache_control'));
        return [...blockOf(conversation, block, at), ...mark];
      });

function textOf(conversation: Conversation, block: JsonObject, at: string): readonly JsonObject[] {
  const { type, text, cache_control: mark } = block;
  if (type !== 'text' || typeof text !== 'string') {
    conversation.problem(at, 'must be a block of text');
    return [];
  }
  return [...textBlocks(text), ...cachePoints(conversation, mark, joinPath(at, 'cache_control'))];
}

function blockOf(conversation: Conversation, block: JsonObject, at: string): readonly JsonObject[] {
  switch (block.type) {
    case 'text':
      if (typeof block.text === 'string') return textBlocks(block.text);
      conversation.problem(joinPath(at, 'text'), 'must be a string');
      return [];
    case 'image': {
      const { media_type: mediaType, data } = sourceOf(block);
      return imageBlocks(conversation, mediaType, data, joinPath(at, 'source'));
    }
    case 'document':
      return documentOf(conversation, block, at);
    case 'tool_use': {
      const { id, name, input } = block;
      return [{ toolUse: { toolUseId: id, name, input: input ?? {} } }];
    }
    case 'tool_result':
      return resultOf(conversation, block, at);
    case 'thinking': {
      conversation.problems.push(...typeProblems(block, at, THOUGHT_TYPES));
      const { thinking, signature } = block;
      const reasoningText = { text: thinking, ...given('signature', signature || undefined) };
      return [{ reasoningContent: { reasoningText } }];
    }
    case 'redacted_thinking':
      return [{ reasoningContent: { redactedContent: block.data } }];
    default:
      conversation.problem(joinPath(at, 'type'), `${quoted(block.type)} ${ONLY_CLAUDE}`);
      return [];
  }
}

const THOUGHT_TYPES = { thinking: 'string', signature: 'string' } as const;

const sourceOf = (block: JsonObject): JsonObject =>
  isJsonObject(block.source) && block.source.type === 'base64' ? block.source : {};

function documentOf(
  conversation: Conversation,
  block: JsonObject,
  at: string,
): readonly JsonObject[] {
  if (memberOf(block, 'citations', 'enabled') === true) {
    conversation.problem(joinPath(at, 'citations'), ONLY_CLAUDE);
  }
  conversation.problems.push(...typeProblems(block, at, { title: 'string', context: 'string' }));
  const { source, title, context } = block;
  const { type, media_type: mediaType, data } = isJsonObject(source) ? source : {};
  const format = DOCUMENT_FORMATS[String(mediaType ?? 'text/plain')];
  if ((type !== 'base64' && type !== 'text') || format === undefined || typeof data !== 'string') {
    const message = 'must be a document as base64 or text, such as a PDF';
    conversation.problem(joinPath(at, 'source'), message);
    return [];
  }
  const content = type === 'base64' ? { bytes: data } : { text: data };
  const name = conversation.documentName(title);
  return [{ document: { format, name, source: content, ...given('context', context) } }];
}

function resultOf(
  conversation: Conversation,
  block: JsonObject,
  at: string,
): readonly JsonObject[] {
  const { tool_use_id: toolUseId, content, is_error: isError } = block;
  conversation.problems.push(...typeProblems(block, at, { is_error: 'boolean' }));
  const path = joinPath(at, 'content');
  const inner = content === undefined ? [] : contentOf(conversation, content, path);
  // A result cannot hold a mark: the mark comes after it.
  const marks = inner.filter((each) => each.cachePoint !== undefined);
  const result = inner.filter((each) => each.cachePoint === undefined);
  const status = isError === true ? 'error' : 'success';
  return [{ toolResult: { toolUseId, content: result, status } }, ...marks];
}

function toolsOf(conversation: Conversation, body: JsonObject): JsonObject | undefined {
  const tools = eachBlock(conversation, body.tools ?? [], '$.tools', (tool, at) => {
    const { type, name, description, input_schema: schema, strict, cache_control: mark } = tool;
    if (type !== undefined && type !== null && type !== 'custom') {
      conversation.problem(joinPath(at, 'type'), `${quoted(type)} ${ONLY_CLAUDE}`);
    }
    const inputSchema = { json: schema };
    const spec = { name, ...given('description', description), inputSchema };
    return [
      { toolSpec: { ...spec, ...given('strict', strict) } },
      ...cachePoints(conversation, mark, joinPath(at, 'cache_control')),
    ];
  });
  const toolChoice = choiceOf(conversation, body.tool_choice);
  if (toolChoice === 'none' && !conversation.usesTools) return undefined;
  if (tools.length === 0) return undefined;
  return { tools, ...(isJsonObject(toolChoice) && { toolChoice }) };
}

function choiceOf(conversation: Conversation, choice: unknown): JsonObject | 'none' | undefined {
  if (choice === undefined || choice === null) return undefined;
  if (memberOf(choice, 'disable_parallel_tool_use') === true) {
    conversation.problem('$.tool_choice.disable_parallel_tool_use', ONLY_CLAUDE);
  }
  const type = memberOf(choice, 'type');
  switch (type) {
    case 'auto':
      return { auto: {} };
    case 'any':
      return { any: {} };
    case 'tool':
      return { tool: { name: memberOf(choice, 'name') } };
    case 'none':
      return 'none';
    default:
      conversation.problem('$.tool_choice.type', 'must be "auto", "any", "tool" or "none"');
      return undefined;
  }
}

const THINKING = ['enabled', 'adaptive', 'disabled'];

function additionalFields(
  conversation: Conversation,
  { thinking, output_config: output, top_k: topK }: JsonObject,
  { baseModelId, traits }: Model,
): JsonObject {
  const type = memberOf(thinking, 'type') ?? 'disabled';
  const effort = memberOf(output, 'effort');
  if (typeof type !== 'string' || !THINKING.includes(type)) {
    conversation.problem('$.thinking.type', `must be one of ${formatChoices(THINKING)}`);
  }
  const isThinking = type !== 'disabled';
  const wanted = isThinking ? (effort ?? 'medium') : effort;
  const found =
    wanted === undefined || wanted === null
      ? { fields: {} }
      : effortFields(baseModelId, wanted, undefined);
  if ('message' in found) {
    const path = isThinking ? '$.thinking' : '$.output_config.effort';
    conversation.problem(path, found.message);
    return {};
  }
  const reasoning = found.fields;
  if (topK === undefined || topK === null) return reasoning;
  if (!traits.topK) {
    conversation.problem('$.top_k', 'is not taken by this model: leave it out');
    return {};
  }
  return traits.topK === 'inferenceConfig.topK'
    ? { ...reasoning, inferenceConfig: { topK } }
    : { ...reasoning, [traits.topK]: topK };
}

function formatOf(conversation: Conversation, output: unknown): JsonObject | undefined {
  const format = memberOf(output, 'format');
  if (format === undefined || format === null) return undefined;
  const schema = memberOf(format, 'schema');
  if (memberOf(format, 'type') !== 'json_schema' || !isJsonObject(schema)) {
    conversation.problem('$.output_config.format', 'must be a json_schema with its schema');
    return undefined;
  }
  const jsonSchema = { schema: JSON.stringify(schema), name: 'answer' };
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } };
}
