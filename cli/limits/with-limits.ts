/** What the limits commands have in common: their flags and their source. */
import type { ExitCode, Io } from '../io.ts';
import { refuse } from '../problems.ts';
import { type LimitsSource, limitsSource, type SourceFlags } from './source.ts';

export interface CommonOptions extends SourceFlags {
  readonly json?: boolean;
}

/** Runs with the source that the flags or the environment name. */
export async function withLimits(
  options: CommonOptions,
  io: Io,
  run: (source: LimitsSource) => Promise<ExitCode>,
): Promise<ExitCode> {
  const found = limitsSource(options, io);
  if ('problem' in found) return refuse([found.problem], options, io);
  try {
    return await run(found.source);
  } finally {
    found.source.close();
  }
}
