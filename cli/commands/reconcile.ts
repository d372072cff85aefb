/** `cost-sentry reconcile`: compares metered, observed and billed usage. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Command } from 'commander';
import { CloudWatchMetrics } from '../../adapters/cloudwatch-metrics.ts';
import { CostExplorerCosts, costExplorerClient } from '../../adapters/cost-explorer.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { NamedCosts, tagNamesOf } from '../../core/insight/billing/tag-names.ts';
import { type BilledByCostCenter, billedCosts } from '../../core/insight/reconcile/billed-costs.ts';
import {
  expiredCallCounts,
  meteredMetrics,
  observedMetrics,
  type UsageSide,
} from '../../core/insight/reconcile/collect-usage.ts';
import { parseDateRange } from '../../core/insight/reconcile/date-range.ts';
import { meteredCalls } from '../../core/insight/reconcile/metered-calls.ts';
import type { DateRange, MetricSums } from '../../core/insight/reconcile/ports.ts';
import { reconcile } from '../../core/insight/reconcile/reconcile.ts';
import type { Policy } from '../../core/policy/policy.ts';
import { counted, quoted } from '../../core/safe-text.ts';
import { reconciliationJson, reconciliationText } from '../reconcile/format.ts';
import { type PolicyFlags, readPolicy } from '../reconcile/read-policy.ts';
import { TABLE_VARIABLE } from '../remote/target.ts';
import { readTrace, TraceError, TraceStats } from '../simulate/read-trace.ts';
import { failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { appendOption } from '../terminal/options.ts';

interface Options extends PolicyFlags {
  readonly from?: string;
  readonly to?: string;
  readonly tolerance: string;
  readonly audit?: readonly string[];
  readonly namespace?: string;
  readonly bill: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Metered:  settled by the sentry (its metrics or audit log)
Observed: counted by CloudWatch per inference profile, at the policy's prices
Billed:   Cost Explorer, by cost allocation tag
Dates are UTC.

Examples:
  $ cost-sentry reconcile --table genai-ledger
  $ cost-sentry reconcile --table genai-ledger --from 2026-11-01 --to 2026-12-01 --tolerance 2.5
  $ cost-sentry reconcile --var-file terraform.tfvars --profiles profiles.json --audit audit.jsonl

Exit codes: 0 all differences within the tolerance; 1 at least one above it; 2 invalid usage, or AWS
refused the request.`;

export const addReconcile: AddCommand = ({ program, io, done }) => {
  withFlags(
    program
      .command('reconcile')
      .description('compare metered usage with what AWS observed and billed'),
  )
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await reconcileAll(options, io)));
};

const withFlags = (command: Command): Command =>
  command
    .option('--from <date>', 'start date, such as 2026-11-01 (default: 7 days before --to)')
    .option('--to <date>', 'end date, exclusive (default: today)')
    .option('--tolerance <percent>', 'difference to ignore, as a percentage of metered cost', '5')
    .option('--table <name>', `DynamoDB ledger table (or ${TABLE_VARIABLE})`)
    .option(
      '--var-file <file>',
      'read the policy from tfvars instead of --table; repeatable',
      appendOption,
    )
    .option(
      '--profiles <file>',
      'with --var-file: output of terraform output -json inference_profile_arns',
    )
    .option(
      '--audit <file>',
      'read metered usage from audit log files instead of metrics; repeatable',
      appendOption,
    )
    .option('--namespace <name>', 'namespace of the metrics (default: GenAIRateLimiting)')
    .option('--no-bill', 'skip Cost Explorer, which charges USD 0.01 per request')
    .option('--json', 'print JSON; errors as {"problems": [{"path", "message"}]}');

async function reconcileAll(options: Options, io: Io): Promise<ExitCode> {
  const now = io.clock.now();
  const span = parseDateRange(options, now);
  const tolerance = toleranceOf(options.tolerance);
  if ('problems' in span || 'problem' in tolerance) {
    const problems = [
      ...('problems' in span ? span.problems.map(flagged) : []),
      ...('problem' in tolerance ? [tolerance.problem] : []),
    ];
    return failWithProblems(problems, options, io);
  }
  const found = await readPolicy(options, io);
  if ('problems' in found) return failWithProblems(found.problems, options, io);
  const { policy } = found;
  const client = new CloudWatchClient();
  const metrics = new CloudWatchMetrics(client, options.namespace);
  try {
    const metered = await meteredSide(metrics, policy, span.span, options, io);
    if ('problem' in metered) return failWithProblems([metered.problem], options, io);
    io.status?.('Querying CloudWatch …');
    const observed = await observedMetrics(metrics, policy, span.span, metered.side.owners);
    const lost = await expiredCallCounts(metrics, policy, span.span);
    const bill = options.bill ? await billedSide(span.span, policy, io) : { notes: [] };
    const sides = { metered: metered.side, observed, lost, ...('billed' in bill && bill) };
    const result = reconcile({ policy, ...span, ...tolerance, ...sides, now });
    const notes = { notes: [...metered.notes, ...bill.notes] };
    io.status?.('');
    if (options.json) io.out(toJsonText(reconciliationJson(result, notes)));
    else io.out(reconciliationText(result, notes));
    return result.isOver ? 1 : 0;
  } finally {
    io.status?.('');
    client.destroy();
  }
}

const flagged = ({ path, message }: InputProblem): InputProblem => ({ path: `--${path}`, message });

const PERCENT = /^(\d{1,3})(?:\.(\d))?$/;

function toleranceOf(
  text: string,
): { readonly tolerance: number } | { readonly problem: InputProblem } {
  const [, whole, tenth = '0'] = PERCENT.exec(text) ?? [];
  if (whole !== undefined) return { tolerance: Number(whole + tenth) };
  const message = `must be a percentage from 0 to 999.9 with at most one decimal, got ${quoted(text)}`;
  return { problem: { path: '--tolerance', message } };
}

async function meteredSide(
  metrics: MetricSums,
  policy: Policy,
  span: DateRange,
  { audit }: Options,
  io: Io,
): Promise<
  | { readonly side: UsageSide; readonly notes: readonly string[] }
  | { readonly problem: InputProblem }
> {
  if (!audit) {
    io.status?.('Querying CloudWatch for metered usage …');
    return { side: await meteredMetrics(metrics, policy, span, io.clock.now()), notes: [] };
  }
  const notes = new TraceStats();
  try {
    const side = await meteredCalls(readTrace(audit, notes), span);
    const bad = notes.badLines;
    return {
      side,
      notes:
        bad > 0
          ? [
              `${counted(bad, 'line')} of the audit log could not be read and ${bad === 1 ? 'is' : 'are'} ignored.`,
            ]
          : [],
    };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return { problem: { path: '--audit', message: error.message } };
  }
}

async function billedSide(
  span: DateRange,
  policy: Policy,
  io: Io,
): Promise<{ readonly billed?: BilledByCostCenter; readonly notes: readonly string[] }> {
  io.status?.('Querying Cost Explorer …');
  const client = costExplorerClient(io.env.AWS_REGION);
  try {
    const costs = new NamedCosts(new CostExplorerCosts(client), tagNamesOf(policy));
    const billed = await billedCosts(costs, span);
    if ('currency' in billed) {
      return { notes: [`The bill is in ${billed.currency}; only bills in USD are compared.`] };
    }
    const requests = counted(billed.requests, 'request');
    return { billed, notes: [`Cost Explorer: ${requests}, at USD 0.01 each.`] };
  } finally {
    client.destroy();
  }
}
