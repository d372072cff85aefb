/** Charge of a call that reached its model step, and its basis. */
import { type AmountsByUnit, NO_AMOUNTS } from '../../ledger/effective-limits.ts';
import type { Reservation } from '../../ledger/reservation.ts';
import { nano, toSafeInteger } from '../../money.ts';
import { costOf, type TokenUsage, tariffOf } from '../../pricing/cost.ts';
import type { ServedAs } from '../../pricing/price.ts';
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
  { price, units }: PricedCandidate,
  usage: TokenUsage,
  servedAs: ServedAs | undefined,
): number | undefined {
  const billed = units ? { ...usage, units } : usage;
  const cost = costOf(billed, effectivePriceFromJson(price), servedAs);
  return cost > nano(BigInt(Number.MAX_SAFE_INTEGER)) ? undefined : toSafeInteger(cost);
}

/** A usage that is known. */
function chargeOfUsage(
  call: ChargedCall,
  usage: TokenUsage,
  servedAs: ServedAs | undefined,
): Charge {
  const usd = costNanoUsd(call.candidate, usage, servedAs);
  if (usd === undefined) return { ...worstCase(call), isUncertain: true };
  return { basis: 'settled', amounts: usageByUnit(usage, usd), usage, mayHaveRun: true };
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
  const charge = reading.usage ? chargeOfUsage(call, reading.usage, servedAs) : worstCase(call);
  const isPriced = tariffOf(period, servedAs ?? {}) !== undefined;
  return reading.isExact && isPriced ? charge : { ...charge, isUncertain: true };
}

/** A call of which it is not known whether the model ran: as the policy says. */
export function chargeOfUnknown(call: ChargedCall): Charge {
  const isFree = call.reservation.unknownOutcome === 'release';
  return isFree ? { ...RELEASED, mayHaveRun: true } : worstCase(call);
}

/** A call that failed before any byte of its answer came. */
export const chargeOfFailure = (call: ChargedCall, failure: ConverseFailure): Charge =>
  failureRule(failure).charge === 'released' ? RELEASED : chargeOfUnknown(call);
