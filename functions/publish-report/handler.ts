/** Weekly and monthly job: writes the Bedrock cost report as HTML and CSV to a bucket. */
import { CostExplorerCosts, costExplorerClient } from '../../adapters/cost-explorer.ts';
import { s3Reports } from '../../adapters/s3-reports.ts';
import { systemClock } from '../../adapters/system.ts';
import { publishReport } from '../../core/jobs/publish-report.ts';
import { s3Client } from '../edge/aws-clients.ts';
import { requiredEnv } from '../edge/environment.ts';
import { alertPublisherFrom } from '../edge/ports/alerts.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const { env } = process;
const region = requiredEnv(env, 'AWS_REGION');
const policies = policiesFrom(env);
const ports = {
  store: s3Reports(s3Client(), requiredEnv(env, 'REPORT_BUCKET_NAME'), region),
  alerts: alertPublisherFrom(env),
  clock: systemClock,
};
const costExplorer = costExplorerClient(region);

export const handler = workflowStep(async (event: unknown) => {
  // Costs are cached for one run: each run queries them again.
  const costs = new CostExplorerCosts(costExplorer);
  return publishReport({ ...ports, costs }, await policies.load(), event);
});
