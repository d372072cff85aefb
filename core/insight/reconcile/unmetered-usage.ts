/**
 * Charges unmetered usage to limits: usage that CloudWatch observed on a day beyond metered usage
 * counts in the current windows of a day and longer.
 */

import { accountKey } from '../../ledger/account-keys.ts';
import {
  type AmountsByUnit,
  type EffectiveLimit,
  effectiveLimits,
} from '../../ledger/effective-limits.ts';
import type { LedgerStore, SettleAmount, SettleWrite } from '../../ledger/ports.ts';
import { shardNumbers, shardShare } from '../../ledger/shard-layout.ts';
import { toSafeInteger } from '../../money.ts';
import type { Owner, Policy } from '../../policy/policy.ts';
import type { EpochMs } from '../../time.ts';
import type { Day } from '../../utc-days.ts';
import { costOnDay, pricesOf, type UsageSide } from './collect-usage.ts';
import { driftOf, type Permille } from './drift.ts';
import { metricOwners } from './metric-owners.ts';
import { type Tokens, type UsageAndCost, ZERO_USAGE } from './usage-and-cost.ts';

interface OutsideInput {
  readonly policy: Policy;
  readonly metered: UsageSide;
  readonly observed: UsageSide;
  /** Calls that did not complete, by cost center. */
  readonly lost: ReadonlyMap<string, number>;
  readonly tolerance: Permille;
  readonly day: Day;
}

/** Unmetered usage of one profile. */
interface OutsideUse {
  readonly costCenter: string;
  readonly model: string;
  readonly application: string;
  readonly environment: string;
  readonly amounts: AmountsByUnit;
}

/**
 * The number sign distinguishes it from the id of every call: the caller that starts the workflow
 * chooses the name of the execution, which cannot have one
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html,
 * 2026-11).
 */
const idOf = (day: Day): string => `outside#${day}`;

/** Lifetime of the marker that rejects repeats: longer than a day's run can be repeated. */
const MARKED_SECONDS = 7 * 86_400;
const FOLDED_WINDOWS: readonly string[] = ['day', 'week', 'month', 'total'];

/**
 * By profile, which has one application and environment. Only amounts above the tolerance, because
 * some calls span midnight. Not if the ledger has already charged the worst case of lost calls. A
 * shortfall in one kind of token does not offset an excess in another: CloudWatch can omit cache
 * tokens.
 */
export function unmeteredUsage(input: OutsideInput): readonly OutsideUse[] {
  const { policy, metered, observed, lost, tolerance, day } = input;
  const isCharged = policy.ledger.unknownOutcome === 'charge';
  return metricOwners(policy).combinations.flatMap(({ modelMetric, isProfile, ...combination }) => {
    // Anyone in the account can have called a model by its id.
    if (!isProfile || (isCharged && (lost.get(combination.costCenter) ?? 0) > 0)) return [];
    const seen = observed.series.get(modelMetric)?.get(day) ?? ZERO_USAGE;
    const known = metered.series.get(modelMetric)?.get(day) ?? ZERO_USAGE;
    const prices = pricesOf(policy, combination, modelMetric);
    const more = moreTokens(seen, known);
    const cost = prices ? costOnDay(day, more, prices) : 0n;
    if (!driftOf(known.nanoUsd, known.nanoUsd + cost, tolerance).isOver) return [];
    return [{ ...combination, amounts: amountsOf(more, cost) }];
  });
}

function moreTokens(seen: UsageAndCost, known: UsageAndCost): Tokens {
  const more = (kind: keyof Tokens) => Math.max(0, seen[kind] - known[kind]);
  return {
    input: more('input'),
    output: more('output'),
    cacheRead: more('cacheRead'),
    cacheWrite: more('cacheWrite'),
  };
}

/** The number of calls is not evaluated: requests are not folded. */
function amountsOf(
  { input, output, cacheRead, cacheWrite }: Tokens,
  nanoUsd: bigint,
): AmountsByUnit {
  const allInput = input + cacheRead + cacheWrite;
  return {
    requests: 0,
    tokens: allInput + output,
    input_tokens: allInput,
    output_tokens: output,
    usd: toSafeInteger(nanoUsd),
  };
}

/**
 * Charges it once for each day and account, however often it runs: the day is in the id, and the
 * charging write leaves the marker that rejects the next one. This can exceed a limit, because the
 * calls were already made.
 * @throws LedgerUnavailableError; charges made so far remain, and a repeat charges the rest.
 */
export async function chargeUnmeteredUsage(
  store: Pick<LedgerStore, 'settle'>,
  policy: Policy,
  uses: readonly OutsideUse[],
  day: Day,
  now: EpochMs,
): Promise<number> {
  let accounts = 0;
  for (const settle of settlesOf(policy, uses, day, now)) {
    const { outcome } = await store.settle(settle);
    if (outcome === 'settled') accounts += 1;
  }
  return accounts;
}

function settlesOf(
  policy: Policy,
  uses: readonly OutsideUse[],
  day: Day,
  now: EpochMs,
): readonly SettleWrite[] {
  const byAccount = new Map<string, Map<string, number>>();
  for (const { amounts, ...scope } of uses) {
    for (const { owner, limits } of effectiveLimits(policy, scope, amounts, now)) {
      // Whose calls they were is not known.
      if (owner.holder) continue;
      for (const limit of limits) addShares(byAccount, owner, limit);
    }
  }
  return [...byAccount].map(([account, counters]) => ({
    account,
    reservationId: idOf(day),
    attemptId: 'outside',
    amounts: [...counters].map(([key, actual]): SettleAmount => ({ key, reserved: 0, actual })),
    costCenter: '',
    closes: true,
    chargesUnreserved: true,
    closedSeconds: MARKED_SECONDS,
  }));
}

/** Spread over the shards like the limit: each has its part of the remaining amount. */
function addShares(
  byAccount: Map<string, Map<string, number>>,
  owner: Owner,
  { limit, key, requested, shards }: EffectiveLimit,
): void {
  if (!FOLDED_WINDOWS.includes(limit.window) || requested === 0) return;
  for (const shard of shardNumbers(shards)) {
    const account = accountKey(owner, shard);
    const counters = byAccount.get(account) ?? new Map<string, number>();
    const share = shardShare(requested, shard, shards);
    byAccount.set(account, counters.set(key, (counters.get(key) ?? 0) + share));
  }
}
