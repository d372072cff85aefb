/** What AWS billed, as Cost Explorer tells it. */
import type { BilledAmount } from './billed-amount.ts';

export const GRANULARITIES = ['daily', 'monthly'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/**
 * Dimensions of a cost that this product reads.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html, 2026-11.
 */
type Dimension = 'SERVICE' | 'USAGE_TYPE' | 'RECORD_TYPE';

export type CostKey = { readonly tag: string } | { readonly dimension: Dimension };

/** Costs with one of the values; a tag's value `''` stands for costs that don't carry the tag. */
export type CostFilter = CostKey & { readonly values: readonly [string, ...string[]] };

export interface CostQuery {
  /** First day, as `2026-11-01`, in UTC. */
  readonly from: string;
  /** The first day that is not asked for. */
  readonly to: string;
  readonly granularity: Granularity;
  /** At most two: Cost Explorer takes no more. */
  readonly groupBy: readonly [CostKey] | readonly [CostKey, CostKey];
  /** All of them must hold. */
  readonly filters?: readonly CostFilter[];
}

/** Unblended cost of a group in one period, credits and refunds included. */
export interface CostGroup {
  /**
   * A value per key of `groupBy`, in its order: `''` for costs that don't carry the tag, undefined
   * when the answer does not tell.
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
  /** Whether AWS may still change it. */
  readonly estimated: boolean;
  readonly groups: readonly CostGroup[];
}

/** One answer of Cost Explorer; a period may go on in the next page. */
export interface CostPage {
  readonly periods: readonly CostPeriod[];
}

export interface BilledCosts {
  /**
   * Asks page by page, as the reader takes them.
   * @throws BillingUnavailableError for an answer that can't be understood; what the service itself
   * refuses with comes as its own error.
   */
  costAndUsage(query: CostQuery): AsyncIterable<CostPage>;
  /** Requests sent so far; AWS charges for each, `costExplorerRequest` of `aws-prices.json`. */
  readonly requests: number;
}
