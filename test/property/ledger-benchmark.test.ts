import { describe, expect, test } from '@jest/globals';
import { overshootChart } from '../bench/ledger/chart.ts';
import { runCallers } from '../bench/ledger/closed-loop.ts';
import { LABELS } from '../bench/ledger/contenders.ts';
import { type Goodput, measureGoodput } from '../bench/ledger/goodput.ts';
import { brokenPromises } from '../bench/ledger/run.ts';
import { trafficOf } from '../bench/ledger/traffic.ts';
import { runVirtually, type VirtualRun } from '../bench/ledger/virtual.ts';
import { measureWriteCost, sustained } from '../bench/ledger/write-units.ts';

const runOf = (over: Pick<VirtualRun, 'contender' | 'callers'> & Partial<VirtualRun>) =>
  runVirtually({ seed: 1, limitUsd: 1, patience: 5, ...over });

const broken = (overshoot: Parameters<typeof brokenPromises>[0]['overshoot']) =>
  brokenPromises({ overshoot, shards: [], engine: [], goodput: [] });

describe('the benchmark of the ledger, small', () => {
  test.each([
    [10, 1],
    [10, 2],
    [100, 1],
    [100, 2],
  ])('the ledger holds the limit under %i callers, with the seed %i', async (callers, seed) => {
    const outcome = await runOf({ contender: 'ledger', callers, seed });
    expect(outcome.overshootNanoUsd).toBe(0);
    expect(outcome.denials.unfounded).toBe(0);
    expect(outcome.refusesWhatIsLeft).toBe(false);
    expect(outcome.utilizationPercent).toBeGreaterThan(95);
    expect(broken([outcome])).toEqual([]);
  });

  test('the ledger holds the limit over several shards whose requests mix', async () => {
    const run = { contender: 'ledger', callers: 50, shards: 4, isLocal: true } as const;
    const outcome = await runOf(run);
    expect(outcome.overshootNanoUsd).toBe(0);
    expect(outcome.refusesWhatIsLeft).toBe(false);
  });

  test.each([
    ['read-then-write', 10],
    ['read-then-write', 100],
    ['counter-2min', 10],
    ['counter-2min', 100],
    ['counter-5min', 10],
    ['counter-5min', 100],
  ] as const)('%s overshoots under %i callers, and would not pass', async (contender, callers) => {
    const outcome = await runOf({ contender, callers });
    expect(outcome.overshootNanoUsd).toBeGreaterThan(0);
    expect(broken([{ ...outcome, contender: 'ledger' }])).toEqual([
      expect.stringContaining('overshot by'),
    ]);
  });

  test('a later counter overshoots by more', async () => {
    const two = await runOf({ contender: 'counter-2min', callers: 10 });
    const five = await runOf({ contender: 'counter-5min', callers: 10 });
    expect(five.overshootNanoUsd).toBeGreaterThan(two.overshootNanoUsd);
  });

  test('the same seed gives the same figures', async () => {
    const run = { contender: 'ledger', callers: 10 } as const;
    expect(await runOf(run)).toEqual(await runOf(run));
  });

  test('a contender that denies what fits is found out, at rest and in flight', async () => {
    const counts = { spent: 0, asked: 0 };
    const outcome = await runCallers({
      traffic: trafficOf({ seed: 1, limitUsd: 1 }),
      contender: {
        // Lets every other call through, whatever is left.
        decide: async ({ actual }) => {
          counts.asked += 1;
          if (counts.asked % 2 === 0 || counts.asked > 20) return undefined;
          return async () => {
            counts.spent += actual.usd;
          };
        },
        counted: async () => counts.spent,
      },
      callers: 1,
      patience: 3,
      waiting: { sleep: async () => undefined },
    });
    expect(outcome.approved).toBe(10);
    // The last of them asked for more than was left.
    expect(outcome.denials.unfounded).toBe(outcome.denied - 1);
    expect(outcome.denials.unfoundedAtRest).toBe(outcome.denials.unfounded);
    const virtual = await runOf({ contender: 'ledger', callers: 10 });
    expect(broken([{ ...virtual, ...outcome }])).toEqual([
      expect.stringContaining(`falsely denied ${outcome.denials.unfounded}`),
      expect.stringContaining('falsely denied a call for what was left'),
    ]);
  });

  test('a call makes two writes, however many are in flight, and more expensive ones the more', async () => {
    const costs = await Promise.all([0, 50].map((inFlight) => measureWriteCost(1, inFlight)));
    expect(costs.map(({ writesPerCall }) => writesPerCall)).toEqual([2, 2]);
    expect(costs.map(({ unitsToReserve }) => unitsToReserve)).toEqual(
      costs.map(({ itemBytes }) => Math.ceil(itemBytes / 1024)),
    );
    expect(costs[1]?.unitsToReserve).toBeGreaterThan(costs[0]?.unitsToReserve ?? 0);
    const [one, four] = [sustained(costs, 1, 3), sustained(costs, 4, 3)];
    expect(one.callsPerSecond * one.unitsPerCall).toBeLessThanOrEqual(1_000);
    expect(four.callsPerSecond).toBeGreaterThanOrEqual(4 * one.callsPerSecond);
  });

  test('the chart names every contender and draws every row', async () => {
    const rows = await Promise.all([
      runOf({ contender: 'ledger', callers: 10 }),
      runOf({ contender: 'read-then-write', callers: 10 }),
      runOf({ contender: 'counter-2min', callers: 10 }),
      runOf({ contender: 'counter-5min', callers: 10 }),
    ]);
    const chart = overshootChart(rows, 1);
    for (const label of Object.values(LABELS)) expect(chart).toContain(label);
    expect(chart.match(/<(?:circle|polygon) /g)).toHaveLength(rows.length);
    expect(chart).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('200 callers on a limit worth 50 worst cases, which obey Retry-After', () => {
  const run = { seed: 1, callers: 200, worth: 50 } as const;
  const brokenBy = (row: Goodput) =>
    brokenPromises({ overshoot: [], shards: [], engine: [], goodput: [row] });

  test.each([1, 3, 30, 120])(
    'calls of %i s are served within three lengths of a call while they fit',
    async (callSeconds) => {
      const row = await measureGoodput({ ...run, callSeconds });
      expect(row.servedAtOnce).toBe(50);
      expect(row.served).toBeGreaterThan(75);
      // In the best case other calls are served, which cost other amounts.
      expect(row.served / row.fit).toBeGreaterThan(0.95);
      expect(row.longestWait).toBeLessThanOrEqual(3);
      expect(row.lastAfter).toBeGreaterThanOrEqual(1);
      expect(row).toMatchObject({ overshootNanoUsd: 0, leavesWhatFits: false });
      expect(brokenBy(row)).toEqual([]);
    },
  );

  test('a promise that is not kept is found out', async () => {
    const row = await measureGoodput({ ...run, callers: 8, worth: 2, callSeconds: 3 });
    expect(brokenBy({ ...row, longestWait: 3.1 })).toEqual([expect.stringContaining('3.1')]);
    expect(brokenBy({ ...row, leavesWhatFits: true })).toHaveLength(1);
    expect(brokenBy({ ...row, overshootNanoUsd: 1 })).toHaveLength(1);
  });
});
