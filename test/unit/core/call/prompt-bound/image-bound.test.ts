import { describe, expect, test } from '@jest/globals';
import { imageTokenBound } from '../../../../../core/call/prompt-bound/image-bound.ts';

const MARKS = 16;

describe('Claude', () => {
  test.each([
    // The makers' own examples: 1000 x 1000 takes 36 x 36 patches, and by the older rule 1,334.
    [1_000, 1_000, 1_334],
    [28, 28, 2],
    [1, 1, 1],
    // A thin strip has more patches than pixels for 750.
    [2_000, 1, 72],
    [1_568, 784, 1_640],
    [8_000, 8_000, 1_640],
  ])('%i x %i: at most %i', (width, height, tokens) => {
    expect(imageTokenBound({ width, height }, 'claude')).toBe(tokens + MARKS);
  });

  test.each([
    // 2,691 patches, by the makers' table.
    [1_920, 1_080, 2_765],
    [8_000, 8_000, 5_001],
  ])('in high resolution %i x %i: at most %i', (width, height, tokens) => {
    expect(imageTokenBound({ width, height }, 'claude-high-resolution')).toBe(tokens + MARKS);
  });
});

describe('Nova', () => {
  test.each([
    // The table of the user guide.
    [900, 450, 800],
    [900, 900, 1_300],
    [1_400, 900, 1_800],
    [1_800, 900, 2_400],
    [1_300, 1_300, 2_600],
  ])('%i x %i is at or above the %i tokens of its table', (width, height, tokens) => {
    const both = [
      { width, height },
      { width: height, height: width },
    ];
    for (const size of both) {
      const bound = imageTokenBound(size, 'nova');
      expect(bound).toBeGreaterThanOrEqual(tokens);
      expect(bound).toBeLessThan(tokens * 6);
    }
  });

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
