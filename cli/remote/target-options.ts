/** The options of commands that change the ledger table, an API or a sandbox. */
import type { Command } from 'commander';
import { TABLE_VARIABLE, URL_VARIABLE } from './target.ts';

export const withLedgerTarget = (command: Command): Command =>
  command
    .option(
      '--table <name>',
      `DynamoDB ledger table (or ${TABLE_VARIABLE}); uses AWS_PROFILE and AWS_REGION`,
    )
    .option(
      '--url <url>',
      `API or sandbox URL, instead of --table (or ${URL_VARIABLE}); sends COST_SENTRY_TOKEN, or over ` +
        'https a token of cost-sentry token --operator for your AWS identity',
    )
    .option('--json', 'print JSON; errors as {"problems": [{"path", "message"}]}');
