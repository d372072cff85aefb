/** `cost-sentry simulate`: replays past calls against another policy. */
import { basename } from 'node:path';
import { loadTfvarsPolicy } from '../../adapters/tfvars-policy.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { type Simulation, simulate } from '../../core/insight/simulate/simulate.ts';
import { GUESSES, type UsageGuess } from '../../core/insight/simulate/typical-usage.ts';
import type { TraceCall } from '../../core/insight/trace/trace-call.ts';
import type { Policy } from '../../core/policy/policy.ts';

import { counted, formatChoices, quoted } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { readProfiles } from '../remote/read-profiles.ts';

import { simulationJson, simulationText, unreadableLines } from '../simulate/format.ts';
import { readTrace, TraceError, TraceStats } from '../simulate/read-trace.ts';
import { sortedCalls } from '../simulate/sorted-calls.ts';
import { failWithProblems, toJsonText } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { appendOption, choiceOption, requiredFiles } from '../terminal/options.ts';
import { regionOf } from '../terminal/region.ts';

interface Options {
  readonly varFile: readonly string[];
  readonly trace: readonly string[];
  readonly compareWith?: readonly string[];
  readonly profiles?: string;
  readonly costCenter?: string;
  readonly guess: string;
  readonly region?: string;
  readonly daily?: boolean;
  readonly failOnDenied?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
A trace is the audit log or Bedrock's model invocation log: its lines, the output of "aws logs
filter-log-events", an export to S3, or the response of a sandbox to /_sandbox/audit. It can be
compressed with gzip. A call in the invocation log belongs to the cost center of its inference
profile (--profiles), otherwise to the one whose callers match its role, otherwise to --cost-center.

Examples:
  $ cost-sentry simulate --var-file new.tfvars --trace audit.jsonl
  $ cost-sentry simulate --var-file new.tfvars --compare-with now.tfvars --trace a.gz --trace b.gz
  $ aws logs filter-log-events --log-group-name /aws/lambda/genai-record-outcome --output json \\
      | cost-sentry simulate --var-file new.tfvars --trace - --daily

Exit codes: 0 replayed; 1 only with --fail-on-denied; 2 invalid policy, or no usable line.`;

export const addSimulate: AddCommand = ({ program, io, done }) => {
  program
    .command('simulate')
    .description('replay past calls against a policy: show what it would have denied and spent')
    .addOption(
      requiredFiles('--var-file <file>', 'tfvars file of the policy; repeatable, later files win'),
    )
    .addOption(
      requiredFiles('--trace <file>', 'audit log file, or - for standard input; repeatable'),
    )
    .option(
      '--compare-with <file>',
      'tfvars file of a second policy to compare with; repeatable',
      appendOption,
    )
    .option('--profiles <file>', 'output of terraform output -json inference_profile_arns')
    .option('--cost-center <name>', 'cost center of invocation log calls that match no other')
    .addOption(
      choiceOption(
        '--guess <method>',
        'tokens assumed for a call that did not run',
        GUESSES,
        'mean',
      ),
    )
    .option('--daily', 'also show a table by day')
    .option('--fail-on-denied', 'exit with 1 if a call that was allowed is now denied')
    .option('--json', 'print JSON; errors as {"problems": [{"path", "message"}]}')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await simulateTrace(options, io)));
};

async function simulateTrace(options: Options, io: Io): Promise<ExitCode> {
  const guess = GUESSES.find((each) => each === options.guess);
  const policies = await policiesOf(options, regionOf(options.region, io));
  const [first, ...others] = policies.policies;
  const profiles =
    options.profiles === undefined ? NO_PROFILES : await readProfiles(options.profiles);
  const problems = [
    ...policies.problems,
    ...(guess ? [] : [guessProblem(options.guess)]),
    ...('problem' in profiles ? [profiles.problem] : []),
    ...(first ? costCenterProblems(first, options.costCenter) : []),
  ];
  if (problems.length > 0 || !first || !guess || 'problem' in profiles) {
    return failWithProblems(problems, options, io);
  }
  const notes = new TraceStats();
  const byArn = new Map([...profiles.arns].map(([name, arn]) => [arn, name]));
  const attribution = { policy: first, profiles: byArn, costCenter: options.costCenter };
  const calls = sortedCalls(readTrace(options.trace, notes, attribution));
  const read = await replay([first, ...others], guess, calls, io);
  if ('problem' in read) return failWithProblems([read.problem], options, io);
  const { found } = read;
  if (found.replayed === 0) {
    if (!options.json) io.err(unreadableLines(notes));
    const { unattributed } = notes.passedOver;
    const message =
      unattributed > 0
        ? `none of ${counted(unattributed, 'call')} belongs to a cost center: add callers to the policy, or use --profiles or --cost-center`
        : `none of ${counted(notes.lines, 'line')} is a call that can be replayed: use the audit log, or Bedrock's model invocation log`;
    return failWithProblems([{ path: '--trace', message }], options, io);
  }
  const written = {
    found,
    notes,
    names: policies.names,
    timeZone: first.timeZone,
    guess,
    daily: options.daily ?? false,
  };
  if (options.json) io.out(toJsonText(simulationJson(written)));
  else io.out(simulationText(written));
  const isDenied = found.changes.some(({ newlyDenied }) => newlyDenied > 0);
  return options.failOnDenied && isDenied ? 1 : 0;
}

async function replay(
  policies: readonly [Policy, ...Policy[]],
  guess: UsageGuess,
  calls: AsyncIterable<TraceCall>,
  io: Io,
): Promise<{ readonly found: Simulation } | { readonly problem: InputProblem }> {
  try {
    const progress = (replayed: number) => io.status?.(`${counted(replayed, 'call')} replayed`);
    return { found: await simulate(policies, calls, guess, progress) };
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    return { problem: { path: '--trace', message: error.message } };
  } finally {
    io.status?.('');
  }
}

const NO_PROFILES = { arns: new Map<string, string>() };

function costCenterProblems(policy: Policy, name: string | undefined): readonly InputProblem[] {
  if (name === undefined || policy.costCenters.has(name)) return [];
  const message = unknownValueMessage('cost center', name, [...policy.costCenters.keys()]);
  return [{ path: '--cost-center', message }];
}

const guessProblem = (given: string): InputProblem => ({
  path: '--guess',
  message: `must be one of ${formatChoices(GUESSES)}, got ${quoted(given)}`,
});

/** File names distinguish the problems of two policies. */
async function policiesOf(
  { varFile, compareWith }: Options,
  region: string,
): Promise<{
  readonly names: readonly string[];
  readonly policies: readonly Policy[];
  readonly problems: readonly InputProblem[];
}> {
  const sets = compareWith ? [varFile, compareWith] : [varFile];
  const short = sets.map((files) => files.map((file) => basename(file)).join('+'));
  const isAmbiguous = new Set(short).size < short.length;
  const names = isAmbiguous ? sets.map((files) => files.join('+')) : short;
  const results = await Promise.all(sets.map((files) => loadTfvarsPolicy(files, { region })));
  return {
    names,
    policies: results.flatMap((result) => ('policy' in result ? [result.policy] : [])),
    problems: results.flatMap((result, i) =>
      'problems' in result
        ? result.problems.map(({ path, message }) => ({
            path: sets.length > 1 ? `${names[i]}: ${path}` : path,
            message,
          }))
        : [],
    ),
  };
}
