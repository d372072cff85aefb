/** Port of the bill, as Cost Explorer returns it. */
import type { BilledAmount } from './billed-amount.ts';

export const GRANULARITIES = ['daily', 'monthly'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/**
 * Dimensions of a cost that this product reads.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html, 2026-11.
 */
type Dimension = 'SERVICE' | 'USAGE_TYPE' | 'RECORD_TYPE';

export type CostKey = { readonly tag: string } | { readonly dimension: Dimension };

/** Costs with one of the values; the tag value `''` stands for untagged costs. */
export type CostFilter = CostKey & { readonly values: readonly [string, ...string[]] };

export interface CostQuery {
  /** First day, as `2026-11-01`, in UTC. */
  readonly from: string;
  /** Exclusive end day. */
  readonly to: string;
  readonly granularity: Granularity;
  /** At most two, the maximum of Cost Explorer. */
  readonly groupBy: readonly [CostKey] | readonly [CostKey, CostKey];
  /** All of them must match. */
  readonly filters?: readonly CostFilter[];
}

/** Unblended cost of a group in one period, credits and refunds included. */
export interface CostGroup {
  /**
   * A value per key of `groupBy`, in its order: `''` for untagged costs, undefined if the response
   * does not include it.
   */
  readonly keys: readonly (string | undefined)[];
  readonly amount: BilledAmount;
  /** As `USD`. */
  readonly currency: string;
}

interface CostPeriod {
  readonly from: string;
  /** The first day after it. */
  readonly to: string;
  /** Whether AWS can still change it. */
  readonly estimated: boolean;
  readonly groups: readonly CostGroup[];
}

/** One response of Cost Explorer; a period can continue on the next page. */
export interface CostPage {
  readonly periods: readonly CostPeriod[];
}

export interface BilledCosts {
  /**
   * Requests page by page, as the reader consumes them.
   * @throws BillingUnavailableError for an answer that can't be understood; what the service itself
   * refuses with comes as its own error.
   */
  costAndUsage(query: CostQuery): AsyncIterable<CostPage>;
  /** Requests sent so far; AWS charges for each, `costExplorerRequest` of `aws-prices.json`. */
  readonly requests: number;
}
