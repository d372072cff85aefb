import { describe, expect, test } from '@jest/globals';
import { textTokenBound } from '../../../../../core/call/prompt-bound/text-bound.ts';

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

describe('code points that no normalization changes', () => {
  test('take four bytes from U+30000 on, and the table below it is right', () => {
    const wrong: string[] = [];
    for (let codePoint = 0x80; codePoint <= 0x10ffff; codePoint += codePoint < 0x30000 ? 1 : 97) {
      if (codePoint >= 0xd800 && codePoint <= 0xdfff) continue;
      const character = String.fromCodePoint(codePoint);
      const forms = [character, character.normalize('NFD'), character.normalize('NFKD')];
      const longest = Math.max(...forms.map((form) => Buffer.byteLength(form)));
      if (textTokenBound(character) !== longest) wrong.push(`U+${codePoint.toString(16)}`);
    }
    expect(wrong).toEqual([]);
  });
});
