import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { strictJsonProblem } from '../../../core/strict-json.ts';

describe('strict JSON', () => {
  test.each([
    ['{"a":1,"a":2}', '$.a', /twice/],
    ['{"a":{"b":1,"b":1}}', '$.a.b', /twice/],
    ['[{"x":1},{"x":1,"y":2,"x":3}]', '$[1].x', /twice/],
    ['[[],[1,{"x":[{"a":1,"a":2}]}]]', '$[1][1].x[0].a', /twice/],
    ['{"a":1,"\\u0061":2}', '$.a', /twice/],
    ['{"__proto__":{}}', '$.__proto__', /not allowed/],
    ['{"\\u005f_proto__":{}}', '$.__proto__', /not allowed/],
    ['{"b":2,"a":[0,{"constructor":{"prototype":{}}}]}', '$.a[1].constructor.prototype', /inside/],
    [`${'['.repeat(65)}${']'.repeat(65)}`, `$${'[0]'.repeat(64)}`, /deeper than 64/],
  ])('refuses %s', (text, path, message) => {
    expect(strictJsonProblem(text)).toEqual({ path, message: expect.stringMatching(message) });
  });

  test.each([
    '{"a":"a","b":["a","a"],"c":{"a":1}}',
    '[{"x":1},{"x":1}]',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"\\\\","b":"__proto__"}',
    '{"constructor":"Ferrari","prototype":1,"toString":2,"hasOwnProperty":3}',
    '{"properties":{"constructor":{"type":"string"},"prototype":{"type":"string"}}}',
    `${'['.repeat(64)}${']'.repeat(64)}`,
    '""',
    'null',
  ])('takes %s', (text) => {
    expect(strictJsonProblem(text)).toBeUndefined();
  });

  test('takes whatever JSON.stringify writes of objects with harmless names', () => {
    const value = fc.json({ maxDepth: 6 }).filter((text) => !/__proto__|prototype/.test(text));
    fc.assert(
      fc.property(
        value,
        (text) => strictJsonProblem(JSON.stringify(JSON.parse(text))) === undefined,
      ),
    );
  });

  test.each([
    ['objects', (count: number) => `[${'{},'.repeat(count)}1]`],
    ['lists', (count: number) => `[${'[],'.repeat(count)}1]`],
  ])('a quarter of a million %s are the most', (_, textOf) => {
    expect(strictJsonProblem(textOf(249_999))).toBeUndefined();
    const message = expect.stringMatching(/more than 250000 objects, lists and names/);
    expect(strictJsonProblem(textOf(250_000))).toEqual({ path: '$', message });
  });

  test('160,000 names are the most, in one object or in many', () => {
    const name = (i: number) => `"k${i}":1`;
    const inOne = (count: number) => `{${Array.from({ length: count }, (_, i) => name(i)).join()}}`;
    const inMany = (count: number) => `[${'{"a":1,"b":2},'.repeat(count / 2)}1]`;
    const message = expect.stringMatching(/more than 160000 names: shorten it/);
    for (const textOf of [inOne, inMany]) {
      expect(strictJsonProblem(textOf(160_000))).toBeUndefined();
      expect(strictJsonProblem(textOf(160_002))).toEqual({ path: '$', message });
    }
  });

  test('a long list of numbers or texts is no problem', () => {
    expect(strictJsonProblem(JSON.stringify(Array(400_000).fill('a')))).toBeUndefined();
  });

  test('a very deep text is refused without exhausting the stack', () => {
    const text = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    expect(strictJsonProblem(text)?.message).toMatch(/deeper/);
  });
});
