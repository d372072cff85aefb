/** Billable parts of a deployment that are not in its policy. */
import type { MetricDetail } from '../../telemetry/metric-detail.ts';
import type { Window } from '../../windows.ts';

/** Memory in MB of each function that does not have the default. */
export type Memory = ReadonlyMap<string, number>;

export interface Deployment {
  readonly memory: Memory;
  /** Functions deployed. */
  readonly functions: number;
  /** Whether there is a front for clients of model APIs, which has alarms. */
  readonly proxy: boolean;
  readonly dashboard: boolean;
  readonly alarms: boolean;
  readonly metrics: MetricDetail;
  /** Windows whose limits have a utilization alarm. */
  readonly utilizationWindows: ReadonlySet<Window>;
  /** Requests per month of scheduled reports. */
  readonly reportRequests: number;
  /** The daily reconciliation, and whether it queries the bill. */
  readonly reconciliation: { readonly enabled: boolean; readonly bill: boolean };
}

/** Defaults, if the tfvars do not set them. */
export const DEFAULT_DEPLOYMENT: Deployment = {
  memory: new Map(),
  functions: 6,
  proxy: false,
  dashboard: true,
  alarms: true,
  metrics: 'cost_center',
  utilizationWindows: new Set<Window>(['day', 'month']),
  reportRequests: 0,
  reconciliation: { enabled: false, bill: true },
};
