/**
 * Interprets a model's usage report. If counts are missing or inconsistent, the highest consistent
 * reading counts, otherwise the worst case of the call.
 */
import type { AmountsByUnit } from '../../ledger/effective-limits.ts';
import { type TokenUsage, totalInputTokens } from '../../pricing/cost.ts';
import type { EffectivePrice, Price, ServedAs } from '../../pricing/price.ts';

/** Counts as the service sent them: any of them may be missing, or no count at all. */
export interface ReportedUsage {
  readonly inputTokens?: unknown;
  readonly outputTokens?: unknown;
  readonly totalTokens?: unknown;
  readonly cacheReadInputTokens?: unknown;
  readonly cacheWriteInputTokens?: unknown;
  /** Cache writes by their time to live. */
  readonly cacheDetails?: unknown;
  /** The service tier and latency that the answer names. */
  readonly servedAs?: ServedAs;
  /** Parts of the counts that other models used. */
  readonly others?: readonly OtherUsage[];
}

interface OtherUsage {
  readonly reported: ReportedUsage;
  /** Undefined if it is not known. */
  readonly price: EffectivePrice | undefined;
}

interface UsageReading {
  /** Absent where the report has no consistent reading. */
  readonly usage?: TokenUsage;
  /** The report was complete and agreed with itself. */
  readonly isExact: boolean;
}

interface AnswerFacts {
  /** Whether the answer has any content. */
  readonly hasContent: boolean;
  readonly price: Pick<Price, 'cacheWrite' | 'cacheWrite1h'>;
  /** Whether the call asked for cache entries of one hour. */
  readonly cachesOneHour: boolean;
}

const NO_READING: UsageReading = { isExact: false };

export function readUsage(reported: ReportedUsage | undefined, facts: AnswerFacts): UsageReading {
  if (!reported) return NO_READING;
  const cacheRead = cacheCount(reported.cacheReadInputTokens);
  const writes = cacheWrites(reported, facts);
  if (cacheRead === undefined || !writes) return NO_READING;
  const counts = withTotal(
    {
      input: count(reported.inputTokens),
      output: count(reported.outputTokens),
      cached: cacheRead + writes.all,
    },
    count(reported.totalTokens),
  );
  if (!counts) return NO_READING;
  const usage = {
    inputTokens: counts.input,
    outputTokens: counts.output,
    cacheReadInputTokens: cacheRead,
    cacheWriteInputTokens: writes.all,
    cacheWrite1hInputTokens: writes.oneHour,
  };
  const isMissing = totalInputTokens(usage) === 0 || (facts.hasContent && usage.outputTokens === 0);
  if (isMissing || !Number.isSafeInteger(totalInputTokens(usage) + usage.outputTokens)) {
    return NO_READING;
  }
  const isExact = writes.isExact && counts.isExact && isWhole(reported);
  return { usage, isExact };
}

/** A count, rounded up; undefined for anything else. */
function count(value: unknown): number | undefined {
  if (typeof value !== 'number' || !(value >= 0)) return undefined;
  const whole = Math.ceil(value);
  return Number.isSafeInteger(whole) ? whole : undefined;
}

/** Models that use no cache leave these counts out. */
const cacheCount = (value: unknown): number | undefined =>
  value === undefined || value === null ? 0 : count(value);

const isWhole = (reported: ReportedUsage): boolean =>
  [
    reported.inputTokens,
    reported.outputTokens,
    reported.cacheReadInputTokens,
    reported.cacheWriteInputTokens,
  ].every((value) => value === undefined || value === null || Number.isInteger(value));

interface Counts {
  readonly input: number;
  readonly output: number;
  readonly isExact: boolean;
}

/**
 * The total fills in one count that is missing; what it has more than its parts is output, the most
 * expensive part.
 */
function withTotal(
  parts: { input: number | undefined; output: number | undefined; cached: number },
  total: number | undefined,
): Counts | undefined {
  const { input, output, cached } = parts;
  if (input !== undefined && output !== undefined) {
    const more = Math.max(0, (total ?? 0) - input - output - cached);
    return { input, output: output + more, isExact: more === 0 };
  }
  if (total === undefined) return undefined;
  if (input !== undefined && total - input - cached > 0) {
    return { input, output: total - input - cached, isExact: false };
  }
  if (output !== undefined && total - output - cached > 0) {
    return { input: total - output - cached, output, isExact: false };
  }
  return undefined;
}

interface CacheWrites {
  readonly all: number;
  readonly oneHour: number;
  readonly isExact: boolean;
}

/**
 * The sum and the split by time to live may come without each other: the higher sum counts, and
 * what no split names is priced at the higher of both prices. Any time but five minutes is priced
 * as one hour.
 */
function cacheWrites(
  { cacheWriteInputTokens, cacheDetails }: ReportedUsage,
  { price, cachesOneHour }: AnswerFacts,
): CacheWrites | undefined {
  const sum = cacheCount(cacheWriteInputTokens);
  const split = splitOf(cacheDetails);
  if (sum === undefined) return undefined;
  if (split === 'unreadable') {
    return sum === 0 ? undefined : { all: sum, oneHour: sum, isExact: false };
  }
  const named = split.fiveMinutes + split.oneHour;
  const all = Math.max(sum, named);
  // Without a split all of it may be five minutes, unless the call asked for an hour.
  const unnamed = split.isGiven || cachesOneHour ? all - named : 0;
  const isHigher = price.cacheWrite1h > price.cacheWrite;
  const oneHour = split.oneHour + (isHigher ? unnamed : 0);
  return { all, oneHour, isExact: unnamed === 0 && (named === 0 || named === sum) };
}

interface Split {
  readonly fiveMinutes: number;
  readonly oneHour: number;
  readonly isGiven: boolean;
}

function splitOf(details: unknown): Split | 'unreadable' {
  if (details === undefined || details === null) {
    return { fiveMinutes: 0, oneHour: 0, isGiven: false };
  }
  if (!Array.isArray(details)) return 'unreadable';
  let fiveMinutes = 0;
  let oneHour = 0;
  for (const detail of details) {
    const { ttl, inputTokens } = isObject(detail) ? detail : {};
    const tokens = count(inputTokens);
    if (tokens === undefined) return 'unreadable';
    if (ttl === '5m') fiveMinutes += tokens;
    else oneHour += tokens;
  }
  return { fiveMinutes, oneHour, isGiven: details.length > 0 };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Usage in each unit; cached input is input. */
export const usageByUnit = (usage: TokenUsage, usd: number): AmountsByUnit => ({
  requests: 1,
  tokens: totalInputTokens(usage) + usage.outputTokens,
  input_tokens: totalInputTokens(usage),
  output_tokens: usage.outputTokens,
  usd,
});
