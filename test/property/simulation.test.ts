/**
 * The ledger under simulated crashes, lost answers, delayed copies and moving policies; and proof
 * that the simulation would notice if the ledger were wrong. Longer: `npm run test:simulate`.
 */
import { describe, expect, test } from '@jest/globals';
import { BROKEN_LEDGERS } from '../simulation/broken-ledgers.ts';
import { planOf } from '../simulation/plan.ts';
import { runPlan } from '../simulation/run.ts';
import { shrink } from '../simulation/shrink.ts';
import type { RunOptions, RunResult } from '../simulation/simulated-run.ts';

const SEEDS = 240;
const GROUP = 40;
/** Every broken ledger was caught within 25 seeds when this was written (2026-11). */
const BROKEN_SEEDS = 100;
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
