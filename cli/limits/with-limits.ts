/** Flags and source shared by the limits commands. */

import type { TargetFlags } from '../remote/target.ts';
import { failWithFlagProblems } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import type { LimitsSource } from './limits-source.ts';
import { openLimitsSource } from './open-limits-source.ts';

export interface CommonOptions extends TargetFlags {
  readonly json?: boolean;
}

/** Runs with the source selected by flags or environment variables. */
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
