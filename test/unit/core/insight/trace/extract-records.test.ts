import { describe, expect, test } from '@jest/globals';
import { extractJsonObjects } from '../../../../../core/insight/trace/extract-records.ts';

const LINE = { kind: 'audit', requestId: 'a "quoted" one' };
const OTHER = { kind: 'audit', requestId: 'b' };
const text = JSON.stringify(LINE);
const event = (line: object) => ({ timestamp: 1, ingestionTime: 2, message: JSON.stringify(line) });

describe('audit lines are found in', () => {
  test.each<[string, string, readonly object[]]>([
    ['the line itself', text, [LINE]],
    ['an event', JSON.stringify(event(LINE)), [LINE]],
    ['events on one line', JSON.stringify({ events: [event(LINE), event(OTHER)] }), [LINE, OTHER]],
    ['a list', JSON.stringify([LINE, OTHER]), [LINE, OTHER]],
    ['an export to S3', `2026-11-23T14:05:30.000Z ${text}`, [LINE]],
    [
      'a line of the runtime',
      `2026-11-23T14:05:30.000Z 2026-11-23T14:05:30.000Z\tid\tINFO\t${text}`,
      [LINE],
    ],
    [
      'a result of Logs Insights',
      JSON.stringify({ results: [[{ field: '@message', value: text }]] }),
      [LINE],
    ],
  ])('%s', (_, line, objects) => {
    expect(extractJsonObjects(line)).toEqual({ objects });
  });

  test('lists within lists, as deep as logs have them', () => {
    expect(extractJsonObjects(JSON.stringify([[[LINE]], OTHER]))).toEqual({
      objects: [LINE, OTHER],
    });
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(Object.keys(extractJsonObjects(deep))).toEqual(['objects']);
  });

  test('JSON printed over several lines', () => {
    const printed = JSON.stringify(
      { events: [event(LINE), event(OTHER)], searchedLogStreams: [] },
      null,
      4,
    );
    const found = printed.split('\n').map(extractJsonObjects);
    expect(found.filter((each) => 'unreadable' in each)).toEqual([]);
    expect(found.flatMap((each) => ('objects' in each ? each.objects : []))).toEqual([LINE, OTHER]);
  });
});

test.each([
  ['nothing', '', { objects: [] }],
  ['words', 'START RequestId: 1', { unreadable: 'is not JSON' }],
  ['a line that was cut', text.slice(0, -5), { unreadable: 'is not JSON' }],
  [
    'an export that was cut',
    `2026-11-23T14:05:30.000Z ${text.slice(0, -5)}`,
    { unreadable: 'is cut off' },
  ],
  [
    'a line of the platform in an export',
    '2026-11-23T14:05:30.000Z START RequestId: 1',
    { objects: [] },
  ],
])('of %s', (_, line, found) => {
  expect(extractJsonObjects(line)).toEqual(found);
});

// A way through them that grows with the square of their length would take hours.
test.each<[string, (length: number) => string]>([
  ['a member and blanks', (length) => `"a":${' '.repeat(length)}\u2028x`],
  ['a message and blanks', (length) => `"message": "${'" '.repeat(length)}x`],
  ['an export and blanks', (length) => `2026-11-23T14:05:30Z${' '.repeat(length)}\u2028x`],
  ['brackets', (length) => `${'[]'.repeat(length)}x`],
])('long lines of %s are gone through once', (_, line) => {
  expect(Object.keys(extractJsonObjects(line(2_000_000)))).toHaveLength(1);
});
