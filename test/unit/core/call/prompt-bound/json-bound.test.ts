import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonTokenBound } from '../../../../../core/call/prompt-bound/json-bound.ts';
import { textTokenBound } from '../../../../../core/call/prompt-bound/text-bound.ts';

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

  /** The text itself, rendered, whose size the bound must cover. */
  function renderedBound(json: unknown): number {
    const text = JSON.stringify(JSON.stringify(json, undefined, 4));
    const escapes = text.match(/[^\0-\x7f]/g)?.length ?? 0;
    return Math.max(text.length + escapes * 6, textTokenBound(text)) + 32 * keysOf(json);
  }

  function keysOf(json: unknown): number {
    if (typeof json !== 'object' || json === null) return 0;
    const inner = Object.values(json).reduce((sum: number, each) => sum + keysOf(each), 0);
    return inner + (Array.isArray(json) ? 0 : Object.keys(json).length);
  }

  test('is exactly that of the rendered text', () => {
    const unit = fc.constantFrom(
      'a',
      '"',
      '\\\\',
      '\n',
      '\0',
      '\x7f',
      '\u00e9',
      '\ud83d',
      '\u{1f600}',
      '\u2028',
    );
    const options = {
      key: fc.string({ unit }),
      values: [fc.string({ unit }), fc.double(), fc.boolean(), fc.constant(null)],
    };
    fc.assert(
      fc.property(fc.object(options), (each) => {
        const parsed: unknown = JSON.parse(JSON.stringify(each));
        expect(jsonTokenBound(parsed)).toBe(renderedBound(parsed));
      }),
      { numRuns: 500, examples: [[{}], [{ a: [] }], [{ a: [[[{}]]] }]] },
    );
  });

  test('renders nothing: deep nesting makes its text large, not its memory', () => {
    let nested: unknown = Array.from({ length: 200_000 }, () => 1);
    for (let depth = 0; depth < 24; depth += 1) nested = [nested];
    const before = process.memoryUsage();
    expect(jsonTokenBound(nested)).toBeGreaterThan(20_000_000);
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown).toBeLessThan(20_000_000);
  });
});
