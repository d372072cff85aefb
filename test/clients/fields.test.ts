/** Method: the types of the newest SDKs against the lists of fields: each member has a mark. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { invokeFamily } from '../../core/protocols/fields/invoke-fields.ts';
import {
  CHAT_FIELDS,
  EMBEDDINGS_FIELDS,
  RESPONSES_FIELDS,
} from '../../core/protocols/openai/fields.ts';
import { pathOf } from '../integration/sandbox/support/run-sandbox.ts';

const PACKAGES = pathOf('.tools/test-clients/node_modules');

/** Names of the members of an interface in a declaration file, those of inner objects left out. */
function membersOf(file: string, name: string): readonly string[] {
  const source = readFileSync(`${PACKAGES}/${file}`, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const [, rest = ''] = source.split(`export interface ${name} `);
  const members: string[] = [];
  let depth = 0;
  for (const line of rest.slice(rest.indexOf('{')).split('\n')) {
    const member = /^\s*(?:readonly )?(\w+)\??:/.exec(line)?.[1];
    if (member !== undefined && depth === 1) members.push(member);
    depth += line.split('{').length - line.split('}').length;
    if (depth === 0) break;
  }
  return members;
}

const MESSAGES = invokeFamily('anthropic.claude-sonnet-4-6', { messages: [] })?.fields ?? {};
/** Members that are not sent to the model: part of the path, or of a header. */
const NOT_SENT = ['model', 'stream', 'betas'];

describe('every member of the newest types has a mark:', () => {
  test.each([
    [
      'openai/resources/chat/completions/completions.d.ts',
      'ChatCompletionCreateParamsBase',
      CHAT_FIELDS,
    ],
    ['openai/resources/responses/responses.d.ts', 'ResponseCreateParamsBase', RESPONSES_FIELDS],
    ['openai/resources/embeddings.d.ts', 'EmbeddingCreateParams', EMBEDDINGS_FIELDS],
    ['@anthropic-ai/sdk/resources/messages/messages.d.ts', 'MessageCreateParamsBase', MESSAGES],
    [
      '@anthropic-ai/sdk/resources/beta/messages/messages.d.ts',
      'MessageCreateParamsBase',
      MESSAGES,
    ],
    ['anthropic-sdk-0/resources/messages/messages.d.ts', 'MessageCreateParamsBase', MESSAGES],
  ])('%s %s', (file, name, list) => {
    const members = membersOf(file, name);
    expect(members).toContain('model');
    const unmarked = members.filter((each) => !Object.hasOwn(list, each));
    expect(unmarked.filter((each) => !NOT_SENT.includes(each))).toEqual([]);
  });
});
