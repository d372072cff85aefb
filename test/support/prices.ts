/** What a call costs by the list, to compare with what the product reserves and settles. */
import type { PricePeriod, PriceSchedule } from '../../functions/core/pricing/price.ts';
import type { EpochMs } from '../../functions/core/time.ts';

/** The period that holds at a time, or undefined when the schedule has a gap there. */
export function pricePeriodAt(schedule: PriceSchedule, at: EpochMs): PricePeriod | undefined {
  return schedule.find(
    ({ effectiveFrom, effectiveTo }) =>
      (effectiveFrom === undefined || at >= effectiveFrom) &&
      (effectiveTo === undefined || at < effectiveTo),
  );
}
