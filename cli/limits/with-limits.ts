/** What the limits commands have in common: their flags, their source, and how they refuse. */
import type { Problem } from '../../functions/core/policy/policy.ts';
import type { ExitCode, Io } from '../io.ts';
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

export const inJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Problems are named for the flags that they are about. */
export function refuse(problems: readonly Problem[], { json }: CommonOptions, io: Io): ExitCode {
  if (json) io.out(inJson({ problems }));
  for (const { path, message } of json ? [] : problems) {
    io.err(`${/^[a-z]+$/.test(path) && path !== 'limit' ? `--${path}` : path}: ${message}\n`);
  }
  return 2;
}
