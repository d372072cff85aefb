/** `cost-sentry usage`: where every limit stands, once or over and over. */

import { SentryError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { quoted } from '../../core/safe-text.ts';
import { awsErrorSentence } from '../remote/aws-errors.ts';
import { parseUrl } from '../remote/http-json.ts';
import { ledgerTarget, TABLE_VARIABLE, type TargetFlags, URL_VARIABLE } from '../remote/target.ts';
import { failWithProblems, toFlagProblem } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { choiceOption } from '../terminal/options.ts';
import { AUTHS, authorization } from '../usage/authorization.ts';
import { exhaustedLimits, usageTable } from '../usage/format.ts';
import { endpointUsage, tableUsage, type UsageSource } from '../usage/usage-source.ts';

interface Options extends TargetFlags {
  readonly costCenter?: string;
  readonly auth: string;
  readonly watch?: boolean;
  readonly interval: string;
  readonly json?: boolean;
}

const INTERVAL_MAX = 3_600;

const EXAMPLES = `
PROJECTED is what will be used at the window's end at the pace of late; REACHED, when the limit is.
Exit code 1: a limit has nothing left (used and reserved together), also one that only observes.

Examples:
  $ cost-sentry usage --table genai-ledger
  $ cost-sentry usage --table genai-ledger --cost-center sales --watch
  $ cost-sentry usage --url https://abc123.execute-api.eu-west-1.amazonaws.com --json
  $ cost-sentry usage --url http://127.0.0.1:8787 --watch --interval 2`;

export const addUsage: AddCommand = ({ program, io, done }) => {
  program
    .command('usage')
    .description('where every limit stands: used, reserved, left, and when it will be reached')
    .option('--cost-center <name>', 'only this one')
    .option(
      '--table <name>',
      `the ledger's DynamoDB table (or ${TABLE_VARIABLE}), by AWS_PROFILE, AWS_REGION, ...`,
    )
    .option('--url <url>', `a deployed API or a sandbox instead (or ${URL_VARIABLE})`)
    .addOption(
      choiceOption(
        '--auth <how>',
        'for --url: iam signs with AWS credentials, jwt sends COST_SENTRY_TOKEN; auto sends the token if there is one, else signs; over http only the token, and only to this machine',
        AUTHS,
        'auto',
      ),
    )
    .option('--watch', 'draw it again and again, until Ctrl-C')
    .option('--interval <seconds>', 'between two drawings', '5')
    .option('--json', 'print it as GET /v1/usage answers; with --watch, one line each time')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await usage(options, io)));
};

async function usage(options: Options, io: Io): Promise<ExitCode> {
  const opened = openSource(options, io);
  const seconds = /^\d{1,4}$/.test(options.interval) ? Number(options.interval) : 0;
  const problems: InputProblem[] = 'problem' in opened ? [opened.problem] : [];
  if (seconds < 1 || seconds > INTERVAL_MAX) {
    const got = quoted(options.interval);
    const message = `must be whole seconds from 1 to ${INTERVAL_MAX}, got ${got}`;
    problems.push({ path: '--interval', message });
  }
  if ('problem' in opened || problems.length > 0) return failWithProblems(problems, options, io);
  try {
    return options.watch
      ? await watch(opened.source, options, io, seconds * 1_000)
      : await show(opened.source, options, io, '');
  } finally {
    opened.source.close();
  }
}

function openSource(
  options: Options,
  io: Io,
): { readonly source: UsageSource } | { readonly problem: InputProblem } {
  const target = ledgerTarget(options, io);
  if ('problem' in target) return { problem: toFlagProblem(target.problem) };
  if ('table' in target) return { source: tableUsage(target.table, io) };
  const base = parseUrl(target.url);
  if ('problem' in base) return { problem: toFlagProblem(base.problem) };
  const authorized = authorization(options.auth, base.url, io);
  if ('problem' in authorized) return authorized;
  return { source: endpointUsage(base.url, authorized.authorize) };
}

/** @param before what goes before a drawing. */
async function show(
  source: UsageSource,
  options: Options,
  io: Io,
  before: string,
): Promise<ExitCode> {
  const found = await source.usage(options.costCenter);
  if ('problem' in found) return failWithProblems([found.problem], options, io);
  const { report } = found;
  if (options.json) {
    io.out(`${JSON.stringify(report, null, options.watch ? 0 : 2)}\n`);
  } else {
    const width = io.screen?.columns();
    const colors = io.screen !== undefined && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
    const blocks = io.screen !== undefined;
    const table = usageTable(report, { colors, blocks, ...(width !== undefined && { width }) });
    io.out(`${before}${table}`);
  }
  return exhaustedLimits(report).length > 0 ? 1 : 0;
}

const HOME_AND_CLEAR = '\u001b[H\u001b[J';
const [HIDE_CURSOR, SHOW_CURSOR] = ['\u001b[?25l', '\u001b[?25h'];

/** Ends with 0 when it is told to end; a look that fails says so, and the next one goes on. */
async function watch(
  source: UsageSource,
  options: Options,
  io: Io,
  everyMs: number,
): Promise<ExitCode> {
  const draws = io.screen !== undefined && !options.json;
  if (draws) io.out(HIDE_CURSOR);
  try {
    let hasShown = false;
    for await (const _ of io.ticks(everyMs)) {
      const time = new Date(io.clock.now()).toISOString();
      const head = `${time}  every ${everyMs / 1_000} s, Ctrl-C ends\n\n`;
      try {
        const code = await show(source, options, io, draws ? HOME_AND_CLEAR + head : head);
        if (code === 2) return code;
        hasShown = true;
      } catch (error) {
        const sentence = hasShown ? failureOf(error, io) : undefined;
        if (sentence === undefined) throw error;
        io.err(`${time}  ${sentence}\n`);
      }
    }
    return 0;
  } finally {
    if (draws) io.out(SHOW_CURSOR);
  }
}

const failureOf = (error: unknown, { env }: Io): string | undefined =>
  awsErrorSentence(error, env) ?? (error instanceof SentryError ? error.message : undefined);
