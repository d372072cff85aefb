/** Variables of the module without any option: as few parts as it can have. */
import { ACCOUNT } from './facade.ts';

const STARTER = `arn:aws:iam::${ACCOUNT}:role/workflow-starter`;

export const noOption = {
  models: { 'nova-lite': { model_id: 'amazon.nova-lite-v1:0', inference_profile: false } },
  workflow: { log_level: 'OFF', starters: [STARTER] },
  identity: 'off',
  proxy: { enabled: false },
  api: { enabled: false },
  budgets: { enabled: false },
  anomaly_detection: { enabled: false },
  cost_allocation_tags: { enabled: false },
  reporting: { enabled: false },
  cost_reports: { enabled: false },
  reconciliation: { enabled: false },
  functions: { tracing: false, dead_letters: false },
  observability: { metrics: 'none', dashboard: false, alarms: false, warn_above_usd: 0 },
  access_policies: { confine_sentry: false, protect_sentry: false },
  log_retention_days: 0,
  keep_audit_log: false,
  deletion_protection: false,
};
