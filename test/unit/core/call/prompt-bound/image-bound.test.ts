import { describe, expect, test } from '@jest/globals';
import { imageTokenBound } from '../../../../../core/call/prompt-bound/image-bound.ts';

const MARKS = 16;

describe('Claude', () => {
  test.each([
    // The makers' own examples: 1000 x 1000 takes 36 x 36 patches, and by the older rule 1,334.
    { width: 1_000, height: 1_000, tokens: 1_334 },
    { width: 28, height: 28, tokens: 2 },
    { width: 1, height: 1, tokens: 1 },
    // A thin strip has more patches than pixels for 750.
    { width: 2_000, height: 1, tokens: 72 },
    { width: 1_568, height: 784, tokens: 1_640 },
    { width: 8_000, height: 8_000, tokens: 1_640 },
  ])('$width x $height: at most $tokens', ({ tokens, ...size }) => {
    expect(imageTokenBound(size, 'claude')).toBe(tokens + MARKS);
  });

  test.each([
    // 2,691 patches, by the makers' table.
    { width: 1_920, height: 1_080, tokens: 2_765 },
    { width: 8_000, height: 8_000, tokens: 5_001 },
  ])('in high resolution $width x $height: at most $tokens', ({ tokens, ...size }) => {
    expect(imageTokenBound(size, 'claude-high-resolution')).toBe(tokens + MARKS);
  });
});

describe('Nova', () => {
  test.each([
    // The table of the user guide.
    { width: 900, height: 450, tokens: 800 },
    { width: 900, height: 900, tokens: 1_300 },
    { width: 1_400, height: 900, tokens: 1_800 },
    { width: 1_800, height: 900, tokens: 2_400 },
    { width: 1_300, height: 1_300, tokens: 2_600 },
  ])(
    '$width x $height is at or above the $tokens tokens of its table',
    ({ width, height, tokens }) => {
      const both = [
        { width, height },
        { width: height, height: width },
      ];
      for (const size of both) {
        const bound = imageTokenBound(size, 'nova');
        expect(bound).toBeGreaterThanOrEqual(tokens);
        expect(bound).toBeLessThan(tokens * 6);
      }
    },
  );

  test('a tiny image is made larger before it is counted', () => {
    expect(imageTokenBound({ width: 1, height: 1 }, 'nova')).toBeGreaterThan((896 * 896) / 506);
  });

  test('a larger image never has a lower bound', () => {
    for (let side = 1; side < 8_000; side += 37) {
      const bound = (plus: number) =>
        imageTokenBound({ width: side + plus, height: side + plus }, 'nova') ?? 0;
      expect(bound(37)).toBeGreaterThanOrEqual(bound(0));
    }
  });
});

test('Llama 3.2 takes four tiles at most', () => {
  expect(imageTokenBound({ width: 8_000, height: 8_000 }, 'llama-3-2')).toBe(4 * 1_601 + MARKS);
});
