/** `cost-sentry token`: a short-lived token for a person or program with AWS credentials. */
import { FUNCTION_VARIABLE } from '../remote/obtain-token.ts';
import { URL_VARIABLE } from '../remote/target.ts';
import type { AddCommand } from '../terminal/io.ts';
import { printToken, type TokenOptions } from '../token/run-token.ts';

const EXAMPLES = `
The token is kept in a file that only you can read, below XDG_CACHE_HOME or ~/.cache, and renewed
ten minutes before it expires. It can spend from the cost centers whose callers include your role.

Examples:
  $ export COST_SENTRY_URL=https://abc123.execute-api.eu-west-1.amazonaws.com
  $ export AWS_BEARER_TOKEN_BEDROCK=$(cost-sentry token)
  $ cost-sentry token --expires 12h --json
  $ export COST_SENTRY_TOKEN=$(cost-sentry token --operator)

Exit codes: 0 a token was printed; 1 the service refused it; 2 invalid usage, or no answer.`;

export const addToken: AddCommand = ({ program, io, done }) => {
  program
    .command('token')
    .description('print a short-lived token of the proxy, for your AWS identity')
    .option('--url <url>', `API or sandbox URL (or ${URL_VARIABLE})`)
    .option(
      '--function <arn>',
      `ARN of the function, where there is no API: Terraform output token_function_arn (or ${FUNCTION_VARIABLE})`,
    )
    .option(
      '--operator',
      'a token for limits, keys and the usage of all, if your role is among operators; at most 1h',
    )
    .option('--expires <duration>', 'validity of a new token, at most 12h', '1h')
    .option('--renew', 'get a new token, even if the current one is still valid')
    .option('--no-cache', 'do not read or write the file with the token')
    .option('--json', 'print JSON: token and expiresAt')
    .addHelpText('after', EXAMPLES)
    .action(async (options: TokenOptions) => done(await printToken(options, io)));
};
