/**
 * The ledger under simulated crashes, lost answers, delayed copies and moving policies; and proof
 * that the simulation would notice if the ledger were wrong. Longer: `npm run test:simulate`.
 */
import { describe, expect, test } from '@jest/globals';
import { BROKEN_LEDGERS } from '../ledger-simulation/broken-ledgers.ts';
import type { CallPlan, Plan, StreamPlan } from '../ledger-simulation/plan.ts';
import { planOf } from '../ledger-simulation/plan-of-seed.ts';
import { runPlan } from '../ledger-simulation/run.ts';
import { shrink } from '../ledger-simulation/shrink.ts';
import type { RunOptions, RunResult } from '../ledger-simulation/simulated-run.ts';

const SEEDS = 240;
const GROUP = 40;
/** Every broken ledger was caught within 80 seeds when this was written (2026-11). */
const BROKEN_SEEDS = 150;
const MINUTES_MS = 600_000;

const groups = Array.from({ length: SEEDS / GROUP }, (_, i) => i * GROUP + 1);

async function firstFailure(
  from: number,
  count: number,
  options: RunOptions = {},
): Promise<{ seed: number; result: RunResult } | undefined> {
  for (let seed = from; seed < from + count; seed++) {
    const result = await runPlan(planOf(seed), options);
    if (result.violation) return { seed, result };
  }
  return undefined;
}

describe('the ledger', () => {
  test.each(groups)(
    'keeps every invariant in %d and the seeds after it',
    async (from) => {
      const failure = await firstFailure(from, GROUP);
      const says =
        failure &&
        `${failure.result.violation?.message}; replay: npm run test:simulate -- --seed ${failure.seed}`;
      expect(says).toBeUndefined();
    },
    MINUTES_MS,
  );

  test('runs the same way twice from one seed', async () => {
    const [first, second] = [await runPlan(planOf(5)), await runPlan(planOf(5))];
    expect(second).toEqual(first);
    expect(first.steps).toBeGreaterThan(100);
  });

  test(
    'meets calls of every kind: approved, denied, without a reservation and neither',
    async () => {
      const met = new Set<string>();
      for (let seed = 1; seed <= 2 * GROUP; seed++) {
        const { decisions } = await runPlan(planOf(seed));
        for (const decision of Object.keys(decisions)) met.add(decision);
      }
      expect([...met].sort()).toEqual(['approved', 'denied', 'none', 'other', 'unreserved']);
    },
    MINUTES_MS,
  );
});

describe('a stream', () => {
  const EVENTS = 4;
  const ENDS = ['whole', 'noUsage', 'exception', 'lost'] as const;
  const FAULTS = ['lostBefore', 'lostAfter', 'delayed'] as const;
  const streamed = (stream: Partial<StreamPlan>, faults: CallPlan['faults']): Plan => ({
    ...planOf(1),
    hosts: [0, 0],
    crashes: [],
    changes: [],
    calls: [
      {
        id: 'c0',
        requestId: 'r-c0',
        at: 0,
        costCenter: 'alpha',
        environment: 'production',
        model: 'small',
        maxTokens: 100,
        textLength: 100,
        execution: 'stream',
        isTooLarge: false,
        answers: [
          {
            outcome: 'ok',
            milliseconds: 5,
            outputPercent: 50,
            inputPercent: 50,
            report: 'complete',
          },
        ],
        pauses: [],
        faults,
        stream: { events: EVENTS, gapMs: 5, end: 'whole', ...stream },
      },
    ],
    limits: [
      {
        owner: 'costCenter#alpha',
        name: 'first',
        window: 'month',
        unit: 'usd',
        amount: 1_000_000_000,
        mode: 'enforce',
      },
    ],
  });
  const moments = Array.from({ length: EVENTS + 3 }, (_, event) => event);

  test.each(ENDS)('that ends %s is settled once, whatever happens at each event', async (end) => {
    const happenings = moments.flatMap((event) => [
      { crashesAt: event },
      { leavesAfter: event + 1 },
      { crashesAt: event, leavesAfter: 1 },
    ]);
    // Requests to the table: what is reserved, and what is settled.
    const lost = FAULTS.flatMap((fault) => [0, 1, 2].map((request) => ({ [request]: fault })));
    const plans = [
      streamed({ end }, {}),
      ...happenings.map((happening) => streamed({ end, ...happening }, {})),
      ...lost.map((faults) => streamed({ end, leavesAfter: 3 }, faults)),
    ];
    for (const plan of plans) {
      const { violation, decisions } = await runPlan(plan);
      expect(violation).toBeUndefined();
      expect(Object.values(decisions)).toEqual([1]);
    }
  });

  test('whose reservation is released when its reader leaves is caught', async () => {
    const variation = BROKEN_LEDGERS.find(({ releasesLeftStreams }) => releasesLeftStreams);
    for (const moment of moments.slice(0, EVENTS)) {
      const plan = streamed({ leavesAfter: moment + 1 }, {});
      const { violation } = await runPlan(plan, variation && { variation });
      expect(violation?.invariant).toBe('I6');
    }
  });
});

describe('a ledger that', () => {
  test.each(BROKEN_LEDGERS.map((variation) => [variation.name, variation] as const))(
    '%s is caught',
    async (_, variation) => {
      expect(await firstFailure(1, BROKEN_SEEDS, { variation })).toBeDefined();
    },
    MINUTES_MS,
  );

  test(
    'fails is shrunk to a smaller plan that fails in the same way',
    async () => {
      const [variation] = BROKEN_LEDGERS;
      if (!variation) throw new Error('there are broken ledgers');
      const failure = await firstFailure(1, BROKEN_SEEDS, { variation });
      if (!failure) throw new Error('it was not caught');
      const plan = planOf(failure.seed);
      const small = await shrink(plan, failure.result, { variation });
      expect(small.plan.calls.length).toBeLessThan(plan.calls.length);
      expect(small.result.violation?.invariant).toBe(failure.result.violation?.invariant);
      expect((await runPlan(small.plan)).violation).toBeUndefined();
    },
    MINUTES_MS,
  );
});
