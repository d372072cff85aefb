/** `cost-sentry validate`: the policy's problems, each with its path. */
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import { toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { appendOption } from '../terminal/options.ts';

interface Options {
  readonly varFile: readonly string[];
  readonly json?: boolean;
}

const EXAMPLES = `
Every problem is told at once, with its path. Prices and time zones are checked as well, which
terraform plan can't.

Examples:
  $ cost-sentry validate --var-file terraform.tfvars
  $ cost-sentry validate --var-file common.tfvars --var-file production.tfvars --json`;

export const addValidate: AddCommand = ({ program, io, done }) => {
  program
    .command('validate')
    .description('check tfvars: exit code 0 when they resolve to a policy, 2 when they do not')
    .requiredOption(
      '--var-file <file>',
      'tfvars file, HCL or *.json; repeat it as for Terraform, later files win',
      appendOption,
    )
    .addHelpText('after', EXAMPLES)
    .option('--json', 'print {"valid", "problems": [{"path", "message"}]}')
    .action(async (options: Options) => done(await validate(options, io)));
};

async function validate({ varFile, json = false }: Options, io: Io): Promise<ExitCode> {
  const result = await loadTfvarsPolicy(varFile);
  const problems = 'problems' in result ? result.problems : [];
  if (json) {
    io.out(toJsonText({ valid: problems.length === 0, problems }));
  } else if ('policy' in result) {
    const { costCenters, models } = result.policy;
    io.out(`valid: ${costCenters.size} cost centers, ${models.size} models\n`);
  } else {
    for (const { path, message } of problems) io.out(`${path}: ${message}\n`);
  }
  return problems.length === 0 ? 0 : 2;
}
