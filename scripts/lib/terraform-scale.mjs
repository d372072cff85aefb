/**
 * Plans of a module that exists already, made by a provider that creates nothing: what another cost
 * center changes, and whether two hundred of them fit into what AWS takes.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DOCUMENT_LIMITS,
  GLOBAL_NAMES,
  INLINE_POLICIES_MAX,
  OUTPUT_LIMITS,
  QUOTAS,
} from './aws-quotas.mjs';
import { withModuleCopy } from './terraform.mjs';
import { init, MINUTE_MS, parseEvents, problemIf, tally, textOf } from './terraform-results.mjs';

const FOLDER = 'growth';
const REGION = 'eu-west-1';
/** Sorts before all others, which whatever goes by order would move. */
const ADDED = 'added';

const names = (count) =>
  Array.from({ length: count }, (_, index) => `center-${String(index).padStart(3, '0')}`);

const costCenters = (list, models) =>
  Object.fromEntries(list.map((name) => [name, costCenter(name, models)]));

const costCenter = (name, models) => ({
  models,
  applications: ['chat'],
  limits: [
    { window: 'month', unit: 'usd', amount: 500, notify_at: [80, 100] },
    { window: 'minute', unit: 'requests', amount: 60 },
  ],
  callers: { iam_role_arns: [`arn:aws:iam::111122223333:role/${name}-*`] },
  alert_emails: ['finops@example.com'],
});

const MODELS = {
  'nova-lite': { model_id: 'eu.amazon.nova-lite-v1:0' },
  'nova-micro': { model_id: 'eu.amazon.nova-micro-v1:0' },
  'claude-3-5-haiku': { model_id: 'eu.anthropic.claude-haiku-4-5-20251001-v1:0' },
};
const SETTINGS = {
  name: 'genai',
  models: MODELS,
  functions: { bundle_directory: 'test/fixtures/bundles' },
  // A test fails for a warning, and two hundred cost centers cost more than the usual amount.
  observability: { warn_above_usd: 0 },
};
const ONE = ['nova-lite'];
const THREE = Object.keys(MODELS);
const FEW = names(3);
const MANY = names(22);
const ALL = names(200);

/** Variables of the root module for so many cost centers, of three models and two environments. */
export const growthVariables = (count) => ({
  ...SETTINGS,
  applications: { chat: { environments: ['dev', 'production'] } },
  cost_centers: costCenters(names(count), THREE),
});

/** In one file, so that each begins from what the one before has made. */
const RUNS = [
  { name: 'few', command: 'apply', centers: costCenters(FEW, ONE) },
  { name: 'few_and_one', command: 'plan', centers: costCenters([ADDED, ...FEW], ONE) },
  { name: 'many', command: 'apply', centers: costCenters(MANY, ONE) },
  { name: 'many_and_one', command: 'plan', centers: costCenters([ADDED, ...MANY], ONE) },
  { name: 'many_but_one', command: 'plan', centers: costCenters(MANY.slice(1), ONE) },
  {
    name: 'two_hundred',
    command: 'plan',
    centers: costCenters(ALL, THREE),
    environments: ['dev', 'production'],
  },
];

const testFile = () => `mock_provider "aws" {
  source = "./mocks"
}

variables {
${Object.entries(SETTINGS)
  .map(([name, value]) => `  ${name} = ${JSON.stringify(value)}`)
  .join('\n')}
}
${RUNS.map(
  ({ name, command, centers, environments = ['production'] }) => `
run "${name}" {
  command = ${command}

  variables {
    applications = ${JSON.stringify({ chat: { environments } })}
    cost_centers = ${JSON.stringify(centers)}
  }
}
`,
).join('')}`;

/** Resources that a plan of these cost centers creates, one of each for a cost center with one profile. */
const OWN = [
  'aws_bedrock_inference_profile.this',
  'aws_budgets_budget.this',
  'aws_cloudwatch_event_rule.limits',
  'aws_cloudwatch_event_target.topics',
  'aws_cloudwatch_metric_alarm.this',
  'aws_dynamodb_table_item.cost_centers',
  'aws_sns_topic.this',
  'aws_sns_topic_policy.this',
  'aws_sns_topic_subscription.emails',
];

const isOf = (name) => {
  const pattern = new RegExp(`\\["(?:.*[/_])?${name}(?:[/_].*)?"\\]$`);
  return ({ address }) => pattern.test(address);
};

/**
 * @returns what a plan changes besides the resources of a cost center, all of which it must `action`,
 * and one dashboard.
 */
function growthProblem(plan, name, action) {
  const changed = plan.resource_changes.filter(
    ({ change }) => !['no-op', 'read'].includes(change.actions.join()),
  );
  const isOwn = isOf(name);
  const own = changed.filter((each) => isOwn(each) && each.change.actions.join() === action);
  const kinds = new Set(own.map(({ type, name: label }) => `${type}.${label}`));
  const others = changed.filter((each) => !own.includes(each));
  const isDashboard = ({ type, change }) =>
    type === 'aws_cloudwatch_dashboard' && change.actions.join() === 'update';
  const problems = [
    ...OWN.filter((kind) => !kinds.has(kind)).map((kind) => `no ${action} of ${kind} for ${name}`),
    ...others
      .filter((each) => !isDashboard(each))
      .map(({ address, change }) => `${change.actions.join()} of ${address}`),
  ];
  const dashboards = others.filter(isDashboard).map(({ address }) => address);
  if (dashboards.length !== 1) problems.push(`dashboards changed: ${dashboards.join(', ')}`);
  return problemIf(problems.length > 0, problems.join('\n'));
}

/** The resources as they will be, with what is known of them. */
const planned = (plan) =>
  plan.resource_changes
    .filter(({ mode, change }) => mode === 'managed' && change.after)
    .map(({ address, type, change }) => ({ address, type, values: change.after }));

const over = (address, size, { what, max, source }) =>
  `${address}: ${size} ${what}, and AWS takes ${max} (${source})`;

function documentProblem(resources, limit) {
  const known = resources.filter(
    ({ type, values }) =>
      type === limit.type && limit.needs.every((name) => ![undefined, null].includes(values[name])),
  );
  const problems = known.flatMap(({ address, values }) => {
    const size = limit.size(values);
    return size > limit.max ? [over(address, size, limit)] : [];
  });
  if (known.length === 0) problems.push(`no ${limit.type} with ${limit.needs.join()} was seen`);
  return problemIf(problems.length > 0, problems.join('\n'));
}

function inlinePolicyProblem(resources) {
  const sizes = new Map();
  for (const { address, type, values } of resources) {
    if (type !== 'aws_iam_role_policy' || !values.policy) continue;
    // A role is in a module of its owner, which can add a policy to it.
    const owner = address.replace(/(?:module\.role\.)?aws_iam_role_policy.*$/, '');
    sizes.set(owner, (sizes.get(owner) ?? 0) + INLINE_POLICIES_MAX.size(values.policy));
  }
  const limit = { ...INLINE_POLICIES_MAX, what: 'characters of inline policies' };
  const problems = [...sizes].flatMap(([owner, size]) =>
    size > limit.max ? [over(owner, size, limit)] : [],
  );
  if (sizes.size === 0) problems.push('no inline policy was seen');
  return problemIf(problems.length > 0, problems.join('\n'));
}

function outputProblem(plan, [name, limit]) {
  const text = plan.output_changes[name]?.after;
  if (typeof text !== 'string') return `the output ${name} is not known`;
  const what = 'characters';
  return problemIf(text.length > limit.max, over(name, text.length, { ...limit, what }));
}

function quotaProblem(resources, { type, of = () => true, ...quota }) {
  const count = resources.filter((each) => each.type === type && of(each.values)).length;
  return problemIf(count === 0 || count > quota.max, over(type, count, quota));
}

/** @returns the names that do not tell the region, or are two resources' own. */
function globalNameProblem(resources) {
  const named = resources.flatMap(({ address, type, values }) =>
    GLOBAL_NAMES[type] ? [{ address, type, name: values[GLOBAL_NAMES[type]] }] : [],
  );
  const problems = named
    .filter(({ name }) => !name.includes(REGION) && !/-[0-9a-f]{8}$/.test(name))
    .map(({ address, name }) => `${address} is called "${name}" in every region`);
  if (new Set(named.map(({ type, name }) => `${type} ${name}`)).size < named.length) {
    problems.push('two of a type have one name');
  }
  return problemIf(named.length === 0 || problems.length > 0, problems.join('\n'));
}

/** Adds the checks of a plan of two hundred cost centers. */
function addScale(counts, plan) {
  const resources = planned(plan);
  const profiles = resources.filter(({ type }) => type === 'aws_bedrock_inference_profile');
  const distinct = new Set(profiles.map(({ values }) => values.name)).size;
  const expected = ALL.length * THREE.length * 2;
  counts.add(
    '200 cost centers: a separate profile for each combination',
    problemIf(distinct !== expected, `${distinct} names of profiles, not ${expected}`),
  );
  for (const limit of DOCUMENT_LIMITS) {
    counts.add(`200 cost centers: ${limit.type}, ${limit.what}`, documentProblem(resources, limit));
  }
  counts.add('200 cost centers: inline policies', inlinePolicyProblem(resources));
  for (const entry of Object.entries(OUTPUT_LIMITS)) {
    counts.add(`200 cost centers: ${entry[0]}`, outputProblem(plan, entry));
  }
  for (const quota of QUOTAS) {
    counts.add(`200 cost centers: ${quota.what}`, quotaProblem(resources, quota));
  }
  counts.add('names of the account tell the region', globalNameProblem(resources));
}

/** The suite: one run of `terraform test`, whose plans it reads. */
export async function growth({ root, exec }) {
  return withModuleCopy(root, async ({ module: cwd, env }) => {
    const counts = tally();
    mkdirSync(join(cwd, FOLDER));
    writeFileSync(join(cwd, FOLDER, 'growth.tftest.hcl'), testFile());
    const directory = `-test-directory=${FOLDER}`;
    const problem = await init({ exec, env, cwd, args: [directory] });
    if (problem !== undefined) {
      counts.add('terraform init', problem);
      return counts.result();
    }
    // Verbose tells the plan of every run.
    const args = ['test', '-json', '-verbose', directory];
    const { output } = await exec('terraform', args, { cwd, env, timeoutMs: 30 * MINUTE_MS });
    const events = parseEvents(output);
    const errors = events.filter(({ diagnostic }) => diagnostic?.severity === 'error');
    const plans = new Map(
      events.flatMap((event) => (event.test_plan ? [[event['@testrun'], event.test_plan]] : [])),
    );
    const missing = RUNS.filter((run) => run.command === 'plan' && !plans.has(run.name));
    if (errors.length + missing.length > 0) {
      const texts = errors.map(({ diagnostic }) => textOf(diagnostic));
      counts.add('terraform test', texts.join('\n') || output.slice(-2000));
      return counts.result();
    }
    const grown = [
      ['one more of 3 cost centers', 'few_and_one', ADDED, 'create'],
      ['one more of 22 cost centers', 'many_and_one', ADDED, 'create'],
      ['one less of 22 cost centers', 'many_but_one', MANY[0], 'delete'],
    ];
    for (const [title, run, name, action] of grown) {
      const text = `${title} touches only its own and a dashboard`;
      counts.add(text, growthProblem(plans.get(run), name, action));
    }
    addScale(counts, plans.get('two_hundred'));
    return counts.result();
  });
}
