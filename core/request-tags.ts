/** The tags of a request: kept in every later state, metric record and log line. */

export interface RequestTags {
  readonly requestId: string;
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly applicationId?: string;
  readonly costCenter?: string;
  readonly environment?: string;
  readonly modelMetric?: string;
}
