/** The module from TypeScript: examples/cdktf out of the packed module, as its README says. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withPackedModule } from '../lib/packed-module.mjs';
import { OFFLINE_PROVIDER, terraformEnv } from '../lib/terraform.mjs';
import { planProblem } from '../lib/terraform-plan.mjs';
import { init, MINUTE_MS, problemIf, tally } from '../lib/terraform-results.mjs';

const EXAMPLE = 'examples/cdktf';
const STACK = 'cdktf.out/stacks/cost-sentry';

const tools = [
  {
    command: 'terraform',
    hint: 'install Terraform 1.9 or newer (https://developer.hashicorp.com/terraform/install)',
  },
  { command: 'tar', hint: 'install tar; it unpacks the packed module' },
];

/** Mistakes that must be compiler errors: one that is not fails the type check. */
const MISTAKES = `import { BedrockCostSentry } from './.gen/modules/bedrock-cost-sentry';
import { definePolicy } from './policy';

definePolicy({
  models: { lite: { model_id: 'amazon.nova-lite-v1:0' } },
  applications: { chat: { environments: ['production'] } },
  cost_centers: {
    research: {
      // @ts-expect-error an unknown model
      models: ['light'],
      // @ts-expect-error an unknown application
      applications: ['chatt'],
      // @ts-expect-error an unknown window
      limits: [{ window: 'year', unit: 'usd', amount: 5 }],
    },
  },
});

// @ts-expect-error no variable of the module
export const wrong = (s: BedrockCostSentry): unknown => s.costCentres;
`;

/** Resources that the plan of the stack must add, by type. */
const PLANNED = {
  aws_dynamodb_table: 1,
  aws_dynamodb_table_item: 4,
  aws_lambda_function: 6,
  aws_sfn_state_machine: 1,
  // sales: 2 environments, 2 models; research: 2 environments, 1 model.
  aws_bedrock_inference_profile: 6,
  aws_budgets_budget: 2,
};

/** The commands of the README; each step needs the one before. */
const COMMANDS = [
  ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
  ['npx', 'cdktf', 'get'],
  ['npx', 'tsc'],
  ['npx', 'cdktf', 'synth'],
];

const cdktf = (context) =>
  withPackedModule(context, async ({ folder, module }) => {
    const counts = tally();
    const cwd = join(module, EXAMPLE);
    const env = {
      ...terraformEnv(context.root, folder),
      // Plain output, and nothing written to the home folder of the person who runs the tests.
      CI: 'true',
      CDKTF_HOME: join(folder, 'cdktf-home'),
    };
    const exec = (command, args, options) =>
      context.exec(command, args, { env, timeoutMs: 10 * MINUTE_MS, ...options });
    writeFileSync(join(cwd, 'mistakes.ts'), MISTAKES);
    for (const [command, ...args] of COMMANDS) {
      const { code, output } = await exec(command, args, { cwd });
      const name = [command, ...args].join(' ');
      counts.add(`${EXAMPLE}: ${name}`, problemIf(code !== 0, output));
      if (code !== 0) return counts.result();
    }
    counts.add(`${EXAMPLE}: the plan`, await stackProblem({ exec, env, cwd: join(cwd, STACK) }));
    return counts.result();
  });

/** @returns what is wrong with the synthesized stack. */
async function stackProblem({ exec, env, cwd }) {
  if (!existsSync(join(cwd, 'cdk.tf.json'))) return `${STACK}/cdk.tf.json was not synthesized`;
  writeFileSync(join(cwd, 'offline_override.tf'), OFFLINE_PROVIDER);
  // Its state is kept in a file next to it, as cdktf does without a backend.
  const problem = await init({ exec, env, cwd, args: ['-backend=true'] });
  if (problem !== undefined) return problem;
  const { code, output } = await exec('terraform', ['validate', '-no-color'], { cwd });
  if (code !== 0) return output;
  return planProblem({ exec, env, cwd, expected: PLANNED });
}

export const suites = [{ name: 'cdktf', tools, run: cdktf }];
