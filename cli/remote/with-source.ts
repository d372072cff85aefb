/** Runs a command with the source that its flags select, and closes it. */
import type { InputProblem } from '../../core/input-problem.ts';
import { failWithFlagProblems } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';

export type FoundSource<Source> = { readonly source: Source } | { readonly problem: InputProblem };

export async function withSource<Source extends { close(): void }>(
  found: FoundSource<Source>,
  options: { readonly json?: boolean },
  io: Io,
  run: (source: Source) => Promise<ExitCode>,
): Promise<ExitCode> {
  if ('problem' in found) return failWithFlagProblems([found.problem], options, io);
  try {
    return await run(found.source);
  } finally {
    found.source.close();
  }
}
