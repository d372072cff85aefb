/** `cost-sentry report`: what Bedrock cost, as AWS bills it. */
import { type Command, Option } from 'commander';
import { CostExplorerCosts, costExplorerClient } from '../../functions/adapters/cost-explorer.ts';
import { GRANULARITIES } from '../../functions/core/billing/ports.ts';
import { quoted } from '../../functions/core/describe.ts';
import type { Problem } from '../../functions/core/policy/policy.ts';
import { csvReport } from '../../functions/core/report/csv.ts';
import { jsonReport } from '../../functions/core/report/json.ts';
import {
  BREAKDOWNS,
  type ReportFlags,
  type ReportRequest,
  reportRequest,
} from '../../functions/core/report/request.ts';
import { tableReport } from '../../functions/core/report/table.ts';
import { writeReport } from '../../functions/core/report/write-report.ts';
import type { ReportFormat } from '../../functions/core/report/written.ts';
import { choiceOption } from '../choices.ts';
import { columns } from '../columns.ts';
import type { AddCommand, ExitCode, Io } from '../io.ts';
import { refuse } from '../limits/with-limits.ts';
import { openOutput } from '../report/output.ts';
import { append } from './validate.ts';

const FORMATS = {
  table: (request: ReportRequest) => tableReport(request, columns),
  csv: csvReport,
  json: jsonReport,
} satisfies Record<string, (request: ReportRequest) => ReportFormat>;
type FormatName = keyof typeof FORMATS;

interface Options extends ReportFlags {
  readonly format?: string;
  readonly json?: boolean;
  readonly out?: string;
}

const EXAMPLES = `
Days are UTC. Cost Explorer charges for every request; the report says what it cost.

Examples:
  $ cost-sentry report
  $ cost-sentry report --from 2026-10-01 --to 2026-11-01 --by model
  $ cost-sentry report --from 2026-01-01 --granularity monthly --filter costCenter=sales,support
  $ cost-sentry report --format csv --out november.csv
  $ cost-sentry report --filter costCenter= --by model     what bears no cost center`;

export const addReport: AddCommand = ({ program, io, done }) => {
  withFlags(
    program.command('report').description('what Bedrock cost, as AWS bills it, by cost center'),
  )
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await reportOf(options, io)));
};

const withFlags = (command: Command): Command =>
  command
    .option('--from <day>', 'first day, such as 2026-11-01 (default: the first of the month)')
    .option('--to <day>', 'first day that is not reported (default: tomorrow)')
    .addOption(choiceOption('--granularity <length>', 'length of a period', GRANULARITIES, 'daily'))
    .addOption(choiceOption('--by <what>', 'what has a row of its own', BREAKDOWNS, 'costCenter'))
    .option(
      '--filter <tag=values>',
      'only these, as costCenter=sales,support; costCenter= for what does not carry it; repeatable',
      append,
    )
    .addOption(
      choiceOption('--format <format>', 'how it is written', Object.keys(FORMATS), 'table'),
    )
    .addOption(new Option('--json', 'the same as --format json'))
    .option('--out <file>', 'write to a file');

async function reportOf(options: Options, io: Io): Promise<ExitCode> {
  const json = options.json === true || options.format === 'json';
  const format = formatOf(options);
  const found = reportRequest(options, io.clock.now());
  const problems = [
    ...('problems' in found ? found.problems : []),
    ...('problem' in format ? [format.problem] : []),
  ];
  if ('problems' in found || 'problem' in format) return refuse(problems, { json }, io);
  const output = openOutput(options.out, io);
  if ('problem' in output) {
    return refuse(
      [{ path: 'out', message: `${quoted(options.out)}: ${output.problem}` }],
      { json },
      io,
    );
  }
  const client = costExplorerClient(io.env.AWS_REGION || io.env.AWS_DEFAULT_REGION);
  io.status?.('Asking Cost Explorer …');
  try {
    const target = {
      format: FORMATS[format.name](found.request),
      write: output.write,
    };
    await writeReport(new CostExplorerCosts(client), found.request, [target]);
    output.finish();
  } catch (error) {
    output.abandon();
    throw error;
  } finally {
    io.status?.('');
    client.destroy();
  }
  return 0;
}

function formatOf({
  format = 'table',
  json,
}: Options): { readonly name: FormatName } | { readonly problem: Problem } {
  const names = Object.keys(FORMATS);
  if (json === true && format !== 'table' && format !== 'json') {
    return {
      problem: { path: 'json', message: `contradicts --format ${quoted(format)}: give one` },
    };
  }
  const name = json === true ? 'json' : format;
  if (isFormat(name)) return { name };
  const message = `${quoted(format)} is unknown: write one of ${names.join(', ')}`;
  return { problem: { path: 'format', message } };
}

const isFormat = (name: string): name is FormatName => Object.hasOwn(FORMATS, name);
