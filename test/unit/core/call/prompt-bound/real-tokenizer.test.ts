/**
 * No prompt of the benchmark's corpus has more tokens than its bound, by a real tokenizer that is
 * small enough for a test. `npm run bench:bound` does it with those of six families.
 */
import { expect, test } from '@jest/globals';
import mistral from 'mistral-tokenizer-js';
import { measurePrompt } from '../../../../../core/call/prompt-bound/prompt-size.ts';
import { textTokenBound } from '../../../../../core/call/prompt-bound/text-bound.ts';
import { corpus } from '../../../../bench/bound/corpus.ts';

const tokensOf = (text: string): number => mistral.encode(text, false, true).length;
const samples = corpus(process.cwd()).map(({ name, prompt }) => [name, prompt] as const);

test.each(samples)('%s', (_, prompt) => {
  const { system, messages, toolConfig } = prompt;
  const texts = [system, ...messages.map(({ content }) => content)].flatMap((content) =>
    content.map(({ text = '' }) => text),
  );
  for (const text of texts) {
    // The tokenizer puts a space in front of a text.
    expect(tokensOf(text)).toBeLessThanOrEqual(textTokenBound(text) + 1);
  }
  const tools = toolConfig ? tokensOf(JSON.stringify(toolConfig.tools, null, 4)) : 0;
  const tokens = texts.reduce((sum, text) => sum + tokensOf(text), tools);
  expect(tokens).toBeGreaterThan(0);
  expect(tokens).toBeLessThanOrEqual(measurePrompt(prompt).textTokens);
});
