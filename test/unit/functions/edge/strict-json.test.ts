import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { strictJsonProblem } from '../../../../functions/edge/strict-json.ts';

describe('strict JSON', () => {
  test.each([
    ['{"a":1,"a":2}', /twice/],
    ['{"a":{"b":1,"b":1}}', /twice/],
    ['[{"x":1},{"x":1,"y":2,"x":3}]', /twice/],
    ['{"a":1,"\\u0061":2}', /twice/],
    ['{"__proto__":{}}', /__proto__/],
    ['{"a":[{"constructor":1}]}', /constructor/],
    [`${'['.repeat(33)}${']'.repeat(33)}`, /deeper than 32/],
  ])('refuses %s', (text, problem) => {
    expect(strictJsonProblem(text)).toMatch(problem);
  });

  test.each([
    '{"a":"a","b":["a","a"],"c":{"a":1}}',
    '[{"x":1},{"x":1}]',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"a":"\\\\","b":"__proto__"}',
    `${'['.repeat(32)}${']'.repeat(32)}`,
    '""',
    'null',
  ])('takes %s', (text) => {
    expect(strictJsonProblem(text)).toBeUndefined();
  });

  test('takes whatever JSON.stringify writes of objects with harmless names', () => {
    const value = fc
      .json({ maxDepth: 6 })
      .filter((text) => !/__proto__|constructor|prototype/.test(text));
    fc.assert(
      fc.property(
        value,
        (text) => strictJsonProblem(JSON.stringify(JSON.parse(text))) === undefined,
      ),
    );
  });

  test('a very deep text is refused without exhausting the stack', () => {
    const text = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    expect(strictJsonProblem(text)).toMatch(/deeper/);
  });
});
