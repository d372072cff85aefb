/** `cost-sentry estimate`: cost of the sentry itself, before it is deployed. */
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { estimate, type Traffic } from '../../core/insight/estimate/estimate.ts';
import { quoted } from '../../core/safe-text.ts';
import { estimateJson, estimateText } from '../estimate/format.ts';
import { readDeployment } from '../estimate/read-deployment.ts';
import { failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { RequiredOption, requiredFiles } from '../terminal/options.ts';
import { regionOf, regionProblems } from '../terminal/region.ts';

interface Options {
  readonly varFile: readonly string[];
  readonly requestsPerMonth: string;
  readonly modelSeconds: string;
  readonly region?: string;
  readonly json?: boolean;
}

const REQUESTS_MAX = 1_000_000_000;
/** The longest model call that the module allows. */
const MODEL_MS_MAX = 235_000;

const EXAMPLES = `
Examples:
  $ cost-sentry estimate --var-file terraform.tfvars --requests-per-month 1000000
  $ cost-sentry estimate --var-file a.tfvars --requests-per-month 50000 --model-seconds 8.5 --json
  $ cost-sentry estimate --var-file a.tfvars --requests-per-month 50000 --region eu-central-1

Lines whose price is not known in the region are listed, and are not in the sums.`;

export const addEstimate: AddCommand = ({ program, io, done }) => {
  program
    .command('estimate')
    .description('estimate the monthly AWS cost of the sentry itself, by service')
    .addOption(
      requiredFiles('--var-file <file>', 'tfvars file, HCL or *.json; repeatable, later files win'),
    )
    .addOption(new RequiredOption('--requests-per-month <number>', `1 to ${REQUESTS_MAX}`))
    .option('--model-seconds <seconds>', 'average duration of a model call', '3')
    .option('--json', 'print JSON; errors as {"problems": [{"path", "message"}]}')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await estimateOf(options, io)));
};

async function estimateOf(options: Options, io: Io): Promise<ExitCode> {
  const { varFile, json = false } = options;
  const region = regionOf(options.region, io);
  const read = await loadTfvarsPolicy(varFile);
  const traffic = trafficOf(options, region, io);
  const deployed = 'config' in read ? readDeployment(read.config) : { problems: [] };
  const problems = [
    ...regionProblems(region),
    ...traffic.problems,
    ...('problems' in read ? read.problems : []),
    ...('problems' in deployed ? deployed.problems : []),
  ];
  if (problems.length > 0 || 'problems' in read || 'problems' in deployed) {
    return failWithProblems(problems, options, io);
  }
  const found = estimate(read.policy, traffic.traffic, deployed.deployment);
  if (json) {
    io.out(toJsonText(estimateJson(found, read.policy, traffic.traffic)));
  } else {
    io.out(estimateText(found, read.policy, traffic.traffic));
  }
  return 0;
}

function trafficOf(
  { requestsPerMonth, modelSeconds }: Options,
  region: string,
  { clock }: Io,
): { readonly traffic: Traffic; readonly problems: readonly InputProblem[] } {
  const problems: InputProblem[] = [];
  const requests = /^\d{1,10}$/.test(requestsPerMonth) ? Number(requestsPerMonth) : 0;
  if (requests < 1 || requests > REQUESTS_MAX) {
    problems.push({
      path: '--requests-per-month',
      message: `must be a whole number from 1 to ${REQUESTS_MAX}, got ${quoted(requestsPerMonth)}`,
    });
  }
  const isSeconds = /^\d{1,3}(?:\.\d{1,3})?$/.test(modelSeconds);
  const modelMs = isSeconds ? Math.round(Number(modelSeconds) * 1000) : 0;
  if (modelMs < 1 || modelMs > MODEL_MS_MAX) {
    problems.push({
      path: '--model-seconds',
      message: `must be a number of seconds from 0.001 to ${MODEL_MS_MAX / 1000}, got ${quoted(modelSeconds)}`,
    });
  }
  return { traffic: { requestsPerMonth: requests, modelMs, at: clock.now(), region }, problems };
}
