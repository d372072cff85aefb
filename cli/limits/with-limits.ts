/** Flags and source shared by the limits commands. */

import type { TargetFlags } from '../remote/target.ts';
import { withSource } from '../remote/with-source.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import type { LimitsSource } from './limits-source.ts';
import { openLimitsSource } from './open-limits-source.ts';

export interface CommonOptions extends TargetFlags {
  readonly json?: boolean;
}

/** Runs with the source selected by flags or environment variables. */
export const withLimits = (
  options: CommonOptions,
  io: Io,
  run: (source: LimitsSource) => Promise<ExitCode>,
): Promise<ExitCode> => withSource(openLimitsSource(options, io), options, io, run);
