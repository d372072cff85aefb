/** The module with every option set, and with none: what examples/basic is changed to. */
import { OPERATIONS_SCHEMA } from '../../../core/policy/operations.schema.ts';
import { ACCOUNT } from './facade.ts';

/** Needed before: ARNs of things that the account's owners create. */
export interface Surroundings {
  readonly keyArn: string;
  readonly boundaryArn: string;
  readonly busName: string;
  readonly webAclArn: string;
}

const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const DOMAIN = 'models.example.com';
const CERTIFICATE = `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/0a1b2c3d`;
const STARTER = role('workflow-starter');
const JWT = {
  issuer: 'https://login.example.com',
  audience: ['cost-sentry'],
  user_claim: 'email',
  groups_claim: 'groups',
};

/** As few parts as the module has. */
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

const limit = {
  window: 'month',
  unit: 'usd',
  amount: 50,
  mode: 'enforce',
  notify_at: [80, 100],
};

const policy = {
  models: {
    'nova-lite': {
      model_id: 'amazon.nova-lite-v1:0',
      context_tokens: 200_000,
      max_output_tokens: 5_000,
      default_max_tokens: 1_000,
      also: ['nova'],
      inference_profile: true,
      unsupported_parameters: 'drop',
      price: { input: 0.07, output: 0.28 },
      limits: [{ name: 'daily-tokens', window: 'day', unit: 'tokens', amount: 20_000_000 }],
    },
    haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
  },
  applications: { chat: { environments: ['production', 'test'], default_environment: 'test' } },
  cost_centers: {
    research: {
      tag_value: 'CC-10042',
      model: 'nova-lite',
      models: ['nova-lite', 'haiku'],
      applications: ['chat'],
      limits: [
        {
          ...limit,
          ceilings: [
            { percent: 80, application: 'chat', environment: 'test' },
            { percent: 90, model: 'haiku', fallback: 'nova-lite' },
          ],
        },
        { window: 'week', unit: 'usd', amount: 10, application: 'chat', environment: 'test' },
        { window: 'day', unit: 'usd', amount: 10, model: 'haiku', mode: 'observe' },
        {
          ...{ window: 'day', unit: 'usd', amount: 5, per: 'user' },
          groups: { chemists: 8 },
          users: { 'ada@example.com': 9 },
        },
      ],
      callers: [
        {
          iam_role_arns: [role('research-*')],
          jwt: { team: 'research' },
          applications: ['chat'],
          environments: ['production', 'test'],
          trust_session_names: true,
        },
      ],
      alert_emails: ['research@example.com'],
    },
  },
  default_cost_center: 'research',
  organization: { limits: [{ ...limit, name: 'all', amount: 100 }] },
  time_zone: 'Europe/Berlin',
  ledger: {
    shards: 2,
    lease_seconds: 300,
    history_windows: 6,
    reservation: 'count',
    unknown_outcome: 'release',
    expired_reservation: 'release',
    in_flight_max: 100,
    new_sessions_per_minute: 500,
    wait_seconds: 2,
    on_ledger_error: 'allow',
  },
  execution: 'workflow',
  log_prompts: true,
};

const billing = {
  budgets: {
    enabled: true,
    amounts: { research: 40 },
    notifications: [{ type: 'forecasted', percent: 90 }],
    action: {
      policy_arn: `arn:aws:iam::${ACCOUNT}:policy/deny-bedrock`,
      roles: { research: ['research-app'] },
      percent: 95,
      approval: 'manual',
    },
  },
  anomaly_detection: {
    enabled: true,
    cost_centers_per_monitor: 1,
    frequency: 'daily',
    minimum_impact_usd: 5,
  },
  cost_allocation_tags: { enabled: true, keys: ['CostCenter', 'Application', 'Stage'] },
  reconciliation: { enabled: true, tolerance_percent: 2.5, bill: true, fold: true },
};

const observability = {
  namespace: 'Basic',
  warn_above_usd: 1_000,
  metrics: 'full',
  dashboard: true,
  alarms: true,
  alarm_actions: [`arn:aws:sns:us-east-1:${ACCOUNT}:on-call`],
  thresholds: {
    utilization_percent: 70,
    denials: 5,
    failed_settlements: 2,
    expired_reservations: 2,
    function_errors: 2,
    workflow_failures: 2,
    throttles: 5,
    shards_item_kilobytes: 32,
    item_kilobytes: 300,
    front_errors: 5,
    front_refusals: 500,
  },
  utilization_windows: ['day', 'week', 'month'],
};

const { memory_mb: BY_FUNCTION } = OPERATIONS_SCHEMA.properties.functions.properties;
const forEachFunction = (value: number) =>
  Object.fromEntries(Object.keys(BY_FUNCTION.properties).map((name) => [name, value]));

/** All options with a value other than the default. */
export const everyOption = ({ keyArn, boundaryArn, busName, webAclArn }: Surroundings) => ({
  ...policy,
  ...billing,
  observability,
  tag_keys: { cost_center: 'CostCenter', application: 'Application', environment: 'Stage' },
  proxy: {
    enabled: true,
    authentication: ['key', 'jwt'],
    jwt: JWT,
    // The one that works in a VPC. fronts.test.ts has the others, and a private one.
    front: 'rest_api',
    domain: { name: DOMAIN, certificate_arn: CERTIFICATE },
    web_acl: { arn: webAclArn },
    rest_api: { throttling: { rate: 20, burst: 40 }, access_log: false },
    stream_seconds: 600,
    allow_origins: ['https://app.example.com'],
    allow_fields: ['additionalModelRequestFields.novelty'],
  },
  api: {
    enabled: true,
    authorization: 'jwt',
    jwt: JWT,
    throttling: { rate: 5, burst: 10 },
    cors: { allow_origins: ['https://app.example.com'] },
    function_url: true,
  },
  identity: 'jwt',
  operators: { iam_role_arns: [role('finops')], jwt: { team: 'finops' } },
  access_policies: {
    exceptions: [role('notebook')],
    confine_sentry: true,
    protect_sentry: true,
    operators: [role('deployer')],
  },
  functions: {
    memory_mb: forEachFunction(1_024),
    reserved_concurrency: forEachFunction(3),
    tracing: true,
    dead_letters: true,
    vpc: { subnet_ids: ['subnet-0a1b2c3d'], security_group_ids: ['sg-0a1b2c3d'] },
  },
  workflow: {
    log_level: 'ALL',
    include_execution_data: true,
    tracing: true,
    starters: [STARTER],
  },
  event_bus_name: busName,
  kms_key_arn: keyArn,
  log_retention_days: 30,
  deletion_protection: true,
  keep_audit_log: true,
  permissions_boundary_arn: boundaryArn,
  role_path: '/platform/genai/',
  role_name_prefix: 'acme-',
  tags: { Team: 'platform' },
  alerts: {
    emails: ['finops@example.com'],
    types: ['LimitThresholdCrossed'],
    kms_key_arn: keyArn,
  },
  reporting: {
    enabled: true,
    tag_keys: ['CostCenter'],
    iam_principal: true,
    time_granularity: 'hourly',
    format: 'csv',
    bucket_name: 'acme-cost-and-usage',
    retention_days: 30,
    kms_key_arn: keyArn,
    force_destroy: true,
  },
  cost_reports: {
    enabled: true,
    periods: ['week'],
    bucket_name: 'acme-bedrock-reports',
    retention_days: 30,
    kms_key_arn: keyArn,
    force_destroy: true,
  },
});

/** With a higher limit, and a table that can be destroyed. */
export function changedOptions({ cost_centers, ...options }: ReturnType<typeof everyOption>) {
  const [budget, ...limits] = cost_centers.research.limits;
  const research = { ...cost_centers.research, limits: [{ ...budget, amount: 60 }, ...limits] };
  return { ...options, cost_centers: { research }, deletion_protection: false };
}
