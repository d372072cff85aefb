/** An operator's request to change a limit: the override that it results in, or its problems. */

import { invariant } from '../errors.ts';
import type { InputProblem } from '../input-problem.ts';
import { formatUsd, parseUsd } from '../money.ts';
import { formatChoices, isPrintable, quoted } from '../safe-text.ts';
import { type EpochMs, isoTimestamp } from '../time.ts';
import { limitAmount } from './limit-amount.ts';
import { type LimitOverview, selectLimits } from './limit-overview.ts';
import { formatAmount } from './limit-text.ts';
import { holderIn, type NamedHolder, namedHolder } from './named-holder.ts';
import { OVERRIDE_TEXT_MAX, type OverrideBody } from './override-items.ts';
import { parseUntil } from './parse-until.ts';
import type { OverrideRecord, Unit } from './policy.ts';

/** As it was written; whose amount it changes, or absent: that of the whole limit. */
export interface OverrideRequest extends NamedHolder {
  readonly action: OverrideRecord['action'];
  /** `<owner>/<limit>`. */
  readonly limit: string;
  /** The new amount, or its difference; a decimal, in USD where the limit is. */
  readonly to?: string | undefined;
  readonly by?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  readonly author?: string | undefined;
}

/** A change that can be made. */
export interface PlannedOverride {
  readonly action: OverrideRecord['action'];
  readonly limit: LimitOverview;
  /** In the limit's unit. */
  readonly to: number;
  /** When the configured amount holds again; absent for a reset, at once, or for never. */
  readonly until?: EpochMs;
  readonly reason: string;
  readonly author: string;
}

export type OverridePlan =
  | { readonly planned: PlannedOverride }
  | { readonly problems: readonly [InputProblem, ...InputProblem[]] };

interface PlanContext {
  readonly limits: readonly LimitOverview[];
  readonly timeZone: string;
  readonly now: EpochMs;
}

type Report = (path: keyof OverrideRequest, message: string) => undefined;

/** Plans a change from the amount in force, whether that is the configured one or not. */
export function planOverride(change: OverrideRequest, context: PlanContext): OverridePlan {
  const problems: InputProblem[] = [];
  const report: Report = (path, message) => {
    problems.push({ path, message });
    return undefined;
  };
  const limit = limitOf(change, context, report);
  if (limit) checkHolder(change, limit, report);
  const to =
    change.action === 'reset' ? resetOf(change, limit, report) : targetOf(change, limit, report);
  const until = change.action === 'reset' ? undefined : untilOf(change, limit, context, report);
  const reason = wordsOf(change, 'reason', report);
  const author = wordsOf(change, 'author', report);
  const [first, ...others] = problems;
  if (first) return { problems: [first, ...others] };
  invariant(limit && to !== undefined && reason && author, 'what is missing is a problem');
  const { action } = change;
  return { planned: { action, limit, to, ...(until !== undefined && { until }), reason, author } };
}

function limitOf(change: OverrideRequest, context: PlanContext, report: Report) {
  const found = selectLimits(context.limits, change.limit);
  if (typeof found === 'string') return report('limit', found);
  const [limit, ...others] = found;
  if (limit && change.limit.includes('/')) return limit;
  const names = [limit, ...others].flatMap((each) => each?.limit ?? []);
  return report(
    'limit',
    `unknown limit ${quoted(change.limit)}: use one of ${formatChoices(names)}`,
  );
}

/** The report of a user has the limits as they hold for that user. */
function checkHolder(change: OverrideRequest, limit: LimitOverview, report: Report): void {
  const named = namedHolder(change);
  if ('problem' in named) {
    report(named.problem.path, named.problem.message);
    return;
  }
  const { holder } = named;
  if (!holder) return;
  if (limit.per !== holder.kind) {
    const counts = limit.per === undefined ? 'has one counter for all' : `counts each ${limit.per}`;
    report(holder.kind, `${limit.limit} ${counts}: leave it out`);
  } else if (limit.isOfGroups && change.by !== undefined) {
    report(
      'by',
      `the amount of ${holder.name} depends on their groups: give the new amount as \`to\``,
    );
  }
}

/** Whose limit it is, as it was named. */
export function namedIn(limit: LimitOverview): NamedHolder {
  const holder = holderIn(limit);
  return holder ? { [holder.kind]: holder.name } : {};
}

function resetOf(change: OverrideRequest, limit: LimitOverview | undefined, report: Report) {
  for (const path of ['to', 'by', 'until'] as const) {
    if (change[path] !== undefined) {
      report(path, 'a reset goes back to the configured amount at once: leave it out');
    }
  }
  if (!limit) return undefined;
  if (limit.override) return limit.configured;
  return report('limit', `${limit.limit} is as configured: there is nothing to reset`);
}

/** The new amount in the limit's unit. */
function targetOf(change: OverrideRequest, limit: LimitOverview | undefined, report: Report) {
  const { action, to, by } = change;
  if ((to === undefined) === (by === undefined)) {
    return report(
      to === undefined ? 'by' : 'to',
      'give either `by` (a difference) or `to` (the new amount)',
    );
  }
  if (!limit) return undefined;
  const path = to === undefined ? 'by' : 'to';
  const given = amountOf(limit.unit, to ?? by ?? '');
  if (typeof given === 'string') return report(path, given);
  const { inForce } = limit;
  const target = to === undefined ? inForce + (action === 'raise' ? given : -given) : given;
  if (target <= 0) {
    return report(path, `would leave nothing of ${words(limit, inForce)}: it must stay above 0`);
  }
  if (!Number.isSafeInteger(target)) return report(path, 'would make the limit too large');
  if (action === 'raise' ? target > inForce : target < inForce) return target;
  const rule = `must be ${action === 'raise' ? 'above' : 'below'} the ${words(limit, inForce)}`;
  return report(path, `${rule} in force, got ${words(limit, target)}`);
}

const words = ({ unit }: LimitOverview, amount: number): string => formatAmount(unit, amount);

const DECIMAL = /^\d{1,16}(?:\.\d{1,15})?$/;

/** Nothing of what was written is lost: more decimals than there are nano-USD are refused. */
function amountOf(unit: Unit, text: string): number | string {
  if (!DECIMAL.test(text)) return `must be a number such as 100 or 0.5, got ${quoted(text)}`;
  const amount = limitAmount(unit, Number(text));
  if (typeof amount === 'string' || unit !== 'usd' || parseUsd(text) !== undefined) return amount;
  return `must be USD with at most 9 decimals, got ${quoted(text)}`;
}

function untilOf(
  { until }: OverrideRequest,
  limit: LimitOverview | undefined,
  { now, timeZone }: PlanContext,
  report: Report,
) {
  // A prepaid amount stays: with it, a limit that never resets goes on.
  if (until === undefined && limit?.window === 'total') return undefined;
  if (until === undefined) return report('until', 'is required: every override ends');
  const at = parseUntil(until, now, timeZone);
  return typeof at === 'string' ? report('until', at) : at;
}

/** Control and formatting characters would let a line of the audit log look like another. */
function wordsOf(change: OverrideRequest, path: 'reason' | 'author', report: Report) {
  const text = change[path]?.trim() ?? '';
  if (text === '') return report(path, 'is required for the audit log');
  if (text.length > OVERRIDE_TEXT_MAX) {
    return report(path, `must have at most ${OVERRIDE_TEXT_MAX} characters, got ${text.length}`);
  }
  if (isPrintable(text)) return text;
  return report(path, `must be one line without control characters, got ${quoted(text)}`);
}

/** An amount as `to` is written. */
export const amountText = (unit: Unit, amount: number): string =>
  unit === 'usd' ? formatUsd(amount) : String(amount);

/** The stored form of a planned change. */
export function overrideBody(planned: PlannedOverride, createdAt: string): OverrideBody {
  const { action, limit, to, until, reason, author } = planned;
  const isKept = limit.window === 'total' && { isKept: true as const };
  if (action === 'reset') return { action, reason, author, createdAt, ...isKept };
  const amount = Number(amountText(limit.unit, to));
  const end = until === undefined ? {} : { until: isoTimestamp(until) };
  return { action, amount, unit: limit.unit, ...end, reason, author, createdAt, ...isKept };
}

/** A change that was made, as JSON. */
export function overrideReport({ action, limit, to, until, reason, author }: PlannedOverride) {
  const { unit, inForce: from } = limit;
  return {
    limit: limit.limit,
    ...namedIn(limit),
    action,
    unit,
    from,
    to,
    ...(unit === 'usd' && { usd: { from: formatUsd(from), to: formatUsd(to) } }),
    ...(until !== undefined && { until: isoTimestamp(until) }),
    reason,
    author,
  };
}
