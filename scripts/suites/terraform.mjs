/**
 * The test suites of the Terraform: format, validation, `terraform test`, the table of broken
 * configurations, plans of the examples, tflint, terraform-docs and checkov.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OFFLINE_PROVIDER, withModuleCopy } from '../lib/terraform.mjs';

const MINUTE_MS = 60_000;
const TOOLS = 'scripts/install-tools.sh';

const terraform = {
  command: 'terraform',
  hint: 'install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install)',
};
const tool = (command) => ({ command, hint: `run ${TOOLS} ${command}` });

const foldersIn = (root, folder) =>
  readdirSync(join(root, folder))
    .filter((name) => statSync(join(root, folder, name)).isDirectory())
    .map((name) => `${folder}/${name}`);

const modulesOf = (root) => ['.', ...foldersIn(root, 'modules'), ...foldersIn(root, 'examples')];

/** Counts outcomes and keeps the output of what failed. */
function tally() {
  const failures = [];
  let passed = 0;
  return {
    add(name, problem) {
      if (problem === undefined) passed += 1;
      else failures.push(`${name}\n${problem.trimEnd()}`);
    },
    result: () => ({ passed, failed: failures.length, output: failures.join('\n\n') }),
  };
}

const problemIf = (failed, output) => (failed ? output : undefined);

async function init({ exec, env, cwd, args = [] }) {
  const { code, output } = await exec(
    'terraform',
    ['init', '-backend=false', '-no-color', ...args],
    { cwd, env, timeoutMs: 5 * MINUTE_MS },
  );
  return problemIf(code !== 0, `terraform init failed\n${output}`);
}

async function format({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    cpSync(join(root, 'test/fixtures/broken'), join(module, 'broken'), { recursive: true });
    const { code, output } = await exec(
      'terraform',
      ['fmt', '-check', '-recursive', '-diff', '-no-color'],
      { cwd: module, env, timeoutMs: MINUTE_MS },
    );
    counts.add('terraform fmt -recursive would change', problemIf(code !== 0, output));
    return counts.result();
  });
}

async function validate({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    for (const folder of modulesOf(root)) {
      const cwd = join(module, folder);
      let problem = await init({ exec, env, cwd });
      if (problem === undefined) {
        const { code, output } = await exec('terraform', ['validate', '-no-color'], {
          cwd,
          env,
          timeoutMs: MINUTE_MS,
        });
        problem = problemIf(code !== 0 || /Warning:/.test(output), output);
      }
      counts.add(`terraform validate ${folder}`, problem);
    }
    return counts.result();
  });
}

/** A file that does not end so is passed over by `terraform test` without a word. */
function strayTestFiles(root) {
  return readdirSync(join(root, 'test/terraform')).filter((name) => !name.endsWith('.tftest.hcl'));
}

const TEST_FOLDER = '-test-directory=test/terraform';

async function test({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    const stray = strayTestFiles(root);
    counts.add(
      'test/terraform holds only *.tftest.hcl',
      problemIf(stray.length > 0, stray.join('\n')),
    );
    const problem = await init({ exec, env, cwd: module, args: [TEST_FOLDER] });
    if (problem !== undefined) {
      counts.add('terraform init', problem);
      return counts.result();
    }
    const { code, output } = await exec('terraform', ['test', '-json', TEST_FOLDER], {
      cwd: module,
      env,
      timeoutMs: 10 * MINUTE_MS,
    });
    const events = parseEvents(output);
    const runs = events.filter(({ test_run: run }) => run?.progress === 'complete');
    for (const { test_run: run } of runs) {
      const name = `${run.path} > ${run.run}`;
      const isFailed = run.status === 'fail' || run.status === 'error';
      counts.add(name, problemIf(isFailed, diagnosticsOf(events, run)));
    }
    const isUnexplained = code !== 0 && counts.result().failed === 0;
    counts.add(
      'terraform test',
      problemIf(isUnexplained || runs.length === 0, output || 'no test ran'),
    );
    return counts.result();
  });
}

/** The lines of Terraform's -json output, as far as they are JSON. */
function parseEvents(output) {
  return output.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

const textOf = ({ summary, detail = '' }) => `${summary}\n${detail}`;

const diagnosticsOf = (events, { path, run }) =>
  events
    .filter((event) => event['@testfile'] === path && event['@testrun'] === run && event.diagnostic)
    .map(({ diagnostic }) => textOf(diagnostic))
    .join('\n');

const errorsOf = (output) =>
  parseEvents(output)
    .filter(({ diagnostic }) => diagnostic?.severity === 'error')
    .map(({ diagnostic }) => textOf(diagnostic))
    .join('\n');

const fold = (text) => text.replace(/\s+/g, ' ');

/** What the comments at the head of a broken configuration ask for. */
export function readBroken(file) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const values = (name) =>
    lines
      .filter((line) => line.startsWith(`# ${name}: `))
      .map((line) => line.slice(name.length + 4));
  return { path: values('path')[0], says: values('says'), only: values('only')[0] };
}

/** @returns why this is not the refusal that was asked for, or undefined when it is. */
export function refusalProblem({ path, says }, code, errors) {
  if (code === 0) return 'was accepted';
  const missing = says.filter((text) => !fold(errors).includes(fold(text)));
  if (path === undefined) return 'has no `# path:` line';
  if (!errors.split('\n').some((line) => line.startsWith(`${path}: `))) missing.unshift(`${path}:`);
  return missing.length === 0
    ? undefined
    : `said nothing of\n${missing.join('\n')}\nbut\n${errors}`;
}

/**
 * The variables and what a policy must hold, as they stand, without the resources: a plan then needs
 * no provider and takes a fraction of a second. That the module refuses too is in `test` and `plan`.
 */
function writeRulesOnly(root, folder) {
  for (const name of ['variables.tf', 'policy.tf']) {
    writeFileSync(join(folder, name), readFileSync(join(root, name)));
  }
  mkdirSync(join(folder, 'functions/core/pricing'), { recursive: true });
  const catalogue = 'functions/core/pricing/catalogue.json';
  writeFileSync(join(folder, catalogue), readFileSync(join(root, catalogue)));
  writeFileSync(
    join(folder, 'outputs.tf'),
    `locals {
  function_names = []
}

output "policy" {
  value = true

  precondition {
    condition     = length(local.policy_problems) == 0
    error_message = join("\\n", local.policy_problems)
  }
}
`,
  );
}

async function broken({ root, exec }) {
  return withModuleCopy(root, async ({ folder, env }) => {
    const counts = tally();
    const cwd = join(folder, 'rules');
    mkdirSync(cwd);
    writeRulesOnly(root, cwd);
    const plan = (file) =>
      exec('terraform', ['plan', '-json', '-input=false', '-lock=false', `-var-file=${file}`], {
        cwd,
        env,
        timeoutMs: MINUTE_MS,
      });
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
      const { code, output } = await plan(entry.file);
      counts.add(
        `test/fixtures/broken/${entry.name}`,
        refusalProblem(entry, code, errorsOf(output)),
      );
    });
    counts.add('the table of broken configurations', problemIf(todo.length === 0, 'is empty'));
    const sound = await plan(join(root, 'examples/complete/terraform.tfvars'));
    counts.add(
      'examples/complete is accepted',
      problemIf(sound.code !== 0, errorsOf(sound.output)),
    );
    return counts.result();
  });
}

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
    aws_dynamodb_table_item: 2,
    aws_lambda_function: 6,
    aws_sfn_state_machine: 1,
    aws_apigatewayv2_route: 4,
    aws_bedrock_inference_profile: 1,
  },
  'examples/complete': {
    aws_dynamodb_table: 1,
    aws_dynamodb_table_item: 4,
    aws_lambda_function: 6,
    aws_sfn_state_machine: 1,
    aws_apigatewayv2_route: 4,
    // 3 cost centers, 3 environments, 6 models.
    aws_bedrock_inference_profile: 54,
  },
};

/** Plans without an account or a network, with empty bundles, as a user's first plan goes. */
async function plan({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    const bundles = join(module, 'dist/functions');
    mkdirSync(bundles, { recursive: true });
    for (const name of readdirSync(join(root, 'test/fixtures/bundles'))) {
      writeFileSync(join(bundles, name), readFileSync(join(root, 'test/fixtures/bundles', name)));
    }
    for (const [folder, expected] of Object.entries(PLANNED)) {
      const cwd = join(module, folder);
      writeFileSync(join(cwd, 'offline_override.tf'), OFFLINE_PROVIDER);
      const problem =
        (await init({ exec, env, cwd })) ?? (await planProblem({ exec, env, cwd, expected }));
      counts.add(`terraform plan ${folder}`, problem);
    }
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

async function planProblem({ exec, env, cwd, expected }) {
  const { code, output } = await exec('terraform', ['plan', '-json'], {
    cwd,
    env,
    timeoutMs: 2 * MINUTE_MS,
  });
  if (code !== 0) return errorsOf(output);
  const planned = {};
  for (const { change, type } of parseEvents(output)) {
    if (type !== 'planned_change' || change.action !== 'create') continue;
    const kind = change.resource.resource_type;
    planned[kind] = (planned[kind] ?? 0) + 1;
  }
  const wrong = Object.entries(expected)
    .filter(([kind, count]) => planned[kind] !== count)
    .map(([kind, count]) => `${kind}: ${planned[kind] ?? 0} planned, not ${count}`);
  return problemIf(wrong.length > 0, wrong.join('\n'));
}

async function tflint({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    const config = join(root, '.tflint.hcl');
    const { code, output } = await exec(
      'tflint',
      ['--recursive', `--config=${config}`, '--format=compact', '--no-color'],
      { cwd: module, env, timeoutMs: 5 * MINUTE_MS },
    );
    counts.add('tflint --recursive', problemIf(code !== 0, output));
    return counts.result();
  });
}

async function docs({ root, exec }) {
  const counts = tally();
  for (const folder of modulesOf(root)) {
    const { code, output } = await exec(
      'terraform-docs',
      [`--config=${join(root, '.terraform-docs.yml')}`, '--output-check', join(root, folder)],
      { cwd: root, timeoutMs: MINUTE_MS },
    );
    const remedy = `${output}\nrun terraform-docs --config=.terraform-docs.yml ${folder}`;
    counts.add(`${folder}/README.md is up to date`, problemIf(code !== 0, remedy));
  }
  return counts.result();
}

async function checkov({ root, exec }) {
  return withModuleCopy(root, async ({ folder, module, env }) => {
    const counts = tally();
    // Its configuration names the folder to look at; from the copy that is the copy.
    const config = join(folder, 'checkov.yml');
    writeFileSync(config, readFileSync(join(root, '.checkov.yml')));
    const { code, output } = await exec('checkov', ['--config-file', config, '--output', 'json'], {
      cwd: module,
      env,
      timeoutMs: 10 * MINUTE_MS,
    });
    const { summary, failures } = checkovSummary(output);
    const isWrong =
      code !== 0 || summary === undefined || !(summary.passed > 0) || summary.failed > 0;
    counts.add('checkov', problemIf(isWrong, failures || output));
    counts.add('every skip of checkov has its reason', unexplainedSkips(root));
    return counts.result();
  });
}

function checkovSummary(output) {
  const start = output.indexOf('{');
  if (start < 0) return {};
  try {
    const report = JSON.parse(output.slice(start, output.lastIndexOf('}') + 1));
    const failed = report.results?.failed_checks ?? [];
    const failures = failed.map(
      (check) => `${check.check_id} ${check.check_name}: ${check.resource} (${check.file_path})`,
    );
    return { summary: report.summary, failures: failures.join('\n') };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function unexplainedSkips(root) {
  const wrong = modulesOf(root).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.tf'))
      .flatMap((name) => readFileSync(join(root, folder, name), 'utf8').split('\n'))
      .filter((line) => line.includes('checkov:skip') && !/checkov:skip=\w+: \S.{10,}/.test(line)),
  );
  return problemIf(wrong.length > 0, wrong.join('\n'));
}

/** What the test orchestrator runs; `tools` are the commands a suite can't do without. */
export const suites = [
  { name: 'terraform fmt', tools: [terraform], run: format },
  { name: 'terraform validate', tools: [terraform], run: validate },
  { name: 'terraform test', tools: [terraform], run: test },
  { name: 'terraform plan', tools: [terraform], run: plan },
  { name: 'broken configurations', tools: [terraform], run: broken },
  { name: 'tflint', tools: [tool('tflint')], run: tflint },
  { name: 'terraform-docs', tools: [tool('terraform-docs')], run: docs },
  { name: 'checkov', tools: [tool('checkov')], run: checkov },
];
