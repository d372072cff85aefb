/** Monitoring cost: the dashboards and alarms of modules/observability. */
import { sharedLimits } from '../../policy/limit-owners.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Deployment } from './deployment.ts';

/** As in modules/observability: beyond this number, cost centers have separate dashboards. */
const COST_CENTERS_PER_DASHBOARD = 20;
/**
 * Errors and throttles; failed and timed-out executions; shards and size of account items; statuses
 * of 4xx and 5xx.
 */
const ALARMS = { ofFunction: 2, ofWorkflow: 2, ofItemSize: 2, ofFront: 2 };
/** Settlements and expirations use the metric of every series, throttles that of every model. */
const ANALYZED_OF_SERIES = 3;
/** Operations of the ledger, each with a metric of its throttled requests. */
const LEDGER_OPERATIONS = 6;

interface Watching {
  /** Metrics of a cost center's denials and drift, in addition to those of its calls. */
  readonly metrics: number;
  readonly dashboards: number;
  /**
   * Metrics that alarms evaluate. An alarm on a query is billed for every metric that the query
   * analyzes: https://aws.amazon.com/cloudwatch/pricing/, 2026-11.
   */
  readonly alarmMetrics: number;
}

export function billableMonitoring(
  policy: Policy,
  callSeries: number,
  deployment: Deployment,
): Watching {
  const { dashboard, alarms, metrics: detail, utilizationWindows } = deployment;
  const { functions, proxy, reconciliation } = deployment;
  const centers = policy.costCenters.size;
  const groups = Math.ceil(centers / COST_CENTERS_PER_DASHBOARD);
  const watched = sharedLimits(policy).filter(
    ({ mode, window }) => detail !== 'none' && mode === 'enforce' && utilizationWindows.has(window),
  ).length;
  const analyzed = callSeries * ANALYZED_OF_SERIES + LEDGER_OPERATIONS;
  const drifts = reconciliation.enabled ? centers : 0;
  const fronts = proxy ? ALARMS.ofFront : 0;
  const sizes = detail === 'none' ? 0 : ALARMS.ofItemSize;
  const ofDeployment = functions * ALARMS.ofFunction + ALARMS.ofWorkflow + fronts + sizes;
  const own = watched + centers + drifts + ofDeployment;
  return {
    metrics: (alarms ? centers : 0) + drifts,
    dashboards: dashboard ? 1 + (groups > 1 ? groups : 0) : 0,
    alarmMetrics: alarms ? own + analyzed : 0,
  };
}
