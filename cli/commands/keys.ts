/** `cost-sentry keys`: who may use the proxy, and for which cost center. */
import type { Command } from 'commander';
import {
  type CreateOptions,
  createKeys,
  type KeysOptions,
  listKeys,
  revokeKeys,
  rotateKeys,
} from '../keys/run-keys.ts';
import { TABLE_VARIABLE, URL_VARIABLE } from '../remote/target.ts';
import type { AddCommand } from '../terminal/io.ts';

export const addKeys: AddCommand = ({ program, io, done }) => {
  const keys = program
    .command('keys')
    .description('make, list, revoke and rotate the keys of the proxy');
  withTarget(
    keys
      .command('create')
      .description('make a key and print it once')
      .requiredOption('--cost-center <name>', 'the cost center that pays')
      .option('--application <name>', 'only for this application')
      .option('--environment <name>', 'only for this environment')
      .option('--models <aliases>', 'only for these models, with commas between them')
      .option('--user <name>', 'the person who uses it, such as alice@example.com')
      .option('--shared', 'several people use it')
      .option('--groups <names>', 'groups of the user, with commas between them')
      .option('--name <text>', 'what it is for, such as ci')
      .option('--expires <when>', 'a day, a time such as 2026-12-01T18:00:00Z, or 12h, 90d'),
  )
    .action(async (options: CreateOptions) => done(await createKeys(options, io)))
    .addHelpText('after', examples('create --cost-center sales --application chat --expires 90d'));
  withTarget(keys.command('list').description('list keys: binding, status and last use'))
    .action(async (options: KeysOptions) => done(await listKeys(options, io)))
    .addHelpText('after', examples('list --table genai-ledger'));
  withTarget(
    keys
      .command('revoke')
      .description('end a key; it is refused within 60 seconds')
      .argument('<id>'),
  )
    .action(async (id: string, options: KeysOptions) => done(await revokeKeys(id, options, io)))
    .addHelpText('after', examples('revoke 4fT9x0aBcD'));
  withTarget(
    keys
      .command('rotate')
      .description('make a new key of the same binding; the old one ends after a grace period')
      .argument('<id>')
      .option('--grace <duration>', 'how long the old key goes on working', '24h'),
  )
    .action(async (id: string, options: KeysOptions & { grace?: string }) =>
      done(await rotateKeys(id, options, io)),
    )
    .addHelpText('after', examples('rotate 4fT9x0aBcD --grace 24h'));
};

const examples = (line: string): string => `\nExample:\n  $ cost-sentry keys ${line}`;

const withTarget = (command: Command): Command =>
  command
    .option(
      '--table <name>',
      `the ledger's DynamoDB table (or ${TABLE_VARIABLE}), by AWS_PROFILE, AWS_REGION, ...`,
    )
    .option('--url <url>', `a sandbox instead (or ${URL_VARIABLE})`)
    .option('--json', 'print JSON; what is wrong as {"problems": [{"path", "message"}]}');
