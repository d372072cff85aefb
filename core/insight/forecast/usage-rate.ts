/** Usage rates: an amount over a period, exact until it is shown. */
import { DAY_MS, type EpochMs } from '../../time.ts';
import {
  type LimitHistory,
  runningTotal,
  type Sample,
  type SettledByPeriod,
} from './usage-samples.ts';

export interface UsageRate {
  /** Never negative. */
  readonly used: bigint;
  /** At least 1. */
  readonly spanMs: bigint;
}

/** Samples up to now: the stored ones and the current counters. */
export function samplesUpTo(
  history: LimitHistory | undefined,
  now: SettledByPeriod,
  at: EpochMs,
): readonly Sample[] {
  if (!history) return [];
  const before = history.samples.filter((each) => each.at < at);
  return [...before, { at, total: runningTotal(history, now) }];
}

/**
 * Usage over a period that ends with the last sample, or over the available samples if they are
 * fewer.
 * @param withoutLargest ignores the largest increase between two samples, so that one expensive
 * call does not trigger an alert.
 * @returns undefined where there are not two samples.
 */
export function usageRateOver(
  samples: readonly Sample[],
  spanMs: number,
  withoutLargest = false,
): UsageRate | undefined {
  const last = samples.at(-1);
  if (!last || samples.length < 2) return undefined;
  const begin = Math.max(
    0,
    samples.findLastIndex(({ at }) => at <= last.at - spanMs),
  );
  const [first = last, ...steps] = samples.slice(begin);
  const largest = withoutLargest
    ? Math.max(0, ...steps.map(({ total }, i) => total - (samples[begin + i]?.total ?? total)))
    : 0;
  const used = BigInt(last.total) - BigInt(first.total) - BigInt(largest);
  return { used: used > 0n ? used : 0n, spanMs: BigInt(Math.max(1, last.at - first.at)) };
}

export const slowerRate = (a: UsageRate, b: UsageRate): UsageRate =>
  a.used * b.spanMs <= b.used * a.spanMs ? a : b;

/** Usage in that time at that rate, rounded down and capped at the largest exact JSON number. */
export function projectUsage({ used, spanMs }: UsageRate, ms: number): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  const amount = (used * BigInt(Math.max(0, ms))) / spanMs;
  return Number(amount > most ? most : amount);
}

/**
 * Time until an amount is used at that rate, rounded up.
 * @returns undefined if it is never reached, or later than the end of any window.
 */
export function timeToExhaustion({ used, spanMs }: UsageRate, amount: number): number | undefined {
  if (used === 0n) return undefined;
  const ms = (BigInt(Math.max(0, amount)) * spanMs + used - 1n) / used;
  return ms > BigInt(400 * DAY_MS) ? undefined : Number(ms);
}
