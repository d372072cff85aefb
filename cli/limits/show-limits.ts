/** Runs `limits show`. */
import { selectLimits } from '../../functions/core/policy/limit-overview.ts';
import type { ExitCode, Io } from '../io.ts';
import { inJson, refuse } from '../problems.ts';
import { limitsTable } from './limits-table.ts';
import { type CommonOptions, withLimits } from './with-limits.ts';

/** @param name an owner, or one limit; absent: all. */
export const showLimits = (
  name: string | undefined,
  options: CommonOptions,
  io: Io,
): Promise<ExitCode> =>
  withLimits(options, io, async (source) => {
    const report = await source.report();
    const limits = name === undefined ? report.limits : selectLimits(report.limits, name);
    if (typeof limits === 'string')
      return refuse([{ path: 'limit', message: limits }], options, io);
    const shown = { ...report, limits: [...limits] };
    io.out(options.json ? inJson(shown) : limitsTable(shown));
    return 0;
  });
