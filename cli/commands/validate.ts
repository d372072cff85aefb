/** `cost-sentry validate`: lists the problems of a policy, each with its path. */
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import { counted } from '../../core/safe-text.ts';
import { toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { appendOption } from '../terminal/options.ts';

interface Options {
  readonly varFile: readonly string[];
  readonly json?: boolean;
}

const EXAMPLES = `
All problems are reported together, each with its path. Prices and time zones are checked too;
terraform plan cannot check them.

Examples:
  $ cost-sentry validate --var-file terraform.tfvars
  $ cost-sentry validate --var-file common.tfvars --var-file production.tfvars --json`;

export const addValidate: AddCommand = ({ program, io, done }) => {
  program
    .command('validate')
    .description('check tfvars files: exit code 0 if they define a valid policy, otherwise 2')
    .requiredOption(
      '--var-file <file>',
      'tfvars file, HCL or *.json; repeatable, later files win',
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
    io.out(
      `valid: ${counted(costCenters.size, 'cost center')}, ${counted(models.size, 'model')}\n`,
    );
  } else {
    for (const { path, message } of problems) io.out(`${path}: ${message}\n`);
  }
  return problems.length === 0 ? 0 : 2;
}
