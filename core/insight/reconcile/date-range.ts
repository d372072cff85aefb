/** The date range to compare. */

import type { InputProblem } from '../../input-problem.ts';
import { quoted } from '../../safe-text.ts';
import { type EpochMs, isIsoDate } from '../../time.ts';
import { dayAfter, dayAt, dayProblems } from '../../utc-days.ts';
import type { DateRange } from './ports.ts';

const DEFAULT_DAYS = 7;
/**
 * How long CloudWatch keeps sums by the hour:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html, 2026-11.
 */
const OLDEST_DAYS = 455;

/** Default: the seven whole days before today. */
export function parseDateRange(
  flags: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: EpochMs,
): { readonly span: DateRange } | { readonly problems: readonly InputProblem[] } {
  const today = dayAt(now);
  const { to = today, from = isIsoDate(to) ? dayAfter(to, -DEFAULT_DAYS) : today } = flags;
  const problems = [...dayProblems('from', from), ...dayProblems('to', to)];
  if (problems.length > 0) return { problems };
  if (from >= to) {
    const message = `must be after --from (${from}), because it is exclusive, got ${quoted(to)}`;
    return { problems: [{ path: 'to', message }] };
  }
  const oldest = dayAfter(today, -OLDEST_DAYS);
  if (from < oldest || from > today) {
    const message =
      `must be from ${oldest} (CloudWatch keeps no older data) to today, ${today}, got ` +
      `${quoted(from)}`;
    return { problems: [{ path: 'from', message }] };
  }
  return { span: { from, to } };
}
