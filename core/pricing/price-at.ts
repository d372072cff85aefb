/** The price of a model at a given time. */
import { invariant } from '../errors.ts';
import { maxOf } from '../money.ts';
import { type EpochMs, HOUR_MS } from '../time.ts';
import {
  BILLED_UNITS,
  type EffectivePrice,
  type LongContextPrice,
  type Price,
  type PriceSchedule,
  type Tariff,
} from './price.ts';

/** Prices that begin within this time of a reservation already count for it. */
const AHEAD_MS = HOUR_MS;

/**
 * The price at which a call is reserved and settled now. A call can start before a price changes
 * and end after it, and AWS does not document which price applies. So it is the highest, part by
 * part, of all prices within the next hour, and the call is settled at it too: never billed too
 * low, never more than reserved. Without a change in that hour it is exactly the current price.
 */
export function priceAt(schedule: PriceSchedule, at: EpochMs): EffectivePrice {
  const periods = schedule.filter(
    ({ effectiveFrom, effectiveTo }) =>
      (effectiveFrom === undefined || effectiveFrom <= at + AHEAD_MS) &&
      (effectiveTo === undefined || effectiveTo > at),
  );
  const [first, ...others] = periods;
  invariant(first, 'a price schedule has no gaps');
  return others.reduce(higherPeriod, first);
}

const higherPeriod = (left: EffectivePrice, right: EffectivePrice): EffectivePrice => ({
  ...higherTariff(left, right),
  tiers: higherTariffs(left.tiers, right.tiers),
  latency: higherTariffs(left.latency, right.latency),
});

type Tariffs = Readonly<Record<string, Tariff>>;

/** A tariff that is known in only one of both periods may be unknown when the call is billed. */
function higherTariffs(left: Tariffs = {}, right: Tariffs = {}): Tariffs {
  const both = Object.entries(left).flatMap(([name, tariff]) => {
    const other = Object.hasOwn(right, name) ? right[name] : undefined;
    return other ? [[name, higherTariff(tariff, other)] as const] : [];
  });
  return Object.fromEntries(both);
}

function higherTariff(left: Tariff, right: Tariff): Tariff {
  const price = higherPrice(left.price, right.price);
  const longContext = higherLongContext(left, right);
  return longContext ? { price, longContext } : { price };
}

/** Above the lower of both thresholds, the highest of all prices that can apply. */
function higherLongContext(left: Tariff, right: Tariff): LongContextPrice | undefined {
  const tiers = [left.longContext, right.longContext].filter((tier) => tier !== undefined);
  if (tiers.length === 0) return undefined;
  const prices = [left.price, right.price, ...tiers.map(({ price }) => price)];
  return {
    aboveInputTokens: Math.min(...tiers.map(({ aboveInputTokens }) => aboveInputTokens)),
    price: prices.reduce(higherPrice),
  };
}

/** Part by part. */
function higherPrice(left: Price, right: Price): Price {
  const units = higherUnits(left, right);
  return {
    input: maxOf(left.input, right.input),
    output: maxOf(left.output, right.output),
    cacheRead: maxOf(left.cacheRead, right.cacheRead),
    cacheWrite: maxOf(left.cacheWrite, right.cacheWrite),
    cacheWrite1h: maxOf(left.cacheWrite1h, right.cacheWrite1h),
    ...(units && { units }),
  };
}

function higherUnits(left: Price, right: Price): Price['units'] {
  if (!left.units && !right.units) return undefined;
  const known = BILLED_UNITS.flatMap((unit) => {
    const prices = [left.units?.[unit], right.units?.[unit]].filter((each) => each !== undefined);
    return prices.length > 0 ? [[unit, prices.reduce(maxOf)] as const] : [];
  });
  return Object.fromEntries(known);
}
