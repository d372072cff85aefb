/** `cost-sentry usage`: every limit with its usage and forecast, once or repeatedly. */

import { SentryError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import { countedName } from '../../core/policy/named-holder.ts';
import { PERS, type Per } from '../../core/policy/policy.ts';
import { quoted } from '../../core/safe-text.ts';
import { unknownValueMessage } from '../../core/schema-errors.ts';
import { AUTHS, authorization } from '../remote/authorization.ts';
import { awsErrorSentence } from '../remote/aws-errors.ts';
import { parseUrl } from '../remote/http-json.ts';
import { ledgerTarget, TABLE_VARIABLE, type TargetFlags, URL_VARIABLE } from '../remote/target.ts';
import { failWithProblems, toFlagProblem } from '../terminal/input-problems.ts';
import type { AddCommand, ExitCode, Io } from '../terminal/io.ts';
import { choiceOption } from '../terminal/options.ts';
import { exhaustedLimits, usageTable } from '../usage/format.ts';
import { endpointUsage, tableUsage, type UsageSource } from '../usage/usage-source.ts';

interface Options extends TargetFlags {
  readonly costCenter?: string;
  readonly per?: string;
  readonly user?: string;
  readonly after?: string;
  readonly auth: string;
  readonly watch?: boolean;
  readonly interval: string;
  readonly json?: boolean;
}

const INTERVAL_MAX = 3_600;

const EXAMPLES = `
PROJECTED   usage expected at the end of the window, at the recent rate
REACHED AT  time at which the limit is expected to be reached; "now" if nothing remains

Examples:
  $ cost-sentry usage --table genai-ledger
  $ cost-sentry usage --table genai-ledger --cost-center sales --watch
  $ cost-sentry usage --table genai-ledger --per user --cost-center sales
  $ cost-sentry usage --table genai-ledger --per user --user alice@example.com
  $ cost-sentry usage --url https://abc123.execute-api.eu-west-1.amazonaws.com --json
  $ cost-sentry usage --url http://127.0.0.1:8787 --watch --interval 2

Exit codes: 0 every limit has something left; 1 at least one has nothing left (used plus reserved;
observe-only limits included); 2 invalid usage, or the source could not be read.`;

export const addUsage: AddCommand = ({ program, io, done }) => {
  program
    .command('usage')
    .description(
      'show every limit: used, reserved, remaining, and when it is expected to be reached',
    )
    .option('--cost-center <name>', 'show only this cost center')
    .addOption(
      choiceOption(
        '--per <kind>',
        'show limits that each user, key or session has: those that have used half of one, nearest first',
        PERS,
      ),
    )
    .option('--user <name>', 'with --per user, show only this user; unknown for calls without one')
    .option('--after <cursor>', 'with --per, the next page: `next` of the JSON before')
    .option(
      '--table <name>',
      `DynamoDB ledger table (or ${TABLE_VARIABLE}); uses AWS_PROFILE and AWS_REGION`,
    )
    .option('--url <url>', `API or sandbox URL, instead of --table (or ${URL_VARIABLE})`)
    .addOption(
      choiceOption(
        '--auth <method>',
        'authentication for --url: iam signs with AWS credentials, jwt sends COST_SENTRY_TOKEN, ' +
          'none sends nothing. auto: over https, the token if set, otherwise iam; over http, the ' +
          'token to localhost only, otherwise none',
        AUTHS,
        'auto',
      ),
    )
    .option('--watch', 'refresh until Ctrl-C')
    .option('--interval <seconds>', 'seconds between updates with --watch', '5')
    .option('--json', 'print the response of GET /v1/usage; with --watch, one line per update')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => done(await usage(options, io)));
};

async function usage(options: Options, io: Io): Promise<ExitCode> {
  const opened = openSource(options, io);
  const seconds = /^\d{1,4}$/.test(options.interval) ? Number(options.interval) : 0;
  const problems: InputProblem[] = 'problem' in opened ? [opened.problem] : [];
  problems.push(...holderProblems(options));
  if (seconds < 1 || seconds > INTERVAL_MAX) {
    const got = quoted(options.interval);
    const message = `must be a whole number of seconds from 1 to ${INTERVAL_MAX}, got ${got}`;
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

function holderProblems({ per, user, after }: Options): readonly InputProblem[] {
  const isKnown = per === undefined || PERS.some((each) => each === per);
  if (!isKnown) return [{ path: '--per', message: unknownValueMessage('per', per, PERS) }];
  const name = user === undefined ? undefined : countedName('user', user);
  return [
    ...(user !== undefined && (per !== 'user' || name === undefined)
      ? [
          {
            path: '--user',
            message:
              name === undefined
                ? `must be 1 to 128 printable characters, got ${quoted(user)}`
                : 'shows one user: use --per user too',
          },
        ]
      : []),
    ...(after !== undefined && per === undefined
      ? [{ path: '--after', message: 'is the page of a list: use --per too' }]
      : []),
  ];
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
  return { source: endpointUsage(base.url, authorized) };
}

/** @param before text to print before the table. */
async function show(
  source: UsageSource,
  options: Options,
  io: Io,
  before: string,
): Promise<ExitCode> {
  const { after } = options;
  const user = options.user === undefined ? undefined : countedName('user', options.user);
  const per = PERS.find((each) => each === options.per);
  const found = await source.usage(options.costCenter, per && { per, user, after });
  if ('problem' in found) return failWithProblems([found.problem], options, io);
  const { report } = found;
  if (options.json) {
    io.out(`${JSON.stringify(found.json ?? report, null, options.watch ? 0 : 2)}\n`);
  } else {
    const width = io.screen?.columns();
    const colors = io.screen !== undefined && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
    const blocks = io.screen !== undefined;
    const table =
      per && report.costCenters.length === 0
        ? noOneNear(per)
        : usageTable(report, { colors, blocks, ...(width !== undefined && { width }) });
    io.out(`${before}${table}`);
  }
  return exhaustedLimits(report).length > 0 ? 1 : 0;
}

const NAMED_BY: Readonly<Record<Per, string>> = { user: '<name>', key: '<id>', session: '<hash>' };

const noOneNear = (per: Per): string =>
  `No ${per} has used half of a limit. Show one: cost-sentry limits show --${per} ${NAMED_BY[per]}\n`;

const HOME_AND_CLEAR = '\u001b[H\u001b[J';
const [HIDE_CURSOR, SHOW_CURSOR] = ['\u001b[?25l', '\u001b[?25h'];

/** Returns 0 when interrupted. A failed update is reported, and the next one is tried. */
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
      const head = `${time}  every ${everyMs / 1_000} s, Ctrl-C to stop\n\n`;
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
