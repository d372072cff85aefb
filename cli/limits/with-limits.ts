/** What the limits commands have in common: their flags and their source. */

import type { TargetFlags } from '../remote/target.ts';
import { failWithFlagProblems } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import type { LimitsSource } from './limits-source.ts';
import { openLimitsSource } from './open-limits-source.ts';

export interface CommonOptions extends TargetFlags {
  readonly json?: boolean;
}

/** Runs with the source that the flags or the environment name. */
export async function withLimits(
  options: CommonOptions,
  io: Io,
  run: (source: LimitsSource) => Promise<ExitCode>,
): Promise<ExitCode> {
  const found = openLimitsSource(options, io);
  if ('problem' in found) return failWithFlagProblems([found.problem], options, io);
  try {
    return await run(found.source);
  } finally {
    found.source.close();
  }
}
