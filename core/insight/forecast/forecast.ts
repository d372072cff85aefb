/** Forecasts a limit's usage at the recent rate, for `GET /v1/usage`. */
import { formatUsd } from '../../money.ts';
import type { Limit } from '../../policy/policy.ts';
import { DAY_MS, type EpochMs, HOUR_MS, isoTimestamp } from '../../time.ts';
import { NEVER, type Period, type Window } from '../../windows.ts';
import { detectBurnRates, figuresOf } from './burn-rate.ts';
import { projectUsage, timeToExhaustion, type UsageRate, usageRateOver } from './usage-rate.ts';
import type { Sample } from './usage-samples.ts';

/** Amounts in the limit's unit, rounded down. */
export interface Forecast {
  /** Usage per hour over periods that end now; unknown ones are omitted. */
  readonly perHour: {
    /** The open window so far. */
    readonly window: number;
    readonly lastHour?: number;
    readonly lastSixHours?: number;
    readonly lastThreeDays?: number;
  };
  /** Used at the window's end. */
  readonly projected: number;
  /** When the limit is reached, ISO 8601; absent when it is not in this window, or is reached. */
  readonly reachedAt?: string;
  /** Two periods agree that the limit is reached before the window ends. */
  readonly burn?: 'fast' | 'slow';
  /** As decimal USD, when the unit is usd. */
  readonly usd?: { readonly projected: string; readonly perHour: Readonly<Record<string, string>> };
}

/** The period whose rate is used; absent: the window so far. */
const BASE_MS: Partial<Record<Window, number>> = {
  day: 6 * HOUR_MS,
  week: DAY_MS,
  month: 3 * DAY_MS,
  total: 3 * DAY_MS,
};

/** One call is not a rate: usage is assumed to cover at least this time. */
const LEAST_MS: Readonly<Record<Window, number>> = {
  minute: HOUR_MS / 3_600,
  hour: HOUR_MS / 60,
  day: HOUR_MS,
  week: HOUR_MS,
  month: HOUR_MS,
  total: HOUR_MS,
  request: HOUR_MS,
};

/** Whether a limit is sampled: for a shorter window its counter is enough. */
export const isSampled = ({ window }: Pick<Limit, 'window'>): boolean =>
  BASE_MS[window] !== undefined;

const SPANS = { lastHour: HOUR_MS, lastSixHours: 6 * HOUR_MS, lastThreeDays: 3 * DAY_MS } as const;

interface Now {
  readonly limit: Pick<Limit, 'window' | 'unit' | 'amount'>;
  readonly period: Period;
  /** Settled. */
  readonly used: number;
  readonly now: EpochMs;
}

/** @param samples up to now; empty where none are kept. */
export function forecastOf(
  samples: readonly Sample[],
  { limit, period, used, now }: Now,
): Forecast {
  const isEndless = period.endsAt >= NEVER;
  const soFar: UsageRate = {
    used: BigInt(Math.max(0, used)),
    spanMs: BigInt(Math.max(1, now - period.startsAt)),
  };
  const base = BASE_MS[limit.window];
  const late = base === undefined ? undefined : usageRateOver(samples, base);
  const pace = atLeast(late ?? soFar, LEAST_MS[limit.window]);
  const status = { amount: limit.amount, used, endsAt: period.endsAt, now };
  const burns = detectBurnRates(samples, status);
  const projected = isEndless ? used : figuresOf(pace, status).projected;
  const perHour = { window: projectUsage(soFar, HOUR_MS), ...spansOf(samples) };
  const reachedAt = earliest([
    ...burns.map((burn) => burn.reachedAt),
    ...(used < limit.amount
      ? [now + (timeToExhaustion(pace, limit.amount - used) ?? Infinity)]
      : []),
  ]);
  return {
    perHour,
    projected,
    ...(reachedAt < period.endsAt && { reachedAt: isoTimestamp(reachedAt) }),
    ...(burns[0] && { burn: burns[0].pace }),
    ...(limit.unit === 'usd' && {
      usd: {
        projected: formatUsd(projected),
        perHour: Object.fromEntries(
          Object.entries(perHour).map(([span, amount]) => [span, formatUsd(amount)]),
        ),
      },
    }),
  };
}

const atLeast = ({ used, spanMs }: UsageRate, leastMs: number): UsageRate => ({
  used,
  spanMs: spanMs > BigInt(leastMs) ? spanMs : BigInt(leastMs),
});

const earliest = (times: readonly number[]): number => Math.min(Number.POSITIVE_INFINITY, ...times);

/** Only periods that the samples cover. */
function spansOf(samples: readonly Sample[]): Partial<Record<keyof typeof SPANS, number>> {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last) return {};
  const known = Object.entries(SPANS).flatMap(([name, spanMs]) => {
    const pace = last.at - first.at >= spanMs ? usageRateOver(samples, spanMs) : undefined;
    return pace ? [[name, projectUsage(pace, HOUR_MS)] as const] : [];
  });
  return Object.fromEntries(known);
}
