/**
 * Runs `limits raise`, `lower` and `reset`: plans the change, asks for confirmation and stores it.
 */

import type { LimitsReport } from '../../core/insight/usage/limits-report.schema.ts';
import { formatAmount, formatHolder } from '../../core/policy/limit-text.ts';
import { holderIn, type NamedHolder, namesIn } from '../../core/policy/named-holder.ts';
import {
  amountText,
  namedIn,
  type OverrideRequest,
  type PlannedOverride,
  planOverride,
} from '../../core/policy/plan-override.ts';
import { isoTimestamp } from '../../core/time.ts';
import { failWithFlagProblems, toJsonText } from '../terminal/input-problems.ts';
import type { ExitCode, Io } from '../terminal/io.ts';
import { type CommonOptions, withLimits } from './with-limits.ts';

export interface ChangeOptions extends CommonOptions, NamedHolder {
  readonly by?: string;
  readonly to?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly author?: string;
  readonly yes?: boolean;
}

export const runOverride = (
  what: Pick<OverrideRequest, 'action' | 'limit'>,
  options: ChangeOptions,
  io: Io,
): Promise<ExitCode> =>
  withLimits(options, io, async (source) => {
    if (source.hasIdentity && options.author !== undefined) {
      const message = 'is the identity of the token: leave it out';
      return failWithFlagProblems([{ path: 'author', message }], options, io);
    }
    const named = namesIn(options);
    const report = await source.report(named);
    const { by, to, until, reason, author = io.user } = options;
    const plan = planOverride(
      { ...what, ...named, by, to, until, reason, author },
      { ...report, now: Date.parse(report.asOf) },
    );
    if ('problems' in plan) return failWithFlagProblems(plan.problems, options, io);
    const { planned } = plan;
    const warning = warningOf(planned, report);
    if (warning !== undefined) io.err(`${warning}\n`);
    if (!options.yes) {
      if (!io.ask) {
        const message = 'is required without a terminal';
        return failWithFlagProblems([{ path: 'yes', message }], options, io);
      }
      if (!/^y(?:es)?$/i.test((await io.ask(`${describeOverride(planned)}? [y/N] `)).trim())) {
        io.err('No change was made.\n');
        return 1;
      }
    }
    const changed = await source.change(asConfirmed(planned));
    if ('problems' in changed) return failWithFlagProblems(changed.problems, options, io);
    const words = `${describeOverride(planned)}: takes effect within 60 seconds\n`;
    io.out(options.json ? toJsonText(changed.value) : words);
    return 0;
  });

/** The amount and end that were confirmed, even if the limit has changed since. */
function asConfirmed({
  action,
  limit,
  to,
  until,
  reason,
  author,
}: PlannedOverride): OverrideRequest {
  const what = { action, limit: limit.limit, ...namedIn(limit), reason, author };
  if (action === 'reset') return what;
  const end = until === undefined ? {} : { until: isoTimestamp(until) };
  return { ...what, to: amountText(limit.unit, to), ...end };
}

function describeOverride({ action, limit, to, until }: PlannedOverride): string {
  const [before, after] = [limit.inForce, to].map((each) => formatAmount(limit.unit, each));
  const end = until === undefined ? '' : ` until ${isoTimestamp(until)}`;
  const holder = holderIn(limit);
  const whose = holder ? ` of ${formatHolder(holder)}` : '';
  return `${action} ${limit.limit}${whose} from ${before} to ${after}${end}`;
}

function warningOf(
  { limit, to, until }: PlannedOverride,
  report: LimitsReport,
): string | undefined {
  const found = report.limits.find((each) => each.limit === limit.limit);
  const taken = (found?.used ?? 0) + (found?.reserved ?? 0);
  if (!found || taken < to || limit.mode === 'observe') return undefined;
  // The earlier of the window's reset and the end of the override.
  const ends = [
    ...(found.resetsAt === null ? [] : [Date.parse(found.resetsAt)]),
    until ?? [],
  ].flat();
  const denied = ends.length === 0 ? 'denied' : `denied until ${isoTimestamp(Math.min(...ends))}`;
  return (
    `warning: ${formatAmount(limit.unit, taken)} is already used or reserved; calls will be ` +
    denied
  );
}
