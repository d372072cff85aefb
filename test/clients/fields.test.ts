/**
 * Method: the types that the newest SDKs declare, inner objects included, against the lists of
 * fields: each member has a mark.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONVERSE_MESSAGES_FIELDS } from '../../core/protocols/anthropic/fields.ts';
import { contentProblems, typedToolProblems } from '../../core/protocols/fields/check-values.ts';
import type { FieldList } from '../../core/protocols/fields/field-list.ts';
import { invokeFamily } from '../../core/protocols/fields/invoke-fields.ts';
import {
  CHAT_FIELDS,
  EMBEDDINGS_FIELDS,
  RESPONSES_FIELDS,
} from '../../core/protocols/openai/fields.ts';
import { pathOf } from '../integration/sandbox/support/run-sandbox.ts';
import { CLAUDE_MEMBERS, REFUSED_BLOCKS, SERVER_TOOLS } from './support/claude-members.ts';
import { DeclaredTypes } from './support/declared-types.ts';

const fileOf = (file: string) => pathOf(`.tools/test-clients/node_modules/${file}`);

let types: DeclaredTypes;
beforeAll(() => {
  types = new DeclaredTypes();
});
afterAll(() => types.close());

const INVOKE = invokeFamily('anthropic.claude-sonnet-4-6', { messages: [] })?.fields ?? {};
/** Members that are part of the path, or of a header. */
const NOT_SENT: FieldList = { model: 'free', stream: 'free', betas: 'free' };
const CLAUDE = { ...INVOKE, ...NOT_SENT, ...CLAUDE_MEMBERS };
const CONVERSE = { ...CONVERSE_MESSAGES_FIELDS, ...NOT_SENT };

const CHAT = 'openai/resources/chat/completions/completions.d.ts';
const MESSAGES = 'resources/messages/messages.d.ts';
const BETA = 'resources/beta/messages/messages.d.ts';

describe('every member of the newest types has a mark:', () => {
  test.each([
    [CHAT, 'ChatCompletionCreateParamsBase', CHAT_FIELDS],
    ['openai/resources/responses/responses.d.ts', 'ResponseCreateParamsBase', RESPONSES_FIELDS],
    ['openai/resources/embeddings.d.ts', 'EmbeddingCreateParams', EMBEDDINGS_FIELDS],
  ])('%s %s', (file, name, list) => {
    expect(types.unmarked(fileOf(file), name, list)).toEqual([]);
  });

  test.each([
    [`@anthropic-ai/sdk/${MESSAGES}`, 'MessageCreateParamsBase'],
    [`@anthropic-ai/sdk/${MESSAGES}`, 'MessageCountTokensParams'],
    [`@anthropic-ai/sdk/${BETA}`, 'MessageCreateParamsBase'],
    [`@anthropic-ai/sdk/${BETA}`, 'MessageCountTokensParams'],
    [`anthropic-sdk-0/${MESSAGES}`, 'MessageCreateParamsBase'],
    [`anthropic-sdk-0/${MESSAGES}`, 'MessageCountTokensParams'],
    [`anthropic-sdk-0/${BETA}`, 'MessageCreateParamsBase'],
  ])('%s %s, for Claude and for other models', (file, name) => {
    expect(types.unmarked(fileOf(file), name, CLAUDE, true)).toEqual([]);
    expect(types.unmarked(fileOf(file), name, CONVERSE)).toEqual([]);
  });

  test('one without a mark is found, however deep', () => {
    const choice = { ...CHAT_FIELDS, tool_choice: 'free', stream_options: {} } as const;
    expect(types.unmarked(fileOf(CHAT), 'ChatCompletionCreateParamsBase', choice)).toEqual([
      '$.stream_options.include_obfuscation',
      '$.stream_options.include_usage',
      expect.stringContaining('$.tool_choice'),
      expect.stringContaining('$.tool_choice'),
      expect.stringContaining('$.tool_choice'),
    ]);
  });
});

describe('what is marked as refused for Claude is refused:', () => {
  test.each(REFUSED_BLOCKS)('%j in a message', (block) => {
    const inner = { type: 'tool_result', content: [block] };
    for (const content of [[block], [inner]]) {
      expect(contentProblems({ messages: [{ role: 'user', content }] })).toHaveLength(1);
    }
  });

  test.each(SERVER_TOOLS)('the tool %s', (type) => {
    expect(typedToolProblems([{ type }], '$.tools')).toHaveLength(1);
  });
});
