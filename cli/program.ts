/** The `cost-sentry` program; a command is one file in `commands/` and one entry here. */
import { Command, CommanderError } from 'commander';
import { BillingUnavailableError, MetricsUnavailableError, SentryError } from '../core/errors.ts';
import manifest from '../package.json' with { type: 'json' };
import { addCompletion } from './commands/completion.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEstimate } from './commands/estimate.ts';
import { addInvoke } from './commands/invoke.ts';
import { addKeys } from './commands/keys.ts';
import { addLimits } from './commands/limits.ts';
import { addModels } from './commands/models.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addReport } from './commands/report.ts';
import { addSimulate } from './commands/simulate.ts';
import { addToken } from './commands/token.ts';
import { addUsage } from './commands/usage.ts';
import { addValidate } from './commands/validate.ts';
import { awsErrorSentence } from './remote/aws-errors.ts';
import { withGlobalOptions } from './terminal/global-options.ts';
import type { AddCommand, ExitCode, Io } from './terminal/io.ts';

const COMMANDS: readonly AddCommand[] = [
  addValidate,
  addDoctor,
  addInvoke,
  addUsage,
  addLimits,
  addModels,
  addKeys,
  addToken,
  addSimulate,
  addEstimate,
  addReport,
  addReconcile,
  addCompletion,
];

/** Runs one command line (without the program's own name). */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = withGlobalOptions(new Command('cost-sentry'), io)
    .description('Manages spending limits for Amazon Bedrock.')
    .version(manifest.version)
    .showHelpAfterError('(add --help for usage)')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) });
  const done = (code: ExitCode) => {
    exitCode = code;
  };
  for (const add of COMMANDS) add({ program, io, done });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : 2;
    }
    io.err(`${sentenceOf(error, io)}\n`);
    return 2;
  }
}

/** @throws errors that do not come from outside: a programming error shows its stack. */
function sentenceOf(error: unknown, { env }: Io): string {
  const awsSentence = awsErrorSentence(error, env);
  if (awsSentence !== undefined) return awsSentence;
  if (error instanceof BillingUnavailableError || error instanceof MetricsUnavailableError) {
    return error.message;
  }
  if (!(error instanceof SentryError)) throw error;
  const reason = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${reason}`;
}
