/** `cost-sentry limits`: every limit as it stands, and changing one for a while. */
import type { Command } from 'commander';
import type { OverrideRequest } from '../../core/policy/plan-override.ts';
import { type ChangeOptions, changeLimit } from '../limits/override-limit.ts';
import { showLimits } from '../limits/show-limits.ts';
import type { CommonOptions } from '../limits/with-limits.ts';
import { TABLE_VARIABLE, URL_VARIABLE } from '../remote/target.ts';
import type { AddCommand } from '../terminal/io.ts';

const NAMES = `
A limit is written <owner>/<limit>: sales/monthly-budget for a cost center,
model:haiku/day-tokens for a model, organization/month-usd for all.
`;

export const addLimits: AddCommand = ({ program, io, done }) => {
  const limits = program
    .command('limits')
    .description('show limits as they stand; raise or lower one for a while')
    .addHelpText('after', NAMES + examples('show sales', ...EXAMPLES.raise.slice(0, 1)));
  const show = limits
    .command('show')
    .description('list limits: configured and in force, used and reserved, and overrides')
    .argument('[limit]', 'only this <owner> or <owner>/<limit>')
    .action(async (name: string | undefined, options: CommonOptions) =>
      done(await showLimits(name, options, io)),
    );
  withSource(show).addHelpText(
    'after',
    NAMES + examples('show --table genai-ledger', 'show sales'),
  );
  const run =
    (action: OverrideRequest['action']) =>
    async (limit: string, options: ChangeOptions): Promise<void> =>
      done(await changeLimit({ action, limit }, options, io));
  for (const action of ['raise', 'lower'] as const) {
    const command = limits
      .command(action)
      .description(`${action} a limit until a time; then the configured amount holds again`)
      .action(run(action));
    withChange(withAmount(command)).addHelpText('after', NAMES + examples(...EXAMPLES[action]));
  }
  const reset = limits
    .command('reset')
    .description('go back to the configured amount before an override ends')
    .action(run('reset'));
  withChange(reset).addHelpText('after', NAMES + examples(...EXAMPLES.reset));
};

const EXAMPLES = {
  raise: [
    "raise sales/monthly-budget --by 100 --until 2026-12-01 --reason 'launch week'",
    'raise model:haiku/day-tokens --to 5000000 --until 12h --reason backfill --yes',
  ],
  lower: ["lower organization/month-usd --to 50 --until 3d --reason 'incident 4711'"],
  reset: ["reset sales/monthly-budget --reason 'the launch is over'"],
} as const;

const examples = (...lines: readonly string[]): string =>
  ['\nExamples:', ...lines.map((line) => `  $ cost-sentry limits ${line}`)].join('\n');

const withSource = (command: Command): Command =>
  command
    .option(
      '--table <name>',
      `the ledger's DynamoDB table (or ${TABLE_VARIABLE}), by AWS_PROFILE, AWS_REGION, ...`,
    )
    .option('--url <url>', `a sandbox instead (or ${URL_VARIABLE})`)
    .option('--json', 'print JSON; what is wrong as {"problems": [{"path", "message"}]}');

const withAmount = (command: Command): Command =>
  command
    .option('--by <amount>', 'difference to the amount in force, in USD where the limit is')
    .option('--to <amount>', 'the new amount, instead of --by')
    .option(
      '--until <when>',
      'a day (as it begins in the time zone of the policy), a time such as 2026-12-01T18:00:00Z, or 90m, 12h, 3d; at most 366 days from now',
    );

const withChange = (command: Command): Command =>
  withSource(
    command
      .argument('<limit>', 'which, as <owner>/<limit>')
      .option('--reason <text>', 'why, for the audit log')
      .option(
        '--author <name>',
        'who, for the audit log (default: the user at this machine, not the AWS caller)',
      )
      .option('--yes', 'do not ask; needed where there is no terminal'),
  );
