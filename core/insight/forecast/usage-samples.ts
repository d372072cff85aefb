/**
 * Samples of one limit's settled usage. They are a running total over all windows, so that the rate
 * of the last hours is also known just after a window starts.
 */
import { splitCounterKey } from '../../ledger/account-keys.ts';
import type { Counters } from '../../ledger/ports.ts';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '../../time.ts';

/**
 * Usage since the first sample, in the limit's unit. Decreases if a late response cost less than
 * charged.
 */
export interface Sample {
  readonly at: EpochMs;
  readonly total: number;
}

export interface LimitHistory {
  /** The window that was open at the last sample, and what was settled in it by then. */
  readonly period: string;
  readonly settled: number;
  /** The oldest first. */
  readonly samples: readonly [Sample, ...Sample[]];
}

/** By limit name. */
export type OwnerHistory = ReadonlyMap<string, LimitHistory>;

/** Settled amounts of one limit, by window, all shards added up. */
export type SettledByPeriod = ReadonlyMap<string, number>;

const SAMPLE_MS = 5 * MINUTE_MS;
/** How long samples less than an hour apart are kept. */
const FINE_MS = 2 * HOUR_MS;
/** A little over three days, so that one sample is always three days old. */
const KEPT_MS = 73 * HOUR_MS;

export function settledByPeriod(limitName: string, shards: readonly Counters[]): SettledByPeriod {
  const settled = new Map<string, number>();
  for (const counters of shards) {
    for (const [key, state] of counters) {
      const split = splitCounterKey(key);
      if (split.limitName !== limitName) continue;
      settled.set(split.periodName, (settled.get(split.periodName) ?? 0) + state.settled);
    }
  }
  return settled;
}

/** The running total as it is now; windows of one kind are named in the order of time. */
export function runningTotal(
  { period, settled, samples }: LimitHistory,
  now: SettledByPeriod,
): number {
  const last = samples.at(-1) ?? samples[0];
  // A dropped counter no longer changes.
  const sinceThen = (now.get(period) ?? settled) - settled;
  const later = [...now].filter(([name]) => name > period);
  return last.total + sinceThen + later.reduce((sum, [, amount]) => sum + amount, 0);
}

/** Whether a sample is due: every five minutes, or every hour without usage. */
export function isSampleDue(
  history: LimitHistory | undefined,
  now: SettledByPeriod,
  at: EpochMs,
): boolean {
  const last = history?.samples.at(-1);
  if (!history || !last || last.at > at) return true;
  if (slotOf(last.at, HOUR_MS) !== slotOf(at, HOUR_MS)) return true;
  return (
    slotOf(last.at, SAMPLE_MS) !== slotOf(at, SAMPLE_MS) &&
    runningTotal(history, now) !== last.total
  );
}

/** The history with a new sample, without samples that are too old or too close. */
export function addSample(
  history: LimitHistory | undefined,
  now: SettledByPeriod,
  period: string,
  at: EpochMs,
): LimitHistory {
  const settled = now.get(period) ?? 0;
  if (!history) return { period, settled, samples: [{ at, total: 0 }] };
  const sample = { at, total: runningTotal(history, now) };
  // After the clock is set back, samples with a later time are dropped.
  const past = history.samples.filter((each) => each.at < at && each.at >= at - KEPT_MS);
  const kept = past.filter(
    (each, i) =>
      each.at > at - FINE_MS ||
      slotOf(each.at, HOUR_MS) !== slotOf(past[i - 1]?.at ?? Number.NaN, HOUR_MS),
  );
  const [first = sample, ...others] = [...kept, sample];
  const rebased = ({ at: then, total }: Sample) => ({ at: then, total: total - first.total });
  return { period, settled, samples: [rebased(first), ...others.map(rebased)] };
}

const slotOf = (at: EpochMs, lengthMs: number): number => Math.floor(at / lengthMs);
