/** Once a day: what was metered, beside what AWS observed and billed. */
import { CloudWatchMetrics } from '../adapters/cloudwatch-metrics.ts';
import { CostExplorerCosts, costExplorerClient } from '../adapters/cost-explorer.ts';
import { logTelemetry } from '../adapters/log-telemetry.ts';
import { systemClock } from '../adapters/system.ts';
import { reconcileCosts } from '../core/steps/reconcile-costs.ts';
import { alertsFrom } from '../edge/alerts-from-env.ts';
import { cloudWatchClient } from '../edge/clients.ts';
import { oneOfEnv, required } from '../edge/config-from-env.ts';
import { ledgerFrom } from '../edge/ledger-from-env.ts';
import { policiesFrom } from '../edge/policies-from-env.ts';
import { warn, workflowStep } from '../edge/workflow-step.ts';

const { env } = process;
const policies = policiesFrom(env);
const ports = {
  metrics: new CloudWatchMetrics(cloudWatchClient()),
  ledger: ledgerFrom(env),
  telemetry: logTelemetry,
  alerts: alertsFrom(env),
  clock: systemClock,
  warn,
};
const settings = {
  tolerance: Number(required(env, 'TOLERANCE_PERMILLE')),
  folds: oneOfEnv(env, 'FOLD_OUTSIDE_USE', ['no', 'yes']) === 'yes',
};
const costExplorer =
  oneOfEnv(env, 'BILL', ['no', 'yes']) === 'yes'
    ? costExplorerClient(required(env, 'AWS_REGION'))
    : undefined;

export const handler = workflowStep(async () => {
  // Costs are kept for one run: a later one must ask again.
  const costs = costExplorer && { costs: new CostExplorerCosts(costExplorer) };
  return reconcileCosts({ ...ports, ...costs }, await policies.load(), settings);
});
