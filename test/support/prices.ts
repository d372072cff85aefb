/** Cost of a call by the list prices, to compare with what the product reserves and settles. */
import type { EffectivePrice, PriceSchedule } from '../../core/pricing/price.ts';
import type { EpochMs } from '../../core/time.ts';

/** The period that holds at a time, or undefined when the schedule has a gap there. */
export function pricePeriodAt(schedule: PriceSchedule, at: EpochMs): EffectivePrice | undefined {
  return schedule.find(
    ({ effectiveFrom, effectiveTo }) =>
      (effectiveFrom === undefined || at >= effectiveFrom) &&
      (effectiveTo === undefined || at < effectiveTo),
  );
}
