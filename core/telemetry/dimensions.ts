/** Dimensions of a call's metrics, and their values where the policy has no name for them. */

/** Values come from the policy only; `other` where a request named none of it. */
export interface MetricDimensions {
  readonly Model: string;
  readonly ModelId: string;
  readonly CostCenter: string;
  readonly Application: string;
  readonly Environment: string;
}

/** Value of a dimension whose name is not in the policy: callers cannot create metrics. */
export const OTHER_DIMENSION = 'other';

export const UNKNOWN_DIMENSIONS: MetricDimensions = {
  Model: OTHER_DIMENSION,
  ModelId: OTHER_DIMENSION,
  CostCenter: OTHER_DIMENSION,
  Application: OTHER_DIMENSION,
  Environment: OTHER_DIMENSION,
};
