/** Daily job: reconciles metered usage with what AWS observed and billed. */
import { CloudWatchMetrics } from '../../adapters/cloudwatch-metrics.ts';
import { CostExplorerCosts, costExplorerClient } from '../../adapters/cost-explorer.ts';
import { systemClock } from '../../adapters/system.ts';
import { reconcileCosts } from '../../core/jobs/reconcile-costs.ts';
import { cloudWatchClient } from '../edge/aws-clients.ts';
import { oneOfEnv, requiredEnv } from '../edge/environment.ts';
import { alertPublisherFrom } from '../edge/ports/alerts.ts';
import { ledgerFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { telemetryFrom } from '../edge/ports/telemetry.ts';
import { warn, workflowStep } from '../edge/workflow-step.ts';

const { env } = process;
const policies = policiesFrom(env);
const ports = {
  metrics: new CloudWatchMetrics(cloudWatchClient(), env.METRIC_NAMESPACE),
  ledger: ledgerFrom(env),
  telemetry: telemetryFrom(process.env),
  alerts: alertPublisherFrom(env),
  clock: systemClock,
  warn,
};
const settings = {
  tolerance: Number(requiredEnv(env, 'TOLERANCE_PERMILLE')),
  folds: oneOfEnv(env, 'FOLD_OUTSIDE_USE', ['no', 'yes']) === 'yes',
};
const costExplorer =
  oneOfEnv(env, 'BILL', ['no', 'yes']) === 'yes'
    ? costExplorerClient(requiredEnv(env, 'AWS_REGION'))
    : undefined;

export const handler = workflowStep(async () => {
  // Costs are cached for one run: each run queries them again.
  const costs = costExplorer && { costs: new CostExplorerCosts(costExplorer) };
  return reconcileCosts({ ...ports, ...costs }, await policies.load(), settings);
});
