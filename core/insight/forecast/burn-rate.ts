/**
 * Decides which burn rate triggers an alert. As in SRE practice, two periods must agree: the long
 * one shows that it matters, the short one that it continues
 * (https://sre.google/workbook/alerting-on-slos/, 2026-11, sections 5 and 6: 1 h with 5 min, 6 h
 * with 30 min). Their thresholds are for budgets of 30 days; here they come from the limit: at the
 * lower of both rates it is reached soon, before its window ends.
 */
import { DAY_MS, type EpochMs, HOUR_MS } from '../../time.ts';
import {
  projectUsage,
  slowerRate,
  timeToExhaustion,
  type UsageRate,
  usageRateOver,
} from './usage-rate.ts';
import type { Sample } from './usage-samples.ts';

interface BurnRate {
  readonly pace: 'fast' | 'slow';
  /** Used in an hour. */
  readonly perHour: number;
  /** Used at the window's end. */
  readonly projected: number;
  readonly reachedAt: EpochMs;
}

interface Rule {
  readonly pace: BurnRate['pace'];
  readonly longMs: number;
  readonly shortMs: number;
  /** How soon the limit must be reached. */
  readonly withinMs: number;
}

const RULES: readonly Rule[] = [
  { pace: 'fast', longMs: HOUR_MS, shortMs: HOUR_MS / 12, withinMs: 6 * HOUR_MS },
  { pace: 'slow', longMs: 6 * HOUR_MS, shortMs: HOUR_MS / 2, withinMs: 3 * DAY_MS },
];

/** The margin before the window's end, as part of the remaining time. */
const MARGIN_PERCENT = 5n;

/** A limit in its open window. */
interface LimitStatus {
  /** In the limit's unit; at least 1. */
  readonly amount: number;
  /** Settled. */
  readonly used: number;
  readonly endsAt: EpochMs;
  readonly now: EpochMs;
}

/** The burn rates that trigger an alert; none after the limit is reached. */
export function detectBurnRates(
  samples: readonly Sample[],
  status: LimitStatus,
): readonly BurnRate[] {
  const { amount, used, endsAt, now } = status;
  if (used >= amount) return [];
  return RULES.flatMap(({ pace: kind, longMs, shortMs, withinMs }) => {
    const long = usageRateOver(samples, longMs, true);
    const short = usageRateOver(samples, shortMs);
    if (!long || !short) return [];
    const pace = slowerRate(long, short);
    const left = timeToExhaustion(pace, amount - used);
    if (left === undefined || left > withinMs || !isBeforeEnd(left, endsAt - now)) return [];
    return [{ pace: kind, ...figuresOf(pace, status), reachedAt: now + left }];
  });
}

export const figuresOf = (pace: UsageRate, { used, endsAt, now }: Omit<LimitStatus, 'amount'>) => ({
  perHour: projectUsage(pace, HOUR_MS),
  projected: Math.min(Number.MAX_SAFE_INTEGER, used + projectUsage(pace, endsAt - now)),
});

const isBeforeEnd = (left: number, untilEnd: number): boolean =>
  BigInt(left) * (100n + MARGIN_PERCENT) < BigInt(untilEnd) * 100n;
