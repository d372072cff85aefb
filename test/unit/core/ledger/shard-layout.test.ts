import { describe, expect, test } from '@jest/globals';
import {
  maxShards,
  nextShardLayout,
  ONE_SHARD,
  parseShardLayout,
  shardCountAt,
  shardLayoutJson,
} from '../../../../core/ledger/shard-layout.ts';
import type { ShardLayout } from '../../../../core/policy/policy.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;
const LAYOUT_DELAY_MS = 15 * 60_000;
const HISTORY = 3;

/** Two, from yesterday four, from tomorrow one. */
const changing: ShardLayout = [
  { shards: 2, from: 0 },
  { shards: 4, from: NOW - DAY_MS },
  { shards: 1, from: NOW + DAY_MS },
];

describe('a window', () => {
  test.each([
    ['before every entry', -1, 2],
    ['before the change', NOW - DAY_MS - 1, 2],
    ['that begins with the change', NOW - DAY_MS, 4],
    ['open now', NOW, 4],
    ['of the next change', NOW + DAY_MS, 1],
    ['long after', NOW + 1_000 * DAY_MS, 1],
  ])('%s keeps the split it begins with', (_when, startsAt, shards) => {
    expect(shardCountAt(changing, startsAt)).toBe(shards);
  });

  test('of any age is looked for in the most shards there were', () => {
    expect(maxShards(changing)).toBe(4);
    expect(maxShards(ONE_SHARD)).toBe(1);
  });
});

describe('the next layout', () => {
  test('is the stored one while the count is the wanted one', () => {
    expect(nextShardLayout(ONE_SHARD, 1, NOW, HISTORY)).toBeUndefined();
    expect(nextShardLayout(changing, 1, NOW, HISTORY)).toBeUndefined();
  });

  test('announces another count for windows that begin after everybody knows', () => {
    expect(nextShardLayout(ONE_SHARD, 4, NOW, HISTORY)).toEqual([
      { shards: 1, from: 0 },
      { shards: 4, from: NOW + LAYOUT_DELAY_MS },
    ]);
  });

  test('leaves alone what windows open now are split by, and is stable once stored', () => {
    const next = nextShardLayout(ONE_SHARD, 4, NOW, HISTORY) ?? ONE_SHARD;
    expect(shardCountAt(next, NOW)).toBe(1);
    expect(shardCountAt(next, NOW + LAYOUT_DELAY_MS)).toBe(4);
    expect(nextShardLayout(next, 4, NOW + 60_000, HISTORY)).toBeUndefined();
  });

  test('comes after a change that is announced and not yet in force', () => {
    const next = nextShardLayout(changing, 8, NOW, HISTORY);
    expect(next?.at(-1)).toEqual({ shards: 8, from: NOW + DAY_MS + 1 });
    expect(next).toHaveLength(4);
  });

  test('drops entries under which no kept window began', () => {
    const old = [
      { shards: 16, from: 0 },
      { shards: 2, from: NOW - 1_000 * DAY_MS },
      { shards: 4, from: NOW - DAY_MS },
    ] as const;
    expect(nextShardLayout(old, 4, NOW, HISTORY)).toBeUndefined();
    const more: ShardLayout = [...old, { shards: 8, from: NOW - 3_600_000 }];
    const longAgo = { shards: 3, from: NOW - 2_000 * DAY_MS };
    const stored: ShardLayout = [old[0], longAgo, ...more.slice(1)];
    // The first stays: windows that never end are split by it.
    expect(nextShardLayout(stored, 8, NOW, HISTORY)).toEqual(more);
  });

  test('keeps an entry as long as a kept window may have begun under it', () => {
    const recent: ShardLayout = [
      { shards: 16, from: 0 },
      { shards: 4, from: NOW - HISTORY * 31 * DAY_MS },
    ];
    expect(nextShardLayout(recent, 4, NOW, HISTORY)).toBeUndefined();
  });
});

describe('the stored form', () => {
  test.each([ONE_SHARD, changing].map((layout) => [layout]))('is read back: %j', (layout) => {
    expect(parseShardLayout(shardLayoutJson(layout))).toEqual(layout);
  });

  test('is sorted by when an entry begins', () => {
    expect(parseShardLayout('[{"shards":2,"from":9},{"shards":1,"from":0}]')).toEqual([
      { shards: 1, from: 0 },
      { shards: 2, from: 9 },
    ]);
  });

  test.each([
    '',
    'null',
    '{}',
    '[]',
    '[null]',
    '[{"shards":1}]',
    '[{"from":0}]',
    '[{"shards":0,"from":0}]',
    '[{"shards":65,"from":0}]',
    '[{"shards":1.5,"from":0}]',
    '[{"shards":"2","from":0}]',
    '[{"shards":1,"from":0.5}]',
    '[{"shards":1,"from":0},{"shards":2}]',
  ])('%s is no layout', (body) => {
    expect(parseShardLayout(body)).toBeUndefined();
  });
});
