/**
 * Reads what an estimate needs from the tfvars besides the policy: variables that only Terraform
 * uses.
 */

import type { InputProblem } from '../../core/input-problem.ts';
import { DEFAULT_DEPLOYMENT, type Deployment } from '../../core/insight/estimate/deployment.ts';
import { METRIC_DETAILS } from '../../core/telemetry/metric-detail.ts';
import { asStrings, toUnvalidated, type UnvalidatedObject } from '../../core/unvalidated.ts';
import { WINDOWS } from '../../core/windows.ts';

const MEMORY_MB = { min: 128, max: 10_240 };

/** Requests per monthly report: one page of Cost Explorer has a few hundred cost centers. */
const REPORTS = new Map([
  ['week', 5],
  ['month', 1],
]);

export function readDeployment(
  config: Readonly<Record<string, unknown>>,
): { readonly deployment: Deployment } | { readonly problems: readonly InputProblem[] } {
  const variables = toUnvalidated(config);
  const part = (name: string): UnvalidatedObject => toUnvalidated(variables.get(name));
  const memory = memoryOf(toUnvalidated(part('functions').get('memory_mb')));
  if ('problems' in memory) return memory;
  const [observability, reports] = [part('observability'), part('cost_reports')];
  const [reported, compared] = [isEnabled(reports), isEnabled(part('reconciliation'))];
  const proxy = isEnabled(part('proxy'));
  const { functions, metrics, utilizationWindows } = DEFAULT_DEPLOYMENT;
  const windows = observability.get('utilization_windows');
  const deployment = {
    memory: memory.memory,
    functions: functions + [reported, compared, proxy].filter(Boolean).length,
    proxy,
    dashboard: observability.get('dashboard') !== false,
    alarms: observability.get('alarms') !== false,
    metrics: METRIC_DETAILS.find((each) => each === observability.get('metrics')) ?? metrics,
    utilizationWindows: Array.isArray(windows)
      ? new Set(WINDOWS.filter((window) => windows.includes(window)))
      : utilizationWindows,
    reportRequests: reported ? reportRequests(reports) : 0,
    reconciliation: {
      enabled: compared,
      bill: part('reconciliation').get('bill') !== false,
    },
  };
  return { deployment };
}

const isEnabled = (part: UnvalidatedObject): boolean => part.get('enabled') === true;

function reportRequests(reports: UnvalidatedObject): number {
  const periods = reports.has('periods') ? asStrings(reports.get('periods')) : REPORTS.keys();
  return [...periods].reduce((sum, period) => sum + (REPORTS.get(period) ?? 0), 0);
}

function memoryOf(
  given: UnvalidatedObject,
): { readonly memory: Deployment['memory'] } | { readonly problems: readonly InputProblem[] } {
  const memory = new Map<string, number>();
  const problems: InputProblem[] = [];
  for (const [name, value] of given) {
    if (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      value >= MEMORY_MB.min &&
      value <= MEMORY_MB.max
    ) {
      memory.set(name, value);
    } else {
      problems.push({
        path: `functions.memory_mb.${name}`,
        message: `must be a whole number from ${MEMORY_MB.min} to ${MEMORY_MB.max}, got ${JSON.stringify(value)}`,
      });
    }
  }
  return problems.length > 0 ? { problems } : { memory };
}
