/** Counts of tokens as models report them, put together into one usage. */
import type { ReportedUsage } from '../../call/model/reported-usage.ts';
import type { EffectivePrice } from '../../pricing/price.ts';

/** The price of a model by the name that an answer gives it; undefined if it is not known. */
export type PriceOf = (name: string) => EffectivePrice | undefined;

/** NaN: something was reported that is no count, so the whole is not known by it. */
export interface TokenCounts {
  readonly input?: number;
  readonly output?: number;
  readonly cacheRead?: number;
  /** All cache writes. */
  readonly cacheWrite?: number;
  /** Those said to live five minutes; given only where the writes are split by lifetime. */
  readonly cacheWrite5m?: number;
  /** All of the above, where the report adds them up. */
  readonly total?: number;
  /** Parts of these counts that other models used, by their names. */
  readonly others?: Readonly<Record<string, TokenCounts>>;
}

const PARTS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite5m', 'total'] as const;

/** A count as a number or, in a header, as digits; fractions are rounded up. */
export function toCount(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0)) return Number.NaN;
  const whole = Math.ceil(number);
  return Number.isSafeInteger(whole) ? whole : Number.NaN;
}

/** Of several reports of one thing the highest that makes sense, part by part; never their sum. */
export function highest(reports: readonly TokenCounts[]): TokenCounts {
  return combine(reports, (sensible) => Math.max(...sensible));
}

/** Of parts of one whole; one that is no count spoils the sum. */
export function sumOf(reports: readonly TokenCounts[]): TokenCounts {
  return combine(reports, (sensible, all) =>
    sensible.length < all.length ? Number.NaN : sensible.reduce((sum, value) => sum + value, 0),
  );
}

function combine(
  reports: readonly TokenCounts[],
  join: (sensible: readonly number[], all: readonly number[]) => number,
): TokenCounts {
  const entries = PARTS.flatMap((part) => {
    const all = reports.flatMap((report) => report[part] ?? []);
    const sensible = all.filter((value) => !Number.isNaN(value));
    if (all.length === 0) return [];
    return [[part, sensible.length === 0 ? Number.NaN : join(sensible, all)] as const];
  });
  const others = reports.flatMap((report) => Object.entries(report.others ?? {}));
  const byName = [...new Set(others.map(([name]) => name))].map((name) => {
    const same = others.flatMap(([other, counts]) => (other === name ? [counts] : []));
    return [name, combine(same, join)] as const;
  });
  return {
    ...Object.fromEntries(entries),
    ...(byName.length > 0 && { others: Object.fromEntries(byName) }),
  };
}

/**
 * The counts in the form that is judged for the charge of a call; embeddings write no tokens.
 * @param priceOf the price of another model.
 */
export function toReportedUsage(
  counts: TokenCounts,
  writesText: boolean,
  priceOf: PriceOf = () => undefined,
): ReportedUsage {
  const others = Object.entries(counts.others ?? {});
  const { input, output, total, cacheRead, cacheWrite, cacheWrite5m } = counts;
  return {
    inputTokens: input,
    outputTokens: writesText ? output : (output ?? 0),
    totalTokens: total,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: cacheWrite,
    ...(others.length > 0 && {
      others: others.map(([name, used]) => ({
        reported: toReportedUsage(used, true),
        price: priceOf(name),
      })),
    }),
    ...(cacheWrite5m !== undefined && {
      cacheDetails: [
        { ttl: '5m', inputTokens: cacheWrite5m },
        // Whatever is not said to live five minutes is billed as an hour.
        { ttl: '1h', inputTokens: Math.max(0, (cacheWrite ?? 0) - cacheWrite5m) },
      ],
    }),
  };
}
