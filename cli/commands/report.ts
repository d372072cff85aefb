/** `cost-sentry report`: Bedrock cost by cost center, as AWS bills it. */
import { type Command, Option } from 'commander';
import { CostExplorerCosts, costExplorerClient } from '../../adapters/cost-explorer.ts';
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { type BilledCosts, GRANULARITIES } from '../../core/insight/billing/ports.ts';
import {
  DEFAULT_TAG_NAMES,
  NamedCosts,
  type TagNames,
  tagNamesOf,
} from '../../core/insight/billing/tag-names.ts';
import { csvReport } from '../../core/insight/report/csv.ts';
import type { ReportFormat } from '../../core/insight/report/format.ts';
import { htmlReport, type PageOptions } from '../../core/insight/report/html/page.ts';
import { jsonReport } from '../../core/insight/report/json.ts';
import { monthlyLimits } from '../../core/insight/report/monthly-limits.ts';
import {
  BREAKDOWNS,
  parseReportRequest,
  type ReportFlags,
  type ReportRequest,
} from '../../core/insight/report/report-request.ts';
import { tableReport } from '../../core/insight/report/table.ts';
import { writeReport } from '../../core/insight/report/write-report.ts';
import { counted, quoted } from '../../core/safe-text.ts';
import {
  failWithFlagProblems,
  failWithProblems,
  toFlagProblem,
} from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { appendOption, choiceOption } from '../terminal/options.ts';
import { OutputError, openOutput, STANDARD_OUTPUT } from '../terminal/output-file.ts';
import { regionOf } from '../terminal/region.ts';
import { formatTable } from '../terminal/table.ts';

const FORMATS = {
  table: (request: ReportRequest) => tableReport(request, formatTable),
  csv: csvReport,
  json: jsonReport,
  html: (_request: ReportRequest, page: PageOptions) => htmlReport(page),
} satisfies Record<string, (request: ReportRequest, page: PageOptions) => ReportFormat>;
type FormatName = keyof typeof FORMATS;

interface Options extends ReportFlags {
  readonly format?: string;
  readonly json?: boolean;
  readonly out?: string;
  readonly varFile?: readonly string[];
}

const EXAMPLES = `
Dates are UTC. Cost Explorer charges USD 0.01 per request; the report shows the total.

Examples:
  $ cost-sentry report
  $ cost-sentry report --from 2026-10-01 --to 2026-11-01 --by model
  $ cost-sentry report --from 2026-01-01 --granularity monthly --filter costCenter=sales,support
  $ cost-sentry report --format csv --out november.csv
  $ cost-sentry report --format html --var-file terraform.tfvars --out november.html
  $ cost-sentry report --filter costCenter= --by model     untagged cost
  $ cost-sentry report --by iamPrincipal/costSentry        cost through the sentry, and others

Exit codes: 0 report written; 2 invalid usage, or AWS refused the request.`;

export const addReport: AddCommand = ({ program, io, done }) => {
  withFlags(
    program.command('report').description('report Bedrock cost by cost center, as AWS bills it'),
  )
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await reportOf(options, io)));
};

const withFlags = (command: Command): Command =>
  command
    .option('--from <date>', 'start date, such as 2026-11-01 (default: first day of the month)')
    .option('--to <date>', 'end date, exclusive (default: tomorrow)')
    .addOption(
      choiceOption('--granularity <period>', 'length of each period', GRANULARITIES, 'daily'),
    )
    .addOption(choiceOption('--by <key>', 'key to group costs by', BREAKDOWNS, 'costCenter'))
    .option(
      '--filter <tag=values>',
      'show only costs with this tag, such as costCenter=sales,support; costCenter= shows untagged costs; repeatable',
      appendOption,
    )
    .addOption(choiceOption('--format <format>', 'output format', Object.keys(FORMATS), 'table'))
    .addOption(new Option('--json', 'the same as --format json'))
    .option(
      '--var-file <file>',
      'tfvars file: keys and values of its tags, and with --format html its monthly limits; repeatable, later files win',
      appendOption,
    )
    .option('--out <file>', 'write to this file; - for standard output (default)');

async function reportOf(options: Options, io: Io): Promise<ExitCode> {
  const json = options.json === true || options.format === 'json';
  const format = formatOf(options);
  const found = parseReportRequest(options, io.clock.now());
  const deployment = await readDeployment(options, io);
  const ofFlags = [
    ...('problems' in found ? found.problems : []),
    ...('problem' in format ? [format.problem] : []),
  ];
  const problems = [
    ...(json ? ofFlags : ofFlags.map(toFlagProblem)),
    ...('problems' in deployment ? deployment.problems : []),
  ];
  if ('problems' in found || 'problem' in format || 'problems' in deployment) {
    return failWithProblems(problems, { json }, io);
  }
  const output = openOutput(options.out, io);
  const notWritten = (problem: string): ExitCode =>
    failWithFlagProblems(
      [{ path: 'out', message: `${quoted(options.out)}: ${problem}` }],
      { json },
      io,
    );
  if ('problem' in output) return notWritten(output.problem);
  const client = costExplorerClient(io.env.AWS_REGION);
  const costs = new NamedCosts(new CostExplorerCosts(client), deployment.tags);
  const written = FORMATS[format.name](found.request, deployment.page);
  const write = writeWithProgress(
    output.write,
    options.out !== undefined && options.out !== STANDARD_OUTPUT,
    costs,
    io,
  );
  try {
    await writeReport(costs, found.request, [{ format: written, write }]);
    output.finish();
  } catch (error) {
    output.abandon();
    if (error instanceof OutputError) return notWritten(error.message);
    throw error;
  } finally {
    io.status?.('');
    client.destroy();
  }
  return 0;
}

/** Shows progress on the terminal until the report's own text is written there. */
function writeWithProgress(
  write: (text: string) => void,
  isFile: boolean,
  costs: BilledCosts,
  io: Io,
): (text: string) => void {
  const asking = 'Querying Cost Explorer …';
  io.status?.(asking);
  let isShown = true;
  return (text) => {
    if (isFile) io.status?.(`${asking} ${counted(costs.requests, 'request')}`);
    else if (isShown && text !== '') {
      isShown = false;
      io.status?.('');
    }
    write(text);
  };
}

interface Deployment {
  /** For the HTML report alone. */
  readonly page: PageOptions;
  readonly tags: TagNames;
}

/** Limits for the charts, and the keys and values of the tags. */
async function readDeployment(
  { varFile }: Options,
  io: Io,
): Promise<Deployment | { readonly problems: readonly InputProblem[] }> {
  const madeAt = io.clock.now();
  if (varFile === undefined) return { page: { madeAt }, tags: DEFAULT_TAG_NAMES };
  const read = await loadTfvarsPolicy(varFile, { region: regionOf(undefined, io) });
  if ('problems' in read) return read;
  const { policy } = read;
  const page = { madeAt, deployment: policy.name, limits: monthlyLimits(policy) };
  return { page, tags: tagNamesOf(policy) };
}

function formatOf({
  format = 'table',
  json,
}: Options): { readonly name: FormatName } | { readonly problem: InputProblem } {
  const names = Object.keys(FORMATS);
  if (json === true && format !== 'table' && format !== 'json') {
    return {
      problem: {
        path: 'json',
        message: `conflicts with --format ${quoted(format)}: use one of them`,
      },
    };
  }
  const name = json === true ? 'json' : format;
  if (isFormat(name)) return { name };
  const message = `unknown format ${quoted(format)}: use one of ${names.join(', ')}`;
  return { problem: { path: 'format', message } };
}

const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);
