/** A chat completion request as Converse. */

import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import { Conversation, cachePoints, eachBlock, textBlocks } from '../converse/conversation.ts';
import { takesBudget } from '../converse/effort.ts';
import { metadataOf } from '../converse/metadata.ts';
import { REFUSED } from '../fields/field-list.ts';
import { typeProblems } from '../fields/member-types.ts';
import type { DialectRequest } from '../relay/dialect.ts';
import { contentOf, setBreakpoints, toolInput } from './parts.ts';
import {
  type Given,
  type RequestedParameters,
  requestedFormat,
  requestedToolChoice,
  SHARED_TYPES,
  toConverse,
} from './request-parameters.ts';

/** Problems of the request itself, whatever the model. */
export function chatProblems(body: JsonObject): readonly InputProblem[] {
  const { n, store, max_tokens: older, max_completion_tokens: newer, modalities } = body;
  const isText =
    !isGiven(modalities) ||
    (Array.isArray(modalities) && modalities.every((each) => each === 'text'));
  return [
    ...typeProblems(body, '$', SHARED_TYPES),
    ...((n ?? 1) === 1 ? [] : [{ path: '$.n', message: `above 1 ${REFUSED}` }]),
    ...(store === true ? [{ path: '$.store', message: 'must be false: nothing is stored' }] : []),
    ...(isText ? [] : [{ path: '$.modalities', message: 'must be ["text"]' }]),
    ...(isGiven(older) && isGiven(newer) && older !== newer
      ? [{ path: '$.max_tokens', message: 'differs from max_completion_tokens: give one' }]
      : []),
  ];
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

export function chatToConverse(body: JsonObject, model: Model): DialectRequest {
  const conversation = new Conversation();
  setBreakpoints(conversation, body.prompt_cache_options);
  addMessages(conversation, body.messages);
  const wanted = wantedOf(conversation, body);
  if (isGiven(wanted.effort?.value) && takesBudget(model.baseModelId)) {
    thoughtsProblem(conversation, body.messages);
  }
  return toConverse(conversation, wanted, model);
}

function wantedOf(conversation: Conversation, body: JsonObject): RequestedParameters {
  const { seed, frequency_penalty, presence_penalty, logit_bias, logprobs, top_logprobs } = body;
  const path = isGiven(body.max_completion_tokens) ? 'max_completion_tokens' : 'max_tokens';
  const effort: Given = { value: body.reasoning_effort, path: '$.reasoning_effort' };
  return {
    isStreamed: body.stream === true,
    maxTokens: { value: body[path], path: `$.${path}` },
    temperature: body.temperature,
    topP: body.top_p,
    stop: body.stop,
    tools: toolsOf(conversation, body.tools),
    choice: requestedToolChoice(conversation, body.tool_choice, (choice) =>
      memberOf(choice, 'function', 'name'),
    ),
    parallel: body.parallel_tool_calls,
    format: requestedFormat(
      conversation,
      body.response_format,
      '$.response_format',
      ({ json_schema: schema }) => schema,
    ),
    effort,
    verbosity: { value: body.verbosity, path: '$.verbosity' },
    tier: body.service_tier,
    metadata: metadataOf(conversation, body.metadata, body.user),
    own: { seed, frequency_penalty, presence_penalty, logit_bias, logprobs, top_logprobs },
  };
}

function toolsOf(conversation: Conversation, tools: unknown): RequestedParameters['tools'] {
  const found: RequestedParameters['tools'][number][] = [];
  eachBlock(conversation, tools ?? [], '$.tools', (tool, at) => {
    if (tool.type === 'function' && isJsonObject(tool.function)) {
      const { cache_control: mark } = tool;
      const definition = { ...tool.function, ...(isGiven(mark) && { cache_control: mark }) };
      found.push({ definition, path: at, definitionPath: joinPath(at, 'function') });
    } else {
      conversation.problem(joinPath(at, 'type'), `${quoted(tool.type)} ${REFUSED}`);
    }
    return [];
  });
  return found;
}

function addMessages(conversation: Conversation, messages: unknown): void {
  eachBlock(conversation, messages ?? [], '$.messages', (message, at) => {
    const { role, content, cache_control: mark } = message;
    const path = joinPath(at, 'content');
    const blocks = () => [
      ...contentOf(conversation, content, path),
      ...cachePoints(conversation, mark, joinPath(at, 'cache_control')),
    ];
    switch (role) {
      case 'system':
      case 'developer':
        conversation.system.push(...blocks());
        break;
      case 'user':
        conversation.add('user', blocks());
        break;
      case 'assistant':
        conversation.add('assistant', [
          ...thoughtsOf(conversation, message, at),
          ...blocks(),
          ...refusalOf(conversation, message, at),
          ...callsOf(conversation, message, at),
        ]);
        break;
      case 'tool':
        conversation.add('user', resultOf(message, blocks()));
        break;
      default:
        conversation.problem(
          joinPath(at, 'role'),
          `unknown role ${quoted(role)}: use system, developer, user, assistant or tool`,
        );
    }
    return [];
  });
}

/** A mark has its place after the result. */
function resultOf(
  { tool_call_id: toolUseId }: JsonObject,
  blocks: readonly JsonObject[],
): readonly JsonObject[] {
  const marks = blocks.filter((each) => each.cachePoint !== undefined);
  const content = blocks.filter((each) => each.cachePoint === undefined);
  return [{ toolResult: { toolUseId, content, status: 'success' } }, ...marks];
}

function callsOf(
  conversation: Conversation,
  { tool_calls: calls, function_call: older, audio }: JsonObject,
  at: string,
): readonly JsonObject[] {
  if (isGiven(older)) {
    conversation.problem(joinPath(at, 'function_call'), 'is not known: write tool_calls');
  }
  if (isGiven(audio)) {
    conversation.problem(joinPath(at, 'audio'), 'cannot be sent to the models of Bedrock');
  }
  return eachBlock(conversation, calls ?? [], joinPath(at, 'tool_calls'), (call, path) => {
    const { id, type = 'function', function: called } = call;
    const { name, arguments: text } = isJsonObject(called) ? called : {};
    if (type !== 'function') {
      conversation.problem(joinPath(path, 'type'), 'must be "function"');
    }
    const input = toolInput(conversation, text, joinPath(path, 'function', 'arguments'));
    return input ? [{ toolUse: { toolUseId: id, name, input } }] : [];
  });
}

/**
 * Reasoning comes back in `thinking_blocks`, which answers have: OpenAI's own fields have no place
 * for its signature.
 */
function thoughtsOf(
  conversation: Conversation,
  { thinking_blocks: blocks }: JsonObject,
  at: string,
): readonly JsonObject[] {
  const path = joinPath(at, 'thinking_blocks');
  return eachBlock(conversation, blocks ?? [], path, (block, place) => {
    const { type = 'thinking', thinking, signature, data } = block;
    if (type === 'redacted_thinking' && typeof data === 'string') {
      return [{ reasoningContent: { redactedContent: data } }];
    }
    if (type === 'thinking' && typeof thinking === 'string') {
      const signed = isGiven(signature) && signature !== '' ? { signature } : {};
      return [{ reasoningContent: { reasoningText: { text: thinking, ...signed } } }];
    }
    const message = 'must be unchanged from the answer: { type: "thinking", thinking, signature }';
    conversation.problem(place, message);
    return [];
  });
}

/** Words of the model in place of content. */
function refusalOf(
  conversation: Conversation,
  { refusal }: JsonObject,
  at: string,
): readonly JsonObject[] {
  if (!isGiven(refusal)) return [];
  if (typeof refusal === 'string') return textBlocks(refusal);
  conversation.problem(joinPath(at, 'refusal'), 'must be a string');
  return [];
}

/** Claude with a thinking budget goes on after a tool only with its reasoning. */
function thoughtsProblem(conversation: Conversation, messages: unknown): void {
  const all = Array.isArray(messages) ? messages.filter(isJsonObject) : [];
  const from = all.findLastIndex(({ role }) => role === 'user');
  const index = all.findIndex(
    ({ role, tool_calls: calls, thinking_blocks: thoughts }, at) =>
      at > from && role === 'assistant' && isGiven(calls) && !isGiven(thoughts),
  );
  if (index < 0) return;
  const message =
    'is required with reasoning_effort: send the message back as it came, or leave reasoning_effort out';
  conversation.problem(`$.messages[${index}].thinking_blocks`, message);
}
