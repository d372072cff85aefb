/**
 * Variables of the root module that do not belong to the policy: they are about its operation, not
 * about who may spend what. A test compares this list with the module's variables.tf.
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
  'keep_audit_log',
  'kms_key_arn',
  'log_retention_days',
  'observability',
  'permissions_boundary_arn',
  'proxy_origin_secrets',
  'reconciliation',
  'reporting',
  'role_name_prefix',
  'role_path',
  'tags',
  'workflow',
];
