/** `cost-sentry validate`: lists the problems of a policy, each with its path. */
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import { counted } from '../../core/safe-text.ts';
import { toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { requiredFiles } from '../terminal/options.ts';
import { regionOf, regionProblems } from '../terminal/region.ts';

interface Options {
  readonly varFile: readonly string[];
  readonly region?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
All problems are reported together, each with its path. terraform plan refuses the same; the few
differences are in docs/configuration.md.

Examples:
  $ cost-sentry validate --var-file terraform.tfvars
  $ cost-sentry validate --var-file common.tfvars --var-file production.tfvars --json
  $ cost-sentry validate --var-file terraform.tfvars --region eu-central-1`;

export const addValidate: AddCommand = ({ program, io, done }) => {
  program
    .command('validate')
    .description('check tfvars files: exit code 0 if they define a valid policy, otherwise 2')
    .addOption(
      requiredFiles('--var-file <file>', 'tfvars file, HCL or *.json; repeatable, later files win'),
    )
    .addHelpText('after', EXAMPLES)
    .option(
      '--json',
      'print {"valid", "region", "problems": [{"path", "message"}], "warnings": [...]}',
    )
    .action(async (options: Options) => done(await validate(options, io)));
};

async function validate(options: Options, io: Io): Promise<ExitCode> {
  const { varFile, json = false } = options;
  const region = regionOf(options.region, io);
  const result = await loadTfvarsPolicy(varFile, { region, plannedAt: io.clock.now() });
  const problems = [...regionProblems(region), ...('problems' in result ? result.problems : [])];
  const { warnings } = result;
  if (json) {
    io.out(toJsonText({ valid: problems.length === 0, region, problems, warnings }));
    return problems.length === 0 ? 0 : 2;
  }
  for (const { path, message } of warnings) io.err(`warning: ${path}: ${message}\n`);
  for (const { path, message } of problems) io.out(`${path}: ${message}\n`);
  if (problems.length > 0 || 'problems' in result) return 2;
  const { costCenters, models } = result.policy;
  io.out(`valid: ${counted(costCenters.size, 'cost center')}, ${counted(models.size, 'model')}\n`);
  return 0;
}
