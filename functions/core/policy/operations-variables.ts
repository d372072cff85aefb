/**
 * Variables of the root module that are not the policy's: about how it is operated, not about who
 * may spend what. A test holds this list against the module's variables.tf.
 */
export const OPERATIONS_VARIABLES: readonly string[] = [
  'api',
  'deletion_protection',
  'event_bus_name',
  'functions',
  'identity',
  'kms_key_arn',
  'log_retention_days',
  'tags',
  'workflow',
];
