/** Prompts whose tokens are compared with their bound: usual ones, and the worst known. */
import { readFileSync } from 'node:fs';
import type { Prompt } from '../../../core/call/request/prompt.ts';

export interface Sample {
  readonly name: string;
  readonly prompt: Prompt;
}

const user = (text: string) => ({ role: 'user' as const, content: [{ text }] });
const assistant = (text: string) => ({ role: 'assistant' as const, content: [{ text }] });
const asked = (...texts: readonly string[]): Prompt => ({
  system: [{ text: 'You are a helpful assistant.' }],
  messages: [user(texts.join('\n\n'))],
});

const CHINESE = [
  '云计算让团队可以在几分钟之内使用大型语言模型，但是费用也会很快增长。每一次调用之前，系统先计算这次调用最多可能花费多少。',
  '如果预算已经用完，请求会被拒绝，并且不会到达模型。月底的时候，财务部门可以看到每个成本中心的实际支出。',
  '请把下面的段落翻译成英文，并列出三个可以降低费用的方法：使用缓存、选择较小的模型、限制输出的长度。',
].join('\n');
const RUSSIAN = [
  'Облачные службы позволяют командам начать работу с языковой моделью за несколько минут, но расходы растут так же быстро.',
  'Перед каждым вызовом система вычисляет наибольшую возможную стоимость и сравнивает её с остатком бюджета.',
  'Если бюджет исчерпан, запрос отклоняется и не доходит до модели. Пожалуйста, объясните это простыми словами.',
].join('\n');
const MIXED =
  'Grüße aus Köln! ¿Qué tal? 今日は良い天気ですね。 नमस्ते, आप कैसे हैं? مرحبا بالعالم 👩‍👩‍👧‍👦🎉 ≠ ∑ ﷺ ﷻ ½ ﬁ';

const TOOLS = Array.from({ length: 6 }, (_, i) => ({
  toolSpec: {
    name: `find_records_${i}`,
    description: 'Finds the records of a customer by name, date and state, newest first.',
    inputSchema: {
      json: {
        type: 'object',
        properties: {
          customer: { type: 'string', description: 'Full name or number of the customer' },
          from: { type: 'string', format: 'date', description: 'First day, such as 2026-11-01' },
          state: { type: 'string', enum: ['open', 'closed', 'disputed'] },
          limit: { type: 'integer', minimum: 1, maximum: 100 },
        },
        required: ['customer'],
      },
    },
  },
}));

/** A fixed sequence: the same prompts in every run. */
function numbers(count: number, below: number): readonly number[] {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  });
}

export function corpus(root: string): readonly Sample[] {
  const read = (file: string, length: number) =>
    readFileSync(`${root}/${file}`, 'utf8').slice(0, length);
  const english = read('docs/ledger.md', 6_000);
  const turns = Array.from({ length: 30 }, (_, i) => {
    const text = english.slice(i * 180, i * 180 + 180);
    return i % 2 === 0 ? user(text) : assistant(text);
  });
  const json = read('core/pricing/catalogue.json', 6_000);
  return [
    {
      name: 'short question',
      prompt: {
        system: [],
        messages: [user('Explain the benefits of S3 in about one hundred words.')],
      },
    },
    { name: 'English', prompt: asked(english) },
    { name: 'code', prompt: asked(read('core/pricing/cost.ts', 6_000)) },
    { name: 'Chinese', prompt: asked(CHINESE, CHINESE, CHINESE) },
    { name: 'Russian', prompt: asked(RUSSIAN, RUSSIAN, RUSSIAN) },
    { name: 'many scripts', prompt: asked(MIXED.repeat(10)) },
    { name: 'JSON', prompt: asked(json) },
    {
      name: 'tools',
      prompt: { ...asked('Which disputes are open for Jane Doe?'), toolConfig: { tools: TOOLS } },
    },
    {
      name: 'long conversation',
      prompt: { system: [{ text: english.slice(0, 500) }], messages: [...turns, user('Go on.')] },
    },
    { name: 'random ASCII', prompt: asked(ascii(3_000)) },
    { name: 'rare characters', prompt: asked(rare(1_000)) },
    { name: 'control characters', prompt: asked('\u0001\u0002\u0003\u0007'.repeat(300)) },
    { name: 'ligatures', prompt: asked('\uFDFA'.repeat(200)) },
  ];
}

const ascii = (count: number): string =>
  String.fromCodePoint(...numbers(count, 94).map((each) => each + 33));
const rare = (count: number): string =>
  numbers(count, 6_000)
    .map((each) => String.fromCodePoint(each + 0x20000))
    .join('');
