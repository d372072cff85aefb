/**
 * Variables of the root module that are not the policy's: about how it is operated, not about who
 * may spend what. A test holds this list against the module's variables.tf.
 */
export const OPERATIONS_VARIABLES: readonly string[] = [
  'access_policies',
  'alerts',
  'anomaly_detection',
  'api',
  'budgets',
  'cost_allocation_tags',
  'cost_reports',
  'deletion_protection',
  'event_bus_name',
  'functions',
  'identity',
  'kms_key_arn',
  'log_retention_days',
  'observability',
  'reconciliation',
  'reporting',
  'tags',
  'workflow',
];
