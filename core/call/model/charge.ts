/** Charge of a call that reached its model step, and its basis. */
import { type AmountsByUnit, NO_AMOUNTS, sumOfAmounts } from '../../ledger/effective-limits.ts';
import type { Reservation } from '../../ledger/reservation.ts';
import { nano, toSafeInteger } from '../../money.ts';
import { costOfParts, type PricedUsage, type TokenUsage, tariffOf } from '../../pricing/cost.ts';
import type { EffectivePrice } from '../../pricing/price.ts';
import { effectivePriceFromJson } from '../../pricing/price-json.ts';
import type { PricedCandidate } from '../candidate/priced-bound.ts';
import { type ConverseFailure, failureRule } from './failure-rules.ts';
import { type ReportedUsage, readUsage, usageByUnit } from './reported-usage.ts';

/** Plain JSON: it travels through the workflow's state. */
export interface Charge {
  /** `worst_case`: what was used is not known. `released`: nothing is charged. */
  readonly basis: 'settled' | 'worst_case' | 'released';
  /** Amounts settled on each limit. */
  readonly amounts: AmountsByUnit;
  /** Tokens that `amounts` count; for the worst case its bounds. Absent where nothing is charged. */
  readonly usage?: TokenUsage;
  /** The model may have run: the same call must not be made again. */
  readonly mayHaveRun: boolean;
  /** The reported usage lacked counts or contradicted itself, or no price of its tier is known. */
  readonly isUncertain?: true;
}

export interface ChargedCall {
  readonly candidate: PricedCandidate;
  readonly reservation: Pick<Reservation, 'unknownOutcome'>;
  /** Whether the call asks for cache entries of one hour. */
  readonly cachesOneHour: boolean;
}

export const RELEASED: Charge = { basis: 'released', amounts: NO_AMOUNTS, mayHaveRun: false };

const worstCase = ({ candidate }: Pick<ChargedCall, 'candidate'>): Charge => ({
  basis: 'worst_case',
  amounts: candidate.worstCase,
  usage: {
    inputTokens: candidate.worstCase.input_tokens,
    outputTokens: candidate.worstCase.output_tokens,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
    cacheWrite1hInputTokens: 0,
  },
  mayHaveRun: true,
});

/** Usage times price, rounded up once (I6). Undefined where no safe integer can hold it. */
function costNanoUsd(
  { units }: PricedCandidate,
  { usage, ...own }: PricedUsage,
  others: readonly PricedUsage[],
): number | undefined {
  const billed = units ? { ...usage, units } : usage;
  const cost = costOfParts([{ ...own, usage: others.reduce(without, billed) }, ...others]);
  return cost > nano(BigInt(Number.MAX_SAFE_INTEGER)) ? undefined : toSafeInteger(cost);
}

/** A usage that is known. */
function chargeOfUsage(
  call: ChargedCall,
  own: PricedUsage,
  others: readonly PricedUsage[],
): Charge {
  const { usage } = own;
  const usd = costNanoUsd(call.candidate, own, others);
  if (usd === undefined) return { ...worstCase(call), isUncertain: true };
  return { basis: 'settled', amounts: usageByUnit(usage, usd), usage, mayHaveRun: true };
}

const without = (usage: TokenUsage, { usage: part }: PricedUsage): TokenUsage => ({
  ...usage,
  inputTokens: Math.max(0, usage.inputTokens - part.inputTokens),
  outputTokens: Math.max(0, usage.outputTokens - part.outputTokens),
  cacheReadInputTokens: Math.max(0, usage.cacheReadInputTokens - part.cacheReadInputTokens),
  cacheWriteInputTokens: Math.max(0, usage.cacheWriteInputTokens - part.cacheWriteInputTokens),
  cacheWrite1hInputTokens: Math.max(
    0,
    usage.cacheWrite1hInputTokens - part.cacheWrite1hInputTokens,
  ),
});

/**
 * Parts of other models, each at its price. One without a known price, or whose counts make no
 * sense, stays with the call's own price.
 */
function partsOfOthers(
  reported: ReportedUsage | undefined,
  cachesOneHour: boolean,
): { parts: readonly PricedUsage[]; areKnown: boolean } {
  const others = reported?.others ?? [];
  const parts = others.flatMap(({ reported: part, price }): readonly PricedUsage[] => {
    if (!price) return [];
    const facts = { hasContent: false, price: price.price, cachesOneHour };
    const { usage, isExact } = readUsage(part, facts);
    return usage && isExact ? [{ usage, period: price, servedAs: reported?.servedAs }] : [];
  });
  return { parts, areKnown: parts.length === others.length };
}

/** An answer, by what the model reported of it. Unknown usage is never free. */
export function chargeOfAnswer(
  call: ChargedCall,
  reported: ReportedUsage | undefined,
  hasContent: boolean,
): Charge {
  const period = effectivePriceFromJson(call.candidate.price);
  const { price } = period;
  const servedAs = reported?.servedAs;
  const reading = readUsage(reported, { hasContent, price, cachesOneHour: call.cachesOneHour });
  const others = partsOfOthers(reported, call.cachesOneHour);
  const charge = reading.usage
    ? chargeOfUsage(call, { usage: reading.usage, period, servedAs }, others.parts)
    : worstCase(call);
  const isPriced = others.areKnown && isKnown(period, servedAs, others.parts);
  return reading.isExact && isPriced ? charge : { ...charge, isUncertain: true };
}

const isKnown = (
  period: EffectivePrice,
  servedAs: ReportedUsage['servedAs'],
  others: readonly PricedUsage[],
): boolean =>
  [period, ...others.map((other) => other.period)].every(
    (each) => tariffOf(each, servedAs ?? {}) !== undefined,
  );

/** A call of which it is not known whether the model ran: as the policy says. */
export function chargeOfUnknown(call: ChargedCall): Charge {
  const isFree = call.reservation.unknownOutcome === 'release';
  return isFree ? { ...RELEASED, mayHaveRun: true } : worstCase(call);
}

/** A call that failed before any byte of its answer came. */
export const chargeOfFailure = (call: ChargedCall, failure: ConverseFailure): Charge =>
  failureRule(failure).charge === 'released' ? RELEASED : chargeOfUnknown(call);

/** Of calls of the model that are settled as one: the basis is the least certain of theirs. */
export function sumOfCharges(charges: readonly Charge[]): Charge {
  const bases = (['worst_case', 'settled'] as const).filter((each) =>
    charges.some(({ basis }) => basis === each),
  );
  const usages = charges.flatMap(({ usage }) => usage ?? []);
  return {
    basis: bases[0] ?? 'released',
    amounts: sumOfAmounts(charges.map(({ amounts }) => amounts)),
    ...(usages.length > 0 && { usage: usages.reduce(sumOfUsage) }),
    mayHaveRun: charges.some(({ mayHaveRun }) => mayHaveRun),
    ...(charges.some(({ isUncertain }) => isUncertain) && { isUncertain: true }),
  };
}

const sumOfUsage = (left: TokenUsage, right: TokenUsage): TokenUsage => ({
  inputTokens: left.inputTokens + right.inputTokens,
  outputTokens: left.outputTokens + right.outputTokens,
  cacheReadInputTokens: left.cacheReadInputTokens + right.cacheReadInputTokens,
  cacheWriteInputTokens: left.cacheWriteInputTokens + right.cacheWriteInputTokens,
  cacheWrite1hInputTokens: left.cacheWrite1hInputTokens + right.cacheWrite1hInputTokens,
});
