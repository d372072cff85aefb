/** `cost-sentry limits`: shows limits, and raises or lowers one temporarily. */
import type { Command } from 'commander';
import type { NamedHolder } from '../../core/policy/named-holder.ts';
import type { OverrideRequest } from '../../core/policy/plan-override.ts';
import { type ChangeOptions, runOverride } from '../limits/override-limit.ts';
import { showLimits } from '../limits/show-limits.ts';
import type { CommonOptions } from '../limits/with-limits.ts';
import { withLedgerTarget } from '../remote/target-options.ts';
import type { AddCommand } from '../terminal/io.ts';

const NAMES = `
Name a limit as <owner>/<limit>: sales/monthly-budget of a cost center,
model:haiku/day-tokens of a model, organization/month-usd of the organization.
`;

const UNKNOWN_NAME = `
The name "unknown" is that of the counter that all calls without a user, key or session share.`;

export const addLimits: AddCommand = ({ program, io, done }) => {
  const limits = program
    .command('limits')
    .description('show limits; raise or lower one temporarily')
    .addHelpText('after', NAMES + examples('show sales', ...EXAMPLES.raise.slice(0, 1)));
  const show = limits
    .command('show')
    .description('show limits: configured and current amount, used, reserved, and overrides')
    .argument('[limit]', 'show only this <owner> or <owner>/<limit>')
    .action(async (name: string | undefined, options: CommonOptions & NamedHolder) =>
      done(await showLimits(name, options, io)),
    );
  withLedgerTarget(withHolder(show)).addHelpText(
    'after',
    NAMES + examples('show --table genai-ledger', 'show sales'),
  );
  const run =
    (action: OverrideRequest['action']) =>
    async (limit: string, options: ChangeOptions): Promise<void> =>
      done(await runOverride({ action, limit }, options, io));
  for (const action of ['raise', 'lower'] as const) {
    const command = limits
      .command(action)
      .description(`${action} a limit until a given time; then the configured amount applies again`)
      .action(run(action));
    withChange(withAmount(withHolder(command))).addHelpText(
      'after',
      NAMES + examples(...EXAMPLES[action]),
    );
  }
  const reset = limits
    .command('reset')
    .description('end an override early and restore the configured amount')
    .action(run('reset'));
  withChange(withHolder(reset)).addHelpText('after', NAMES + examples(...EXAMPLES.reset));
};

const EXAMPLES = {
  raise: [
    "raise sales/monthly-budget --by 100 --until 2026-12-01 --reason 'launch week'",
    "raise sales/day-usd --user alice@example.com --by 20 --until 2d --reason 'migration'",
    "raise sales/prepaid --key 3xK9mQ2p7R --by 50 --reason 'top-up'",
    'raise model:haiku/day-tokens --to 5000000 --until 12h --reason backfill --yes',
  ],
  lower: ["lower organization/month-usd --to 50 --until 3d --reason 'incident 4711'"],
  reset: ["reset sales/monthly-budget --reason 'the launch is over'"],
} as const;

const examples = (...lines: readonly string[]): string =>
  ['\nExamples:', ...lines.map((line) => `  $ cost-sentry limits ${line}`)].join('\n');

const withHolder = (command: Command): Command =>
  command
    .option('--user <name>', 'only this user, for a limit with per = "user"')
    .option('--key <id>', 'only this key and those it was rotated to, for per = "key"')
    .option('--session <hash>', 'only this session, for per = "session"')
    .addHelpText('after', UNKNOWN_NAME);

const withAmount = (command: Command): Command =>
  command
    .option('--by <amount>', 'amount to add or subtract; in USD for a limit in USD')
    .option('--to <amount>', 'new amount, instead of --by')
    .option(
      '--until <when>',
      "end of the change: a date (at 00:00 in the policy's time zone), a time such as 2026-12-01T18:00:00Z, or a duration such as 90m, 12h, 3d; at most 366 days from now; without it, a change of a total stays",
    );

const withChange = (command: Command): Command =>
  withLedgerTarget(
    command
      .argument('<limit>', 'limit to change, as <owner>/<limit>')
      .option('--reason <text>', 'reason for the change, recorded in the audit log')
      .option(
        '--author <name>',
        'name of the author, recorded in the audit log (default: the local user, not the AWS identity)',
      )
      .option('--yes', 'skip the confirmation; required without a terminal'),
  );
