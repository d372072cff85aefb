import { describe, expect, test } from '@jest/globals';
import { jsonTokenBound, textTokenBound } from '../../../../../core/call/bound/text-bound.ts';

describe('the bound of a text', () => {
  test.each([
    ['nothing', '', 0],
    ['plain text', 'Hello, world.', 13],
    ['control characters', '\u0000\n\u007f', 3],
    ['a letter that may be decomposed', '\u00e9', 3],
    ['Hangul, three bytes, nine when decomposed', '\ud55c', 9],
    ['a sign that shrinks when normalized', '\u2126', 3],
    ['the sign that grows most, 3 bytes to 33', '\ufdfa', 33],
    ['a full-width letter stays three bytes in NFC', '\uff21', 3],
    ['an emoji', '\u{1f600}', 4],
    ['half a surrogate pair', '\ud83d', 3],
  ])('%s', (_, text, bound) => {
    expect(textTokenBound(text)).toBe(bound);
  });

  test('many different characters at once do not matter', () => {
    const all = Array.from({ length: 60_000 }, (_, at) => String.fromCodePoint(0x10000 + at)).join(
      '',
    );
    expect(textTokenBound(all)).toBeGreaterThanOrEqual(240_000);
  });
});

describe('the bound of JSON', () => {
  const value = { city: 'Z\u00fcrich', days: [1, 2, 3], more: { deep: { er: '"quoted"' } } };

  test('is above every way a template may write it', () => {
    const ways = [
      JSON.stringify(value),
      JSON.stringify(value, undefined, 4),
      JSON.stringify(JSON.stringify(value, undefined, 4)),
      JSON.stringify(value).replace(/[^\0-\x7f]/g, '\\u00fc'),
      Object.entries(value)
        .map(([key, each]) => `<parameter name="${key}">${JSON.stringify(each)}</parameter>\n`)
        .join(''),
    ];
    for (const way of ways) {
      expect(jsonTokenBound(value)).toBeGreaterThanOrEqual(Buffer.byteLength(way));
    }
  });

  test('grows with every key', () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
    expect(jsonTokenBound(keys(10)) - jsonTokenBound(keys(9))).toBeGreaterThan(32);
  });
});
