/** Runs `limits show`. */
import { selectLimits } from '../../core/policy/limit-overview.ts';
import { type NamedHolder, namedHolder, namesIn } from '../../core/policy/named-holder.ts';
import { failWithFlagProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import { limitsTable } from './format.ts';
import { type CommonOptions, withLimits } from './with-limits.ts';

/** @param name an owner, or one limit; absent: all. */
export const showLimits = (
  name: string | undefined,
  options: CommonOptions & NamedHolder,
  io: Io,
): Promise<ExitCode> =>
  withLimits(options, io, async (source) => {
    const named = namedHolder(options);
    if ('problem' in named) return failWithFlagProblems([named.problem], options, io);
    const report = await source.report(namesIn(options));
    const limits = name === undefined ? report.limits : selectLimits(report.limits, name);
    if (typeof limits === 'string')
      return failWithFlagProblems([{ path: 'limit', message: limits }], options, io);
    const shown = { ...report, limits: [...limits] };
    io.out(options.json ? toJsonText(shown) : limitsTable(shown));
    return 0;
  });
