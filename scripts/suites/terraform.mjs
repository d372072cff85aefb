/**
 * The test suites of the Terraform: format, validation, `terraform test`, the table of broken
 * configurations, plans of the examples and of what is added to them, tflint, the generated reference and checkov.
 */
import { cpSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { withPackedModule } from '../lib/packed-module.mjs';
import { withSharedProvider } from '../lib/shared-provider.mjs';
import { terraformEnv, withModuleCopy } from '../lib/terraform.mjs';
import { checkov, format, reference, tflint } from '../lib/terraform-lint.mjs';
import { broken, plan } from '../lib/terraform-plan.mjs';
import {
  init,
  MINUTE_MS,
  modulesOf,
  parseEvents,
  problemIf,
  tally,
  textOf,
} from '../lib/terraform-results.mjs';
import { growth } from '../lib/terraform-scale.mjs';

const TOOLS = 'scripts/install-tools.sh';

const terraform = {
  command: 'terraform',
  hint: 'install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install)',
};
const tool = (command) => ({ command, hint: `run ${TOOLS} ${command}` });

async function validate({ root, exec }) {
  return withModuleCopy(root, async ({ module, env }) => {
    const counts = tally();
    const check = async (cwd, runEnv) => {
      const { code, output } = await exec('terraform', ['validate', '-no-color'], {
        cwd,
        env: runEnv,
        timeoutMs: MINUTE_MS,
      });
      return problemIf(code !== 0 || /Warning:/.test(output), output);
    };
    // The provider that the others share comes with the module itself.
    await init({ exec, env, cwd: module });
    await withSharedProvider({ cwd: module, env }, async (shared) => {
      for (const folder of modulesOf(root)) {
        const cwd = join(module, folder);
        const problem = (await init({ exec, env, cwd })) ?? (await check(cwd, shared));
        counts.add(`terraform validate ${folder}`, problem);
      }
    });
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
    const { code, output } = await withSharedProvider({ cwd: module, env }, (shared) =>
      exec('terraform', ['test', '-json', TEST_FOLDER], {
        cwd: module,
        env: shared,
        timeoutMs: 30 * MINUTE_MS,
      }),
    );
    const events = parseEvents(output);
    // A run that is skipped follows on one that failed.
    const isRun = ({ test_run: run }) => run?.progress === 'complete' && run.status !== 'skip';
    const runs = events.filter(isRun);
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

const diagnosticsOf = (events, { path, run }) =>
  events
    .filter((event) => event['@testfile'] === path && event['@testrun'] === run && event.diagnostic)
    .map(({ diagnostic }) => textOf(diagnostic))
    .join('\n');

const DOWNSTREAM = 'test/fixtures/downstream';

/** `terraform test` of a configuration that uses the packed module, with the mocks it comes with. */
const downstream = (context) =>
  withPackedModule(context, async ({ folder, module }) => {
    const counts = tally();
    const cwd = join(folder, 'downstream');
    cpSync(join(context.root, DOWNSTREAM), cwd, { recursive: true });
    renameSync(module, join(cwd, 'package'));
    const env = terraformEnv(context.root, folder);
    const exec = (command, args, options) => context.exec(command, args, { ...options, env });
    const problem = await init({ exec, env, cwd });
    if (problem !== undefined) {
      counts.add(`${DOWNSTREAM}: terraform init`, problem);
      return counts.result();
    }
    const { code, output } = await exec('terraform', ['test', '-no-color'], {
      cwd,
      timeoutMs: 10 * MINUTE_MS,
    });
    const isSound = code === 0 && /[1-9]\d* passed, 0 failed/.test(output);
    counts.add(`${DOWNSTREAM}: terraform test`, problemIf(!isSound, output));
    counts.add(`${DOWNSTREAM}: no warning`, problemIf(/Warning:/.test(output), output));
    return counts.result();
  });

/** Suites for the test runner; `tools` are the commands a suite can't do without. */
export const suites = [
  { name: 'terraform fmt', tools: [terraform], run: format },
  { name: 'terraform validate', tools: [terraform], run: validate },
  { name: 'terraform test', tools: [terraform], run: test },
  {
    name: 'terraform test of users',
    tools: [terraform, { command: 'tar', hint: 'install tar; it unpacks the packed module' }],
    run: downstream,
  },
  { name: 'terraform plan', tools: [terraform], run: plan },
  { name: 'terraform growth', tools: [terraform], run: growth },
  { name: 'broken configurations', tools: [terraform], run: broken },
  { name: 'tflint', tools: [tool('tflint')], run: tflint },
  { name: 'terraform reference', tools: [], run: reference },
  { name: 'checkov', tools: [tool('checkov')], run: checkov },
];

/** About, on two cores. */
export const minutes = 8;
