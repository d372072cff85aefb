/**
 * The forecast and its alerts, over histories as the sweep makes them: a look every minute or few,
 * samples kept when they are due.
 */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { detectBurnRates } from '../../core/insight/forecast/burn-rate.ts';
import { forecastOf } from '../../core/insight/forecast/forecast.ts';
import { samplesUpTo } from '../../core/insight/forecast/usage-rate.ts';
import {
  addSample,
  isSampleDue,
  type LimitHistory,
  runningTotal,
} from '../../core/insight/forecast/usage-samples.ts';
import { historyJson, parseHistory } from '../../core/insight/forecast/usage-samples-json.ts';
import { periodAt } from '../../core/windows.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-20T00:00:00Z');

interface Seen {
  readonly at: number;
  readonly used: number;
  readonly burns: ReturnType<typeof detectBurnRates>;
}

/** Looks once a minute at a limit whose settled use is a function of time since midnight. */
function* watch(
  window: 'day' | 'month',
  amount: number,
  usedAt: (ms: number) => number,
  minutes: number,
  step = 1,
): Generator<Seen & { readonly history: LimitHistory }> {
  const settled = new Map<string, number>();
  let kept: LimitHistory | undefined;
  for (let minute = 0; minute < minutes; minute += step) {
    const now = START + minute * MINUTE;
    const period = periodAt(window, now, 'UTC');
    const used = usedAt(now - Math.max(START, period.startsAt));
    settled.set(period.name, used);
    const status = { amount, used, endsAt: period.endsAt, now };
    const burns = detectBurnRates(samplesUpTo(kept, settled, now), status);
    if (isSampleDue(kept, settled, now)) kept = addSample(kept, settled, period.name, now);
    if (kept) yield { at: now, used, burns, history: kept };
  }
}

const DAY_MINUTES = 24 * 60;

describe('an alert', () => {
  test('never comes of constant use that ends under the limit, in calls of any small size', () => {
    const cases = fc.record({
      amount: fc.integer({ min: 1_000, max: 2 ** 50 }),
      percent: fc.integer({ min: 1, max: 94 }),
      calls: fc.integer({ min: 100, max: 5_000 }),
    });
    const neverAlerts = ({
      amount,
      percent,
      calls,
    }: {
      amount: number;
      percent: number;
      calls: number;
    }) => {
      const total = (BigInt(amount) * BigInt(percent)) / 100n;
      const usedAt = (ms: number) => {
        const made = BigInt(Math.floor((ms * calls) / (24 * HOUR)));
        return Number((total * made) / BigInt(calls));
      };
      const looks = [...watch('day', amount, usedAt, 2 * DAY_MINUTES, 3)];
      expect(looks.filter(({ burns }) => burns.length > 0)).toEqual([]);
    };
    fc.assert(fc.property(cases, neverAlerts), { numRuns: 25 });
  });

  test('comes before the limit is reached, for every steady use that is too fast', () => {
    const cases = fc.record({
      amount: fc.integer({ min: 1_000, max: 2 ** 50 }),
      /** From 15 minutes to nearly the whole day. */
      reachedAfter: fc.integer({ min: 15, max: 23 * 60 }),
      idle: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(cases, ({ amount, reachedAfter, idle }) => {
        const usedAt = (ms: number) => {
          const minutes = Math.max(0, Math.floor(ms / MINUTE) - idle);
          return Number((BigInt(amount) * BigInt(minutes)) / BigInt(reachedAfter));
        };
        let published: number | undefined;
        for (const { at, used, burns } of watch('day', amount, usedAt, DAY_MINUTES)) {
          if (used >= amount) {
            expect(published).toBeDefined();
            return;
          }
          if (burns.length > 0) published ??= at;
          if (burns.some(({ reachedAt }) => reachedAt <= at))
            throw new Error('an alert about the past');
        }
      }),
      { numRuns: 30 },
    );
  });

  test('of a month comes at least two days before a limit that is reached on day 20', () => {
    const reachedAfter = 9 * DAY_MINUTES;
    const usedAt = (ms: number) => Math.floor(ms / MINUTE) * 1_000;
    let published: number | undefined;
    const looks = watch('month', reachedAfter * 1_000, usedAt, reachedAfter, 10);
    for (const { at, burns } of looks) if (burns.length > 0) published ??= at;
    const left = START + reachedAfter * MINUTE - (published ?? Number.POSITIVE_INFINITY);
    expect(left).toBeGreaterThan(48 * HOUR);
    expect(left).toBeLessThan(73 * HOUR);
  });

  test('is not caused by one expensive call, and is caused by the same each five minutes', () => {
    const once = (ms: number) => (ms >= 6 * HOUR ? 600 : 0);
    expect([...watch('day', 1_000, once, DAY_MINUTES)].flatMap(({ burns }) => burns)).toEqual([]);
    const often = (ms: number) => 50 * Math.max(0, Math.floor((ms - 6 * HOUR) / (5 * MINUTE)));
    const burning = [...watch('day', 1_000, often, 7 * 60)].filter(({ burns }) => burns.length > 0);
    expect(burning.length).toBeGreaterThan(0);
  });

  test('stops when the use stops, though the hour before still shows it', () => {
    const usedAt = (ms: number) => Math.min(500, Math.floor(ms / MINUTE) * 5);
    const looks = [...watch('day', 1_000, usedAt, 150)];
    const burning = looks.filter(({ burns }) => burns.some(({ pace }) => pace === 'fast'));
    expect(burning.at(-1)?.at).toBeLessThan(START + 110 * MINUTE);
  });
});

describe('samples', () => {
  const steps = fc.array(
    fc.record({
      minutes: fc.integer({ min: 1, max: 300 }),
      use: fc.integer({ min: 0, max: 10_000 }),
    }),
    { minLength: 1, maxLength: 600 },
  );

  test('are bounded, in order, and go on past the ends of windows', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const settled = new Map<string, number>();
        let [now, used, kept]: [number, number, LimitHistory | undefined] = [START, 0, undefined];
        let first: { readonly at: number; readonly used: number }[] = [];
        for (const { minutes, use } of all) {
          now += minutes * MINUTE;
          used += use;
          const { name } = periodAt('day', now, 'UTC');
          settled.set(name, (settled.get(name) ?? 0) + use);
          if (!isSampleDue(kept, settled, now)) continue;
          kept = addSample(kept, settled, name, now);
          first = [...first, { at: now, used }];
        }
        if (!kept) throw new Error('the first look is due');
        expect(kept.samples.length).toBeLessThanOrEqual(100);
        expect(parseHistory(historyJson(new Map([['a', kept]]))).get('a')).toEqual(kept);
        const [oldest] = kept.samples;
        const then = first.find(({ at }) => at === oldest.at);
        expect(runningTotal(kept, settled)).toBe(used - (then?.used ?? 0));
        const times = kept.samples.map(({ at }) => at);
        expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a forecast', () => {
  const period = periodAt('month', START, 'UTC');
  const of = (used: number, now: number, amount = 1_000) =>
    forecastOf([], { limit: { window: 'month', unit: 'tokens', amount }, period, used, now });

  test('is integers, never ends below what is used, and divides by nothing at the first moment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: period.startsAt, max: period.endsAt }),
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        (used, now, amount) => {
          const { projected, perHour, reachedAt } = of(used, now, amount);
          for (const figure of [projected, perHour.window]) {
            expect(Number.isSafeInteger(figure)).toBe(true);
          }
          expect(projected).toBeGreaterThanOrEqual(used);
          if (reachedAt !== undefined) {
            expect(Date.parse(reachedAt)).toBeGreaterThanOrEqual(now);
            expect(Date.parse(reachedAt)).toBeLessThan(period.endsAt);
            expect(used).toBeLessThan(amount);
          }
        },
      ),
    );
  });

  test('rises with what is used, and says an earlier moment', () => {
    const moment = fc.integer({ min: period.startsAt + 1, max: period.endsAt - 1 });
    const amounts = fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 999 }));
    fc.assert(
      fc.property(amounts, moment, ([a, b], now) => {
        const [less, more] = [of(Math.min(a, b), now), of(Math.max(a, b), now)];
        expect(more.projected).toBeGreaterThanOrEqual(less.projected);
        if (less.reachedAt === undefined) return;
        expect(Date.parse(more.reachedAt ?? '')).toBeLessThanOrEqual(Date.parse(less.reachedAt));
      }),
    );
  });
});

test('samples of an owner fit into an item, however many limits and digits they have', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const samples: LimitHistory['samples'] = [
    { at: START, total: 0 },
    ...Array.from({ length: 99 }, (_, i) => ({
      at: START + (i + 1) * 60 * MINUTE,
      total: i % 2 === 0 ? most : 0,
    })),
  ];
  const kept: LimitHistory = { period: '2026-11-23', settled: most, samples };
  const limits = Array.from({ length: 400 }, (_, i) => [`${'x'.repeat(60)}${i}`, kept] as const);
  expect(historyJson(new Map(limits)).length).toBeLessThan(400_000);
});

test.each([
  '',
  '[]',
  '{',
  '{"a":1}',
  '{"a":["2026-11","x",1]}',
  '{"a":["2026-11",1]}',
  '{"a":["2026-11",1,2,3]}',
])('a text that is not a history is refused: %s', (text) => {
  expect(parseHistory(text).size).toBe(0);
});
