/**
 * What AWS takes of each document that a plan renders. Sources are AWS's own pages, read in 2026-11;
 * what counts resources is a quota that AWS raises on request.
 */

const DOCS = 'https://docs.aws.amazon.com';
const CLOUDWATCH = `${DOCS}/AmazonCloudWatch/latest/monitoring`;
const IAM = `${DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html`;

const bytes = (text) => Buffer.byteLength(text);
/** IAM counts no white space. */
const inked = (text) => text.replace(/\s/g, '').length;
const widgets = ({ dashboard_body: body }) => JSON.parse(body).widgets;
const lines = (widget) => widget.properties.metrics ?? [];
const expressions = (dashboard) =>
  widgets(dashboard).flatMap((widget) =>
    lines(widget).flatMap(([first]) => (first?.expression ? [first.expression] : [])),
  );
const longest = (texts) => Math.max(0, ...texts.map((text) => text.length));
const variables = ({ environment }) =>
  environment.flatMap((block) => Object.entries(block.variables).map(([k, v]) => bytes(k + v)));
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const nameLimit = (type, max, source) => ({
  type,
  what: 'characters of the name',
  needs: ['name'],
  size: ({ name }) => name.length,
  max,
  source,
});

/**
 * Of one resource: `size` reads it from its values, in what `max` counts. `needs` are the attributes
 * that must be known for it.
 */
export const DOCUMENT_LIMITS = [
  {
    type: 'aws_dynamodb_table_item',
    what: 'bytes of the item',
    needs: ['item'],
    size: ({ item }) => bytes(item),
    max: 400 * 1024,
    source: `${DOCS}/amazondynamodb/latest/developerguide/ServiceQuotas.html`,
  },
  {
    type: 'aws_cloudwatch_dashboard',
    what: 'widgets',
    needs: ['dashboard_body'],
    size: (dashboard) => widgets(dashboard).length,
    max: 500,
    source: `${CLOUDWATCH}/cloudwatch_limits.html`,
  },
  {
    type: 'aws_cloudwatch_dashboard',
    what: 'metrics of a widget',
    needs: ['dashboard_body'],
    size: (dashboard) => Math.max(...widgets(dashboard).map((widget) => lines(widget).length)),
    max: 500,
    source: `${CLOUDWATCH}/cloudwatch_limits.html`,
  },
  {
    type: 'aws_cloudwatch_dashboard',
    what: 'metrics',
    needs: ['dashboard_body'],
    size: (dashboard) => sum(widgets(dashboard).map((widget) => lines(widget).length)),
    max: 2500,
    source: `${CLOUDWATCH}/cloudwatch_limits.html`,
  },
  {
    type: 'aws_cloudwatch_dashboard',
    what: 'characters of an expression',
    needs: ['dashboard_body'],
    size: (dashboard) => longest(expressions(dashboard)),
    max: 1024,
    source: `${CLOUDWATCH}/search-expression-syntax.html`,
  },
  {
    type: 'aws_cloudwatch_metric_alarm',
    what: 'characters of the name',
    needs: ['alarm_name'],
    size: ({ alarm_name: name }) => name.length,
    max: 255,
    source: `${DOCS}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`,
  },
  {
    type: 'aws_cloudwatch_metric_alarm',
    what: 'characters of an expression',
    needs: ['metric_query'],
    size: ({ metric_query: queries }) => longest(queries.map(({ expression }) => expression)),
    max: 2048,
    source: `${DOCS}/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html`,
  },
  nameLimit(
    'aws_cloudwatch_event_rule',
    64,
    `${DOCS}/eventbridge/latest/APIReference/API_PutRule.html`,
  ),
  {
    type: 'aws_cloudwatch_event_rule',
    what: 'characters of the pattern',
    needs: ['event_pattern'],
    size: ({ event_pattern: pattern }) => pattern.length,
    max: 2048,
    source: `${DOCS}/eventbridge/latest/userguide/eb-quota.html`,
  },
  nameLimit(
    'aws_bedrock_inference_profile',
    64,
    `${DOCS}/bedrock/latest/APIReference/API_CreateInferenceProfile.html`,
  ),
  nameLimit(
    'aws_budgets_budget',
    100,
    `${DOCS}/aws-cost-management/latest/APIReference/API_budgets_Budget.html`,
  ),
  nameLimit('aws_sns_topic', 256, `${DOCS}/sns/latest/api/API_CreateTopic.html`),
  nameLimit('aws_iam_role', 64, IAM),
  {
    type: 'aws_iam_role',
    what: 'characters of the trust policy',
    needs: ['assume_role_policy'],
    size: ({ assume_role_policy: policy }) => inked(policy),
    max: 2048,
    source: IAM,
  },
  {
    type: 'aws_lambda_function',
    what: 'bytes of the environment',
    needs: ['environment'],
    size: (lambda) => sum(variables(lambda)),
    max: 4096,
    source: `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`,
  },
  {
    type: 'aws_sfn_state_machine',
    what: 'bytes of the definition',
    needs: ['definition'],
    size: ({ definition }) => bytes(definition),
    max: 1024 * 1024,
    source: `${DOCS}/step-functions/latest/dg/service-quotas.html`,
  },
];

/** Characters of all inline policies of a role together. */
export const INLINE_POLICIES_MAX = { max: 10_240, source: IAM, size: inked };

/** Characters of the policies that come as outputs. */
export const OUTPUT_LIMITS = {
  deny_direct_bedrock_scp_json: {
    max: 5120,
    source: `${DOCS}/organizations/latest/userguide/orgs_reference_limits.html`,
  },
  deny_direct_bedrock_policy_json: { max: 6144, source: IAM },
};

const hasQuery = ({ metric_query: queries = [] }) => queries.length > 0;

/** Of an account in a region, by default. `of` tells which resources of the type count. */
export const QUOTAS = [
  {
    type: 'aws_cloudwatch_metric_alarm',
    what: 'alarms on queries',
    of: hasQuery,
    max: 200,
    source: `${CLOUDWATCH}/alarm-limits.html`,
  },
  {
    type: 'aws_cloudwatch_metric_alarm',
    what: 'alarms',
    max: 5000,
    source: `${CLOUDWATCH}/cloudwatch_limits.html`,
  },
  {
    type: 'aws_cloudwatch_event_rule',
    what: 'rules of a bus',
    max: 300,
    source: `${DOCS}/eventbridge/latest/userguide/eb-quota.html`,
  },
  {
    type: 'aws_cloudwatch_log_metric_filter',
    what: 'filters of a log group',
    max: 100,
    source: `${DOCS}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`,
  },
];

/** Names of these belong to the account, whichever region they were made in. */
export const GLOBAL_NAMES = {
  aws_iam_role: 'name',
  aws_budgets_budget: 'name',
  aws_cloudwatch_dashboard: 'dashboard_name',
};
