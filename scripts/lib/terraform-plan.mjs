/** Plans without an account: of the examples, and of the table of broken configurations. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OFFLINE_PROVIDER, withModuleCopy } from './terraform.mjs';
import { addBundles, REPEATED, readPlan, repeatedProblem } from './terraform-reproducible.mjs';
import {
  errorsOf,
  init,
  MINUTE_MS,
  parseEvents,
  problemIf,
  tally,
  textOf,
} from './terraform-results.mjs';
import { unknownKeys } from './unknown-keys.mjs';

const fold = (text) => text.replace(/\s+/g, ' ');

/** Expectations in the comments at the head of a broken configuration. */
function readBroken(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const values = (name) =>
    lines
      .filter((line) => line.startsWith(`# ${name}: `))
      .map((line) => line.slice(name.length + 4));
  const [region = 'us-east-1'] = values('region');
  return { path: values('path')[0], says: values('says'), only: values('only')[0], region };
}

/** How a message tells what is allowed, or what to do. */
const REMEDY = /\b(?:write|use|must|required|add|give|rename|name another|leave|set)\b/;

/** @returns why this is not the refusal that was asked for, or undefined when it is. */
function refusalProblem({ path, says }, code, errors) {
  if (code === 0) return 'was accepted';
  const missing = says.filter((text) => !fold(errors).includes(fold(text)));
  if (path === undefined) return 'has no `# path:` line';
  const messages = errors.split('\n').filter((line) => line.startsWith(`${path}: `));
  if (messages.length === 0) missing.unshift(`${path}:`);
  if (messages.some((line) => !REMEDY.test(line))) missing.push('what to write instead');
  return missing.length === 0
    ? undefined
    : `said nothing of\n${missing.join('\n')}\nbut\n${errors}`;
}

/**
 * The variables and their checks without the resources: a plan then needs no provider and takes a
 * fraction of a second. That the whole module refuses too is in `test` and `plan`.
 */
function writeRulesOnly(root, folder) {
  const variables = readdirSync(root).filter((name) => /^variables-.*\.tf$/.test(name));
  const parts = [
    ...['modules/schema-check', 'modules/configuration'],
    ...['region-services', 'time-zones'].map((name) => `core/policy/${name}.json`),
    'core/pricing/catalogue.json',
  ];
  for (const name of [...variables, 'configuration.tf', ...parts]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  writeFileSync(
    join(folder, 'outputs.tf'),
    'variable "planned_region" {\n  type    = string\n  default = "us-east-1"\n}\n\n' +
      'locals {\n  region = var.planned_region\n}\n\n' +
      'output "config" {\n  value = local.config\n}\n',
  );
}

export async function broken({ root, exec }) {
  return withModuleCopy(root, async ({ folder, env }) => {
    const counts = tally();
    const cwd = join(folder, 'rules');
    mkdirSync(cwd);
    writeRulesOnly(root, cwd);
    const plan = (file, region = 'us-east-1') => {
      const variables = [`-var-file=${file}`, `-var=planned_region=${region}`];
      return exec('terraform', ['plan', '-json', '-input=false', '-lock=false', ...variables], {
        cwd,
        env,
        timeoutMs: MINUTE_MS,
      });
    };
    const problem = await init({ exec, env, cwd });
    if (problem !== undefined) {
      counts.add('terraform init', problem);
      return counts.result();
    }
    const table = join(root, 'test/fixtures/broken');
    const files = readdirSync(table).filter((name) => name.endsWith('.tfvars'));
    const todo = files
      .map((name) => ({ name, file: join(table, name), ...readBroken(join(table, name)) }))
      .filter(({ only }) => !only?.startsWith('resolver'));
    await inTurns(2, todo, async (entry) => {
      const { code, output } = await plan(entry.file, entry.region);
      counts.add(
        `test/fixtures/broken/${entry.name}`,
        refusalProblem(entry, code, errorsOf(output)),
      );
    });
    counts.add('the table of broken configurations', problemIf(todo.length === 0, 'is empty'));
    const valid = join(root, 'test/fixtures/valid');
    const sounds = readdirSync(valid).filter((name) => name.endsWith('.tfvars'));
    await inTurns(2, sounds, async (name) => {
      const { code, output } = await plan(join(valid, name));
      counts.add(`test/fixtures/valid/${name}`, problemIf(code !== 0, errorsOf(output)));
    });
    counts.add('the table of valid configurations', problemIf(sounds.length === 0, 'is empty'));
    for (const several of ['object', 'array']) {
      const { config, paths } = unknownKeys(variablesSchema(root), several);
      const file = join(cwd, `${several}.tfvars.json`);
      writeFileSync(file, JSON.stringify(config));
      const lines = errorsOf((await plan(file)).output).split('\n');
      const missing = paths.filter(
        (path) => !lines.some((line) => line.startsWith(`${path}: unknown `)),
      );
      counts.add(
        `an unlisted key at every depth, with ${several} values`,
        problemIf(missing.length > 0, `was accepted at\n${missing.join('\n')}`),
      );
    }
    const sound = await plan(join(root, 'examples/complete/terraform.tfvars'));
    counts.add(
      'examples/complete is accepted',
      problemIf(sound.code !== 0, errorsOf(sound.output)),
    );
    return counts.result();
  });
}

const variablesSchema = (root) =>
  JSON.parse(readFileSync(join(root, 'modules/schema-check/variables.schema.json'), 'utf8'));

/** Works through the items with so many at a time. */
async function inTurns(width, items, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** Resources that a plan of each example must add, by type. */
const PLANNED = {
  'examples/basic': {
    aws_dynamodb_table: 1,
    aws_dynamodb_table_item: 3,
    aws_lambda_function: 6,
    aws_sfn_state_machine: 1,
    aws_apigatewayv2_route: 10,
    aws_bedrock_inference_profile: 1,
    aws_sns_topic: 2,
  },
  'examples/complete': {
    aws_dynamodb_table: 1,
    aws_dynamodb_table_item: 5,
    aws_lambda_function: 6,
    aws_sfn_state_machine: 1,
    aws_apigatewayv2_route: 10,
    // 3 cost centers, 3 environments, 6 models.
    aws_bedrock_inference_profile: 54,
    aws_budgets_budget: 3,
    // One for each cost center and one for the organization, each with one address.
    aws_sns_topic: 4,
    aws_sns_topic_subscription: 4,
    aws_cloudwatch_event_rule: 4,
    aws_cloudwatch_dashboard: 1,
    aws_cloudwatch_query_definition: 4,
  },
  'examples/payer-account': {
    aws_ce_cost_allocation_tag: 3,
    aws_ce_anomaly_monitor: 1,
    aws_ce_anomaly_subscription: 1,
    aws_bcmdataexports_export: 1,
    aws_s3_bucket: 1,
  },
};

/** Plans without an account or a network, as a user's first plan goes. */
export async function plan({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    addBundles(module, join(root, 'dist/functions'));
    for (const [folder, expected] of Object.entries(PLANNED)) {
      const cwd = join(module, folder);
      writeFileSync(join(cwd, 'offline_override.tf'), OFFLINE_PROVIDER);
      const problem =
        (await init({ exec, env, cwd })) ?? (await planProblem({ exec, env, cwd, expected }));
      counts.add(`terraform plan ${folder}`, problem);
    }
    const first = await readPlan({ exec, env, cwd: join(module, REPEATED) });
    counts.add(
      `${REPEATED}, built and planned elsewhere, is the same`,
      await repeatedProblem({ root, exec, first }),
    );
    const cwd = join(module, 'examples/complete');
    const file = join(root, 'test/fixtures/broken/unknown-model.tfvars');
    const { code, output } = await exec('terraform', ['plan', '-json', `-var-file=${file}`], {
      cwd,
      env,
      timeoutMs: 2 * MINUTE_MS,
    });
    counts.add(
      'the whole module refuses test/fixtures/broken/unknown-model.tfvars',
      refusalProblem(readBroken(file), code, errorsOf(output)),
    );
    return counts.result();
  });
}

/**
 * Plans in `cwd`, where `terraform init` was run.
 * @returns what is wrong with the plan: errors, warnings, or resources to add that are not
 *   `expected`, by type.
 */
export async function planProblem({ exec, env, cwd, expected }) {
  const { code, output } = await exec('terraform', ['plan', '-json', '-out=plan'], {
    cwd,
    env,
    timeoutMs: 2 * MINUTE_MS,
  });
  if (code !== 0) return errorsOf(output);
  const events = parseEvents(output);
  const planned = {};
  for (const { change, type } of events) {
    if (type !== 'planned_change' || change.action !== 'create') continue;
    const kind = change.resource.resource_type;
    planned[kind] = (planned[kind] ?? 0) + 1;
  }
  const wrong = Object.entries(expected)
    .filter(([kind, count]) => planned[kind] !== count)
    .map(([kind, count]) => `${kind}: ${planned[kind] ?? 0} planned, not ${count}`);
  // An example has no warning for its reader to act on.
  for (const { diagnostic } of events) {
    if (diagnostic?.severity === 'warning') wrong.push(`a warning: ${textOf(diagnostic)}`);
  }
  const total = Object.values(planned).reduce((sum, count) => sum + count, 0);
  const readme = join(cwd, 'README.md');
  // A synthesized stack has no README.
  const text = existsSync(readme) ? readFileSync(readme, 'utf8') : '';
  const [, documented] = /(\d+) resources/.exec(text) ?? [];
  if (documented !== undefined && Number(documented) !== total) {
    wrong.push(`README.md: ${documented} resources documented, ${total} planned`);
  }
  return problemIf(wrong.length > 0, wrong.join('\n'));
}
