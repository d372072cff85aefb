/**
 * Goal: the bound of a text is at or above what any tokenizer can make of it, and no text is lost
 * on its way to the model. Method: random Unicode, also with lone surrogates.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { measurePrompt } from '../../core/call/prompt-bound/prompt-size.ts';
import { textTokenBound } from '../../core/call/prompt-bound/text-bound.ts';
import { toPrompt } from '../../core/call/request/prompt.ts';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
const surrogates = fc
  .array(fc.integer({ min: 0xd000, max: 0xffff }))
  .map((units) => String.fromCharCode(...units));
const any = fc.oneof(text, surrogates);

describe('the bound of a text', () => {
  test('is at or above its UTF-8 bytes in every normal form', () => {
    fc.assert(
      fc.property(any, (given) => {
        const bound = textTokenBound(given);
        for (const form of [given, ...FORMS.map((name) => given.normalize(name))]) {
          expect(bound).toBeGreaterThanOrEqual(Buffer.byteLength(form));
        }
      }),
    );
  });

  test('holds for texts that a template joins before they are normalized', () => {
    fc.assert(
      fc.property(fc.array(any), (parts) => {
        const bound = parts.reduce((sum, part) => sum + textTokenBound(part), 0);
        const joined = parts.join('');
        for (const form of [joined, ...FORMS.map((name) => joined.normalize(name))]) {
          expect(bound).toBeGreaterThanOrEqual(Buffer.byteLength(form));
        }
      }),
    );
  });
});

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

/** As a request can hold it. */
const sayable = text.filter((each) => each.trim() !== '' && !/\p{Surrogate}/u.test(each));

const message = fc.record({
  role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const),
  content: fc.oneof(sayable, fc.array(fc.record({ text: sayable }), { minLength: 1 })),
});

type MessageInput = typeof message extends fc.Arbitrary<infer Value> ? Value : never;

function promptOf(others: readonly MessageInput[]) {
  const messages = [{ role: 'user' as const, content: 'first' }, ...others];
  const result = toPrompt({ messages });
  if (result.outcome !== 'valid') throw new Error(result.problems[0]?.message);
  return { messages, prompt: result.prompt };
}

describe('merging messages', () => {
  test('keeps every text, in order, and makes roles alternate', () => {
    fc.assert(
      fc.property(fc.array(message), (others) => {
        const { messages, prompt } = promptOf(others);
        const { system, messages: merged } = prompt;
        const textsOf = (isSystem: boolean) =>
          messages
            .filter(({ role }) => (role === 'system') === isSystem)
            .flatMap(({ content }) =>
              typeof content === 'string' ? [content] : content.map((block) => block.text),
            );
        expect(system.map((block) => block.text)).toEqual(textsOf(true));
        expect(merged.flatMap(({ content }) => content.map((block) => block.text))).toEqual(
          textsOf(false),
        );
        const roles = merged.map(({ role }) => role);
        expect(roles.every((role, at) => role !== roles[at - 1])).toBe(true);
      }),
    );
  });

  test('never lowers the bound below the bytes of all text', () => {
    fc.assert(
      fc.property(fc.array(message), (others) => {
        const { messages, prompt } = promptOf(others);
        const bytes = messages.reduce((sum, { content }) => {
          const texts = typeof content === 'string' ? [content] : content.map((each) => each.text);
          return sum + Buffer.byteLength(texts.join(''));
        }, 0);
        expect(measurePrompt(prompt).textTokens).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });
});
