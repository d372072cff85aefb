/** A request of the Responses API as Converse; it keeps no state, so each holds the whole input. */

import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { type JsonObject, memberOf } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import { Conversation, eachBlock, textBlocks } from '../converse/conversation.ts';
import { metadataOf } from '../converse/metadata.ts';
import { REFUSED } from '../fields/field-list.ts';
import { typeProblems } from '../fields/member-types.ts';
import type { DialectRequest } from '../relay/dialect.ts';
import { contentOf, setBreakpoints, toolInput } from './parts.ts';
import {
  type RequestedParameters,
  requestedFormat,
  requestedToolChoice,
  SHARED_TYPES,
  toConverse,
} from './request-parameters.ts';
import { unsealed } from './thoughts.ts';

/** Problems of the request itself, whatever the model. */
export function responsesProblems(body: JsonObject): readonly InputProblem[] {
  const { store, background, truncation, include } = body;
  const mode = memberOf(body, 'reasoning', 'mode') ?? 'standard';
  const includes: readonly unknown[] = Array.isArray(include) ? include : [];
  const unknown = includes.find((each) => each !== 'reasoning.encrypted_content');
  return [
    ...typeProblems(body, '$', TYPES),
    ...(mode === 'standard' ? [] : [{ path: '$.reasoning.mode', message: REFUSED }]),
    ...(store === true ? [{ path: '$.store', message: 'must be false: nothing is stored' }] : []),
    ...(background === true ? [{ path: '$.background', message: REFUSED }] : []),
    ...(truncation === undefined || truncation === null || truncation === 'disabled'
      ? []
      : [{ path: '$.truncation', message: 'must be "disabled": no input is left out' }]),
    ...(unknown === undefined
      ? []
      : [{ path: '$.include', message: `${quoted(unknown)} is not known here: leave it out` }]),
  ];
}

const TYPES = {
  ...SHARED_TYPES,
  background: 'boolean',
  instructions: 'string',
  include: 'list',
} as const;

export function responsesToConverse(body: JsonObject, model: Model): DialectRequest {
  const conversation = new Conversation();
  setBreakpoints(conversation, body.prompt_cache_options);
  const { instructions, input } = body;
  if (typeof instructions === 'string') conversation.system.push(...textBlocks(instructions));
  if (typeof input === 'string') conversation.add('user', textBlocks(input));
  else addItems(conversation, input);
  return toConverse(conversation, wantedOf(conversation, body), model);
}

function wantedOf(conversation: Conversation, body: JsonObject): RequestedParameters {
  const effort = memberOf(body, 'reasoning', 'effort');
  return {
    isStreamed: body.stream === true,
    maxTokens: { value: body.max_output_tokens, path: '$.max_output_tokens' },
    temperature: body.temperature,
    topP: body.top_p,
    tools: toolsOf(conversation, body.tools),
    choice: requestedToolChoice(conversation, body.tool_choice, ({ name }) => name),
    parallel: body.parallel_tool_calls,
    format: requestedFormat(
      conversation,
      memberOf(body, 'text', 'format'),
      '$.text.format',
      (format) => format,
    ),
    effort: { value: effort, path: '$.reasoning.effort' },
    verbosity: { value: memberOf(body, 'text', 'verbosity'), path: '$.text.verbosity' },
    tier: body.service_tier,
    metadata: metadataOf(conversation, body.metadata, body.user),
    own: { top_logprobs: body.top_logprobs },
  };
}

function toolsOf(conversation: Conversation, tools: unknown): RequestedParameters['tools'] {
  const found: RequestedParameters['tools'][number][] = [];
  eachBlock(conversation, tools ?? [], '$.tools', (tool, at) => {
    if (tool.type === 'function') found.push({ definition: tool, path: at, definitionPath: at });
    else conversation.problem(joinPath(at, 'type'), `${quoted(tool.type)} ${REFUSED}`);
    return [];
  });
  return found;
}

function addItems(conversation: Conversation, input: unknown): void {
  eachBlock(conversation, input ?? [], '$.input', (item, at) => {
    switch (item.type ?? 'message') {
      case 'message':
        addMessage(conversation, item, at);
        break;
      case 'function_call': {
        const { call_id: toolUseId, name, arguments: text } = item;
        const read = toolInput(conversation, text, joinPath(at, 'arguments'));
        if (read) conversation.add('assistant', [{ toolUse: { toolUseId, name, input: read } }]);
        break;
      }
      case 'function_call_output': {
        const { call_id: toolUseId, output } = item;
        const content = contentOf(conversation, output, joinPath(at, 'output'));
        conversation.add('user', [{ toolResult: { toolUseId, content, status: 'success' } }]);
        break;
      }
      case 'reasoning':
        addReasoning(conversation, item, at);
        break;
      default:
        conversation.problem(
          joinPath(at, 'type'),
          `${quoted(item.type)} is not known here: nothing is stored, and tools run at the client`,
        );
    }
    return [];
  });
}

function addMessage(conversation: Conversation, { role, content }: JsonObject, at: string): void {
  const blocks = contentOf(conversation, content, joinPath(at, 'content'));
  if (role === 'system' || role === 'developer') conversation.system.push(...blocks);
  else if (role === 'user' || role === 'assistant') conversation.add(role, blocks);
  else {
    const message = `unknown role ${quoted(role)}: use system, developer, user or assistant`;
    conversation.problem(joinPath(at, 'role'), message);
  }
}

function addReasoning(
  conversation: Conversation,
  { encrypted_content: sealed }: JsonObject,
  at: string,
): void {
  const thought = typeof sealed === 'string' ? unsealed(sealed) : undefined;
  if (thought) {
    const { text, signature, redacted } = thought;
    const reasoningContent =
      redacted === undefined
        ? { reasoningText: { text, ...(signature !== undefined && { signature }) } }
        : { redactedContent: redacted };
    conversation.add('assistant', [{ reasoningContent }]);
    return;
  }
  const message = 'must be unchanged from an answer of this service: nothing is stored';
  conversation.problem(joinPath(at, 'encrypted_content'), message);
}
