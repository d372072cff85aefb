/** What is wrong with a command's input, as people or programs read it. */
import type { Problem } from '../functions/core/policy/policy.ts';
import type { ExitCode, Io } from './io.ts';

/** @param problems whose paths are as they are to be shown: a flag with its hyphens. */
export function refuseInput(
  problems: readonly Problem[],
  { json = false }: { readonly json?: boolean },
  io: Io,
): ExitCode {
  if (json) io.out(`${JSON.stringify({ problems }, null, 2)}\n`);
  else for (const { path, message } of problems) io.err(`${path}: ${message}\n`);
  return 2;
}
