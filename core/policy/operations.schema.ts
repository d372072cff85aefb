/**
 * The tfvars shapes of the variables about operation, as a JSON schema: Terraform reads them, the
 * functions do not. `title` and `description` have the same meaning as in `policy.schema.ts`.
 */
import { API } from './api.schema.ts';
import { EMAIL } from './policy.schema.ts';
import {
  BOOLEAN,
  BUCKET_NAME,
  IAM_POLICY_ARN,
  KMS_KEY_ARN,
  ORIGIN_SECRETS,
  RETENTION_DAYS,
  TAG_KEY,
  TAG_VALUE,
  TEXT,
  TEXTS,
} from './value.schema.ts';

/** As core/telemetry/alerts/alert-types.ts has them. */
const ALERT_TYPES = [
  'LimitThresholdCrossed',
  'CallDenied',
  'FallbackBegun',
  'LimitBurnRate',
  'ReservationsExpired',
  'ReconciliationDrift',
  'CostReportPublished',
] as const;

/** Folders of functions/. */
const FUNCTIONS = [
  'validate-and-set-context',
  'reserve-budget',
  'invoke-model',
  'record-outcome',
  'sweep-reservations',
  'gateway',
  'proxy',
  'operate',
  'publish-report',
  'reconcile-costs',
] as const;

const byFunction = <Schema>(schema: Schema) =>
  ({
    type: 'object',
    title: 'function',
    additionalProperties: false,
    properties: Object.fromEntries(FUNCTIONS.map((name) => [name, schema])),
  }) as const;

const ALERTS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    emails: { type: 'array', uniqueItems: true, items: EMAIL },
    types: {
      type: 'array',
      title: 'type',
      minItems: 1,
      items: { type: 'string', enum: ALERT_TYPES, title: 'type' },
    },
    kms_key_arn: KMS_KEY_ARN,
  },
} as const;

const BUDGETS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    amounts: {
      type: 'object',
      additionalProperties: { type: 'number', exclusiveMinimum: 0 },
    },
    notifications: {
      type: 'array',
      title: 'notification',
      minItems: 1,
      maxItems: 10,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['type', 'percent'],
        properties: {
          type: { type: 'string', enum: ['actual', 'forecasted'], title: 'type' },
          percent: { type: 'number', exclusiveMinimum: 0, maximum: 1000 },
        },
      },
    },
    action: {
      type: 'object',
      additionalProperties: false,
      required: ['policy_arn', 'roles'],
      properties: {
        policy_arn: IAM_POLICY_ARN,
        roles: {
          type: 'object',
          additionalProperties: { ...TEXTS, title: 'role', minItems: 1, maxItems: 100 },
        },
        percent: { type: 'number', exclusiveMinimum: 0, maximum: 1000 },
        approval: { type: 'string', enum: ['automatic', 'manual'], title: 'approval' },
      },
    },
  },
} as const;

const ANOMALY_DETECTION = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    monitor_arns: {
      type: 'array',
      items: {
        type: 'string',
        pattern: '^arn:[a-z-]+:ce::[0-9]{12}:anomalymonitor/.+$',
        title: 'the ARN of a monitor',
        description: 'use arn:aws:ce::<account>:anomalymonitor/<id>',
      },
    },
    cost_centers_per_monitor: { type: 'integer', minimum: 1, maximum: 10 },
    frequency: { type: 'string', enum: ['immediate', 'daily', 'weekly'], title: 'frequency' },
    minimum_impact_usd: { type: 'number', minimum: 0 },
  },
} as const;

const TAG_KEYS = {
  type: 'array',
  items: {
    type: 'string',
    pattern: '^(?!user:)[a-zA-Z0-9 _.:/=+@-]{1,128}$',
    title: 'the key of a tag',
    description: 'use the same spelling as on the resource, without "user:", such as "costCenter"',
  },
} as const;

const REPORTING = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    tag_keys: TAG_KEYS,
    iam_principal: BOOLEAN,
    time_granularity: {
      type: 'string',
      enum: ['hourly', 'daily', 'monthly'],
      title: 'time_granularity',
    },
    format: { type: 'string', enum: ['parquet', 'csv'], title: 'format' },
    bucket_name: BUCKET_NAME,
    retention_days: RETENTION_DAYS,
    kms_key_arn: KMS_KEY_ARN,
    force_destroy: BOOLEAN,
  },
} as const;

const COST_REPORTS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    periods: {
      type: 'array',
      title: 'period',
      minItems: 1,
      items: { type: 'string', enum: ['week', 'month'], title: 'period' },
    },
    bucket_name: BUCKET_NAME,
    retention_days: RETENTION_DAYS,
    kms_key_arn: KMS_KEY_ARN,
    force_destroy: BOOLEAN,
  },
} as const;

const RECONCILIATION = {
  type: 'object',
  additionalProperties: false,
  properties: {
    enabled: BOOLEAN,
    tolerance_percent: { type: 'number', minimum: 0.1, maximum: 1000 },
    bill: BOOLEAN,
    fold: BOOLEAN,
  },
} as const;

const THRESHOLD = { type: 'number', minimum: 0 } as const;

const OBSERVABILITY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    namespace: {
      type: 'string',
      pattern: '^(?!AWS)[A-Za-z][A-Za-z0-9_.-]{0,127}$',
      title: 'the namespace of metrics',
      description: 'write up to 128 letters, digits and . _ -, not beginning with AWS',
    },
    warn_above_usd: { type: 'number', minimum: 0 },
    metrics: { type: 'string', enum: ['full', 'cost_center', 'none'], title: 'metrics' },
    dashboard: BOOLEAN,
    alarms: BOOLEAN,
    alarm_actions: {
      type: 'array',
      title: 'ARNs',
      maxItems: 4,
      items: {
        type: 'string',
        pattern: '^arn:',
        title: 'an ARN',
        description: 'use one such as arn:aws:sns:eu-west-1:111122223333:on-call',
      },
    },
    thresholds: {
      type: 'object',
      title: 'threshold',
      additionalProperties: false,
      properties: {
        utilization_percent: THRESHOLD,
        denials: THRESHOLD,
        failed_settlements: THRESHOLD,
        expired_reservations: THRESHOLD,
        function_errors: THRESHOLD,
        workflow_failures: THRESHOLD,
        throttles: THRESHOLD,
        front_errors: THRESHOLD,
        front_refusals: THRESHOLD,
        shards_item_kilobytes: THRESHOLD,
        item_kilobytes: THRESHOLD,
      },
    },
    utilization_windows: {
      type: 'array',
      items: {
        type: 'string',
        enum: ['minute', 'hour', 'day', 'week', 'month', 'total'],
        title: 'window',
      },
    },
  },
} as const;

const FUNCTION_SETTINGS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    bundle_directory: TEXT,
    memory_mb: byFunction({ type: 'integer', minimum: 128, maximum: 10_240 } as const),
    reserved_concurrency: byFunction({ type: 'integer', minimum: 0 } as const),
    tracing: BOOLEAN,
    dead_letters: BOOLEAN,
    vpc: {
      type: 'object',
      additionalProperties: false,
      required: ['subnet_ids', 'security_group_ids'],
      properties: {
        subnet_ids: { ...TEXTS, title: 'subnet', minItems: 1 },
        security_group_ids: { ...TEXTS, title: 'security group', minItems: 1 },
      },
    },
  },
} as const;

const WORKFLOW = {
  type: 'object',
  additionalProperties: false,
  properties: {
    log_level: { type: 'string', enum: ['OFF', 'ALL', 'ERROR', 'FATAL'], title: 'log_level' },
    include_execution_data: BOOLEAN,
    tracing: BOOLEAN,
    starters: {
      type: 'array',
      items: {
        type: 'string',
        pattern:
          '^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/*?-]*[A-Za-z0-9][A-Za-z0-9+=,.@_*?-]*$',
        title: 'the ARN of a role with a letter or digit in its last segment',
        description: 'use arn:aws:iam::<account>:role/<name>',
      },
    },
  },
} as const;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
  3288, 3653,
] as const;

export const OPERATIONS_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    access_policies: {
      type: 'object',
      additionalProperties: false,
      properties: {
        exceptions: {
          type: 'array',
          items: {
            type: 'string',
            pattern: '^arn:[a-z-]+:iam::([0-9]{12}|\\*):(role|user)/[A-Za-z0-9+=,.@_/*?-]+$',
            title: 'the ARN of a role or user',
            description: 'use arn:aws:iam::<account>:role/<name>',
          },
        },
        confine_sentry: BOOLEAN,
        protect_sentry: BOOLEAN,
        operators: {
          type: 'array',
          title: 'role',
          items: {
            type: 'string',
            pattern:
              '^arn:[a-z-]+:iam::([0-9]{12}|\\*):(role|user)/[A-Za-z0-9+=,.@_/*?-]*[A-Za-z0-9][A-Za-z0-9+=,.@_*?-]*$',
            title: 'the ARN of a role or user with a letter or digit in its last segment',
            description: 'use arn:aws:iam::<account>:role/<name>',
          },
        },
      },
    },
    alerts: ALERTS,
    anomaly_detection: ANOMALY_DETECTION,
    api: API,
    budgets: BUDGETS,
    cost_allocation_tags: {
      type: 'object',
      additionalProperties: false,
      properties: { enabled: BOOLEAN, keys: TAG_KEYS },
    },
    cost_reports: COST_REPORTS,
    deletion_protection: BOOLEAN,
    event_bus_name: {
      type: 'string',
      pattern: '^[/.A-Za-z0-9_-]{1,256}$',
      title: 'the name of an event bus',
      description: 'write 1 to 256 letters, digits, dots, hyphens, underscores and slashes',
    },
    functions: FUNCTION_SETTINGS,
    identity: { type: 'string', enum: ['off', 'iam', 'jwt'], title: 'identity' },
    keep_audit_log: BOOLEAN,
    kms_key_arn: KMS_KEY_ARN,
    log_retention_days: { type: 'integer', enum: LOG_RETENTION_DAYS, title: 'number of days' },
    observability: OBSERVABILITY,
    proxy_origin_secrets: ORIGIN_SECRETS,
    reconciliation: RECONCILIATION,
    reporting: REPORTING,
    permissions_boundary_arn: IAM_POLICY_ARN,
    role_name_prefix: {
      type: 'string',
      pattern: '^[A-Za-z0-9+=,.@_-]{0,32}$',
      title: "the prefix of a role's name",
      description: 'write up to 32 letters, digits and + = , . @ _ -',
    },
    role_path: {
      type: 'string',
      pattern: '^/([!-.0-~]{1,64}/)*$',
      maxLength: 512,
      title: 'the path of a role',
      description: 'write names between slashes, such as "/platform/"',
    },
    tags: {
      type: 'object',
      title: 'tag',
      maxProperties: 46,
      propertyNames: TAG_KEY,
      additionalProperties: TAG_VALUE,
    },
    workflow: WORKFLOW,
  },
} as const;
