/** Limits under real concurrency: hundreds of callers at once, on a real engine. */
import { expect, test } from '@jest/globals';
import type { TestLedger } from '../../support/ledger.ts';
import { amounts, CenterCalls, type Decision } from '../../support/ledger-calls.ts';
import { holdingsOf } from './at-rest.ts';
import { describeOn } from './describe-on.ts';
import type { ConformanceEngine } from './engines.ts';

const FIT = 41;
const SHARDS = [1, 4] as const;

const countOf = (decisions: readonly Decision[], outcome: Decision['outcome']) =>
  decisions.filter((decision) => decision.outcome === outcome).length;

/** How many calls an engine lets through, and what it holds afterwards. */
export const describeLimits = (of: ConformanceEngine): void =>
  describeOn(of, 'limits', (table) => {
    exactCounts(of, table);
    severalLimits(of, table);
    severalAccounts(of, table);
    refusedCall(of, table);
  });

/** Amounts of which 41 calls fit; what is left of the larger ones lies spread over the shards. */
const ROWS = [
  { unit: 'requests', amount: FIT, callers: 'many', each: amounts(1_000), shards: 1 },
  { unit: 'requests', amount: FIT, callers: 'many', each: amounts(1_000), shards: 4 },
  { unit: 'tokens', amount: FIT * 100 + 99, callers: 'some', each: amounts(0), shards: 4 },
  { unit: 'usd', amount: 0.000_041_9, callers: 'some', each: amounts(1_000), shards: 1 },
] as const;

function exactCounts({ callers: counts }: ConformanceEngine, table: () => TestLedger): void {
  test.each(ROWS.map((row) => ({ ...row, callers: counts[row.callers] })))(
    `of $callers callers a limit of $amount $unit on $shards shards lets exactly ${FIT} through`,
    async ({ unit, amount, callers, each, shards }) => {
      const calls = new CenterCalls(table());
      const limits = [{ name: 'l', window: 'month', unit, amount }];
      const policy = calls.withLimits(limits, { ledger: { shards } });
      const call = () => calls.reserve(policy, { worstCase: each });
      const decisions = await Promise.all(Array.from({ length: callers }, call));
      const reserved = countOf(decisions, 'reserved');
      expect(reserved + countOf(decisions, 'denied')).toBe(callers);
      expect(reserved).toBeLessThanOrEqual(FIT);
      // Only callers that each wanted the same scattered rest may have kept it from each other.
      if (shards === 1 || unit === 'requests') expect(reserved).toBe(FIT);
      for (let i = reserved; i < FIT; i++)
        expect(await call()).toMatchObject({ outcome: 'reserved' });
      expect(await call()).toMatchObject({ outcome: 'denied' });
      const { counters, held, shards: used } = await holdingsOf(table(), calls.owner, shards);
      expect(Object.values(counters)).toEqual([{ committed: FIT * each[unit], settled: 0 }]);
      expect(held).toBe(FIT);
      expect(used).toBe(shards);
    },
  );
}

function severalLimits({ callers }: ConformanceEngine, table: () => TestLedger): void {
  test.each(SHARDS)(
    'several limits at once hold together, and what was denied would not fit, on %i shards',
    async (shards) => {
      const calls = new CenterCalls(table());
      const policy = calls.withLimits(
        [
          { name: 'r', window: 'minute', unit: 'requests', amount: 100 },
          { name: 't', window: 'day', unit: 'tokens', amount: 4_000 },
          { name: 'u', window: 'month', unit: 'usd', amount: 0.000_5 },
          { name: 'o', window: 'month', unit: 'tokens', amount: 10, mode: 'observe' },
        ],
        { ledger: { shards } },
      );
      // Of several sizes, so that it is not always the same limit that is met.
      const worstCases = Array.from({ length: callers.some }, (_, i) =>
        amounts(1_000 + 997 * (i % 31), 2 + 20 * (i % 13)),
      );
      const decisions = await Promise.all(
        worstCases.map((worstCase) => calls.reserve(policy, { worstCase })),
      );
      const taken = worstCases.filter((_, i) => decisions[i]?.outcome === 'reserved');
      const sum = (unit: 'requests' | 'tokens' | 'usd') =>
        taken.reduce((total, worstCase) => total + worstCase[unit], 0);
      const { counters, held } = await holdingsOf(table(), calls.owner, shards);
      expect(held).toBe(taken.length);
      expect(counters).toEqual({
        'r_2026-11-23T14:05': { committed: sum('requests'), settled: 0 },
        't_2026-11-23': { committed: sum('tokens'), settled: 0 },
        'u_2026-11': { committed: sum('usd'), settled: 0 },
        'o_2026-11': { committed: sum('tokens'), settled: 0 },
      });
      expect(sum('tokens')).toBeLessThanOrEqual(4_000);
      expect(sum('usd')).toBeLessThanOrEqual(500_000);
      expect(countOf(decisions, 'denied')).toBeGreaterThan(0);
      // Nothing was released since, so what was refused then does not fit now either.
      const refused = worstCases.filter((_, i) => decisions[i]?.outcome === 'denied');
      if (shards > 1) return;
      for (const { tokens, usd } of refused) {
        expect(sum('tokens') + tokens > 4_000 || sum('usd') + usd > 500_000).toBe(true);
      }
    },
  );
}

function severalAccounts({ callers }: ConformanceEngine, table: () => TestLedger): void {
  const rows = SHARDS.flatMap((shards) => [
    { tightest: 'cost center', center: FIT, model: 60, organization: 90, shards },
    { tightest: 'model', center: 90, model: FIT, organization: 60, shards },
    { tightest: 'organization', center: 90, model: 60, organization: FIT, shards },
  ]);
  test.each(rows)(
    'where the $tightest is the tightest of three, on $shards shards, every one holds the same calls',
    async ({ center, model, organization, shards }) => {
      const calls = new CenterCalls(table());
      const limit = (amount: number) => ({
        name: `l-${calls.center}`,
        window: 'day',
        unit: 'requests',
        amount,
      });
      const model_id = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
      const policy = calls.withLimits([limit(center)], {
        ledger: { shards },
        models: {
          haiku: { model_id, limits: [limit(model)] },
          micro: { model_id: 'amazon.nova-micro-v1:0' },
        },
        organization: { limits: [limit(organization)] },
      });
      const call = () => calls.reserve(policy);
      const decisions = await Promise.all(Array.from({ length: callers.some }, call));
      expect(countOf(decisions, 'reserved')).toBe(FIT);
      expect(countOf(decisions, 'denied')).toBe(callers.some - FIT);
      for (const owner of [calls.owner, 'model#haiku', 'organization']) {
        const { counters } = await holdingsOf(table(), owner, shards);
        const key = `l-${calls.center}_2026-11-23`;
        expect([owner, counters[key]]).toEqual([owner, { committed: FIT, settled: 0 }]);
      }
      expect((await holdingsOf(table(), calls.owner, shards)).held).toBe(FIT);
    },
  );
}

function refusedCall({ returnsItem }: ConformanceEngine, table: () => TestLedger): void {
  const reads = returnsItem ? 'nothing' : 'the item, which the engine does not return';
  test(`a refused call is one write, reads ${reads}, and changes nothing`, async () => {
    const calls = new CenterCalls(table());
    const policy = calls.withLimits([{ window: 'day', unit: 'requests', amount: 1 }]);
    await calls.reserved(policy);
    const before = await table().attributes(calls.account());
    table().requests.clear();
    expect(await calls.reserve(policy)).toMatchObject({
      outcome: 'denied',
      limit: { limit: 1, used: 0, reserved: 1, requested: 1 },
    });
    expect(Object.fromEntries(table().requests)).toEqual({
      UpdateItem: 1,
      ...(!returnsItem && { GetItem: 1 }),
    });
    expect(await table().attributes(calls.account())).toEqual(before);
  });
}
