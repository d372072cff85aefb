import { describe, expect, test } from '@jest/globals';
import { blockOrderProblems } from '../../../../../core/call/candidate/check-block-order.ts';
import type { RequestBlock } from '../../../../../core/call/request/content-block.schema.ts';
import { promptOf } from '../../../../support/checked-prompts.ts';
import { modelIn, policyWithModels } from '../../../../support/policy.ts';
import type { Message, RequestPrompt } from '../../../../support/prompts.ts';
import { hi, toolResult, toolUse, user, weather } from '../../../../support/prompts.ts';

const policy = policyWithModels({
  claude: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  nova: 'amazon.nova-lite-v1:0',
  llama: 'us.meta.llama3-3-70b-instruct-v1:0',
});

const cachePoint = { cachePoint: { type: 'default' as const } };
const document = (format: 'txt' | 'md' | 'pdf'): RequestBlock => ({
  document: {
    format,
    name: 'Notes',
    source: format === 'pdf' ? { bytes: 'JVBERg==' } : { text: 'x' },
  },
});
const assistant = (...content: RequestBlock[]): Message => ({ role: 'assistant', content });
const say = (text: string) => ({ text });

function problems(alias: string, messages: readonly Message[], tools: unknown[] = [weather]) {
  const model = modelIn(policy, alias);
  const toolConfig = { tools } as NonNullable<RequestPrompt['toolConfig']>;
  const prompt = promptOf({ messages: [...messages], toolConfig });
  return blockOrderProblems(model, prompt).map(({ path, message }) => `${path} ${message}`);
}

describe('the order of blocks', () => {
  test.each<[string, readonly Message[], RegExp]>([
    [
      'a text after a toolUse',
      [hi, assistant(toolUse(), say('Let me look.')), user(toolResult())],
      /text after the toolUse "use-1": put the text before it/,
    ],
    [
      'a text before a toolResult',
      [hi, assistant(toolUse()), user(say('Here:'), toolResult())],
      /toolResult for "use-1" after other blocks: put toolResults first/,
    ],
    [
      'a cache point after a txt document',
      [user(say('Sum up.'), document('txt'), cachePoint)],
      /cachePoint follows the text document "Notes"/,
    ],
    ['and an md document', [user(say('Sum up.'), document('md'), cachePoint)], /text document/],
  ])('%s is refused by Claude alone', (_, messages, message) => {
    expect(problems('claude', messages)).toEqual([expect.stringMatching(message)]);
    expect(problems('llama', messages)).toEqual([]);
    expect(problems('nova', messages)).toEqual([]);
  });

  test.each<[string, readonly Message[]]>([
    ['a text before a toolUse', [hi, assistant(say('I look.'), toolUse()), user(toolResult())]],
    ['a text after the results', [hi, assistant(toolUse()), user(toolResult(), say('And?'))]],
    ['a cache point after results', [hi, assistant(toolUse()), user(toolResult(), cachePoint)]],
    ['a cache point after a pdf', [user(say('Sum up.'), document('pdf'), cachePoint)]],
    [
      'a cache point after text after a document',
      [user(document('txt'), say('Sum up.'), cachePoint)],
    ],
  ])('Claude takes %s', (_, messages) => {
    expect(problems('claude', messages)).toEqual([]);
  });

  test('Nova takes no cache point among tools', () => {
    expect(problems('nova', [hi], [weather, cachePoint])).toEqual([
      '$.prompt.toolConfig.tools[1].cachePoint is not taken by nova among tools: put it in the system messages',
    ]);
    expect(problems('claude', [hi], [weather, cachePoint])).toEqual([]);
  });
});
