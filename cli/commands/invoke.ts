/** `cost-sentry invoke`: one prompt through the sentry, with its cost. */
import { text } from 'node:stream/consumers';
import { type InvokeOptions, invoke } from '../invoke/run-invoke.ts';
import { AUTHS } from '../remote/authorization.ts';
import { URL_VARIABLE } from '../remote/target.ts';
import type { AddCommand } from '../terminal/io.ts';
import { choiceOption, RequiredOption } from '../terminal/options.ts';

const EXAMPLES = `
Prints the answer, and on standard error the cost and the limit with the least left.

Examples:
  $ cost-sentry invoke --url http://127.0.0.1:8787 --model support --prompt 'What is Amazon S3?' \\
      --application aws-documentation-helper --environment production
  $ export COST_SENTRY_URL=https://abc123.execute-api.eu-west-1.amazonaws.com
  $ cost-sentry invoke --model sales --application chat --environment production < prompt.txt
  $ COST_SENTRY_URL=$PROXY_URL COST_SENTRY_TOKEN=$KEY cost-sentry invoke --model haiku --stream \\
      --prompt 'Write a poem'

Exit codes: 0 answered; 1 denied by a limit, or the model failed; 2 invalid usage or request, or no
answer.`;

export const addInvoke: AddCommand = ({ program, io, done }) => {
  program
    .command('invoke')
    .description('send one prompt to a model, and print the answer and its cost')
    .addOption(
      new RequiredOption('--model <name>', 'alias, full model id, or name of a cost center'),
    )
    .option('--prompt <text>', 'the prompt (default: standard input)')
    .option('--system <text>', 'instructions for the model')
    .option('--max-tokens <count>', 'maximum tokens of the answer')
    .option('--cost-center <name>', 'the cost center that pays')
    .option('--application <name>', 'the application')
    .option('--environment <name>', 'the environment')
    .option('--user <name>', 'label `user` of the request; no proof of who the user is')
    .option('--session <name>', 'session of the call, for a limit with per = "session"')
    .option('--stream', 'print the answer as it comes; needs a key or token')
    .option(
      '--url <url>',
      `API, proxy or sandbox URL (or ${URL_VARIABLE}); the proxy takes keys and tokens`,
    )
    .addOption(
      choiceOption(
        '--auth <method>',
        'iam signs with AWS credentials, jwt sends COST_SENTRY_TOKEN (a key, a token or a JWT), ' +
          'none sends nothing. auto: over https, the token if set, otherwise iam; over http, the ' +
          'token to localhost only, otherwise none',
        AUTHS,
        'auto',
      ),
    )
    .option('--json', 'print the response as JSON; errors as {"problems": [{"path", "message"}]}')
    .addHelpText('after', EXAMPLES)
    .action(async (options: InvokeOptions) =>
      done(await invoke(options, io, () => text(process.stdin))),
    );
};
