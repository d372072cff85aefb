/** What is wrong with a command's input, as people or programs read it. */
import type { Problem } from '../functions/core/policy/policy.ts';
import type { ExitCode, Io } from './io.ts';

interface JsonFlag {
  readonly json?: boolean;
}

export const inJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** @param problems whose paths are as they are to be shown: a flag with its hyphens. */
export function refuseInput(
  problems: readonly Problem[],
  { json = false }: JsonFlag,
  io: Io,
): ExitCode {
  if (json) io.out(inJson({ problems }));
  else for (const { path, message } of problems) io.err(`${path}: ${message}\n`);
  return 2;
}

/** The same for problems named by their fields: people read which flag to mend. */
export const refuse = (problems: readonly Problem[], options: JsonFlag, io: Io): ExitCode =>
  refuseInput(options.json ? problems : problems.map(flagged), options, io);

/** Under the name of the flag, where the path is one; `limit` is an argument. */
export const flagged = ({ path, message }: Problem): Problem => ({
  path: /^[a-z]+$/.test(path) && path !== 'limit' ? `--${path}` : path,
  message,
});
