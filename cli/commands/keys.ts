/** `cost-sentry keys`: who may use the proxy, and for which cost center. */
import {
  type CreateOptions,
  createKeys,
  type KeysOptions,
  listKeys,
  revokeKeys,
  rotateKeys,
} from '../keys/run-keys.ts';
import { withLedgerTarget } from '../remote/target-options.ts';
import type { AddCommand } from '../terminal/io.ts';
import { RequiredOption } from '../terminal/options.ts';

export const addKeys: AddCommand = ({ program, io, done }) => {
  const keys = program
    .command('keys')
    .description('create, list, revoke and rotate keys of the proxy');
  withLedgerTarget(
    keys
      .command('create')
      .description('create a key and print it once')
      .addOption(new RequiredOption('--cost-center <name>', 'cost center that pays for the calls'))
      .option('--application <name>', 'application that the key is valid for (default: all)')
      .option('--environment <name>', 'environment that the key is valid for (default: all)')
      .option(
        '--models <aliases>',
        'models that the key is valid for, separated by commas (default: all)',
      )
      .option('--user <name>', 'user of the key, such as alice@example.com')
      .option('--shared', 'several people use the key, so it has no user')
      .option('--groups <names>', 'groups of the user, separated by commas; "" for none')
      .option('--name <text>', 'label of the key, such as ci')
      .option(
        '--expires <when>',
        'end of the key: a date, a time such as 2026-12-01T18:00:00Z, or a duration such as 12h',
      ),
  )
    .action(async (options: CreateOptions) => done(await createKeys(options, io)))
    .addHelpText('after', examples('create --cost-center sales --application chat --expires 90d'));
  withLedgerTarget(keys.command('list').description('list keys: binding, status and last use'))
    .action(async (options: KeysOptions) => done(await listKeys(options, io)))
    .addHelpText('after', examples('list --table genai-ledger'));
  withLedgerTarget(
    keys
      .command('revoke')
      .description('end a key; it is refused within 60 seconds')
      .argument('<id>'),
  )
    .action(async (id: string, options: KeysOptions) => done(await revokeKeys(id, options, io)))
    .addHelpText('after', examples('revoke 4fT9x0aBcD'));
  withLedgerTarget(
    keys
      .command('rotate')
      .description('create a new key with the same binding; the old one ends after a grace period')
      .argument('<id>')
      .option('--grace <duration>', 'time for which the old key stays valid', '24h'),
  )
    .action(async (id: string, options: KeysOptions & { grace?: string }) =>
      done(await rotateKeys(id, options, io)),
    )
    .addHelpText('after', examples('rotate 4fT9x0aBcD --grace 24h'));
};

const examples = (line: string): string => `\nExample:\n  $ cost-sentry keys ${line}`;
