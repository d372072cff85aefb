/** Port of the metrics. */
import type { Day } from '../../utc-days.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Whole days in UTC; `to` is exclusive. */
export interface DateRange {
  readonly from: Day;
  readonly to: Day;
}

export interface MetricSums {
  /**
   * The sum of each metric by day, in the order of the metrics; days without data are omitted.
   * Errors of the service are passed on.
   * @throws MetricsUnavailableError where a part of a sum is missing.
   */
  sums(metrics: readonly Metric[], span: DateRange): Promise<readonly ReadonlyMap<Day, number>[]>;
  /** The dimensions with which a metric was written in the last two weeks. */
  dimensionsOf(namespace: string, name: string): Promise<readonly Metric['dimensions'][]>;
}
