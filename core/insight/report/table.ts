/** A report as a table for the terminal; cents that add up to the total. */

import { formatUsd } from '../../money.ts';
import { printable } from '../../safe-text.ts';
import { dayAfter, daysBetween } from '../../utc-days.ts';
import {
  addBilled,
  type BilledAmount,
  formatCents,
  largestRemainderCents,
} from '../billing/billed-amount.ts';
import { breakdownLabel, breakdownName, percent, type ReportFormat, remarks } from './format.ts';
import type { ReportRequest } from './report-request.ts';
import type { ReportSummary, ValueTotal } from './summary.ts';

/** Formats cells as a table; columns in `right` are aligned to the right. */
type Layout = (rows: readonly (readonly string[])[], right: ReadonlySet<number>) => string;

const BARS = '▁▂▃▄▅▆▇█';
const COURSE_MAX = 31;
const NAME_MAX = 40;

export const tableReport = (request: ReportRequest, layout: Layout): ReportFormat => ({
  begin: () => '',
  rows: () => '',
  end: (summary, { requests, requestsNanoUsd }) =>
    [
      `Bedrock cost by ${breakdownName(request.by)}, ${rangeOf(request)}\n\n`,
      summary.values.length === 0 ? '' : valuesOf(summary, layout),
      summary.periods.length < 2 || summary.values.length === 0 ? '' : periodsOf(summary, layout),
      ...remarks(summary).map((remark) => `${remark}\n`),
      `Cost Explorer: ${requests} ${requests === 1 ? 'request' : 'requests'}, USD ${formatUsd(requestsNanoUsd)}.\n`,
    ].join(''),
});

function rangeOf({ from, to, filters }: ReportRequest): string {
  const days = daysBetween(from, to);
  const only = filters.map(
    ({ tag, values }) => `${tag} ${values.map(breakdownLabel).join(' or ')}`,
  );
  const narrowed = only.length === 0 ? '' : `, only ${only.join(', ')}`;
  return `${from} to ${dayAfter(to, -1)} (${days} ${days === 1 ? 'day' : 'days'}, UTC)${narrowed}`;
}

function valuesOf(
  { request, values, total, credits, currency, periods }: ReportSummary,
  layout: Layout,
): string {
  const cents = largestRemainderCents(values.map(({ amount }) => amount));
  const hasCourse = periods.length > 1 && periods.length <= COURSE_MAX;
  const head = [breakdownName(request.by).toUpperCase(), currency, 'SHARE'];
  const rows = values.map((value, i) => [
    printable(breakdownLabel(value.value), NAME_MAX),
    cents[i] ?? '',
    percent(value.amount, total),
    ...(hasCourse ? [courseOf(value)] : []),
  ]);
  const unit = request.granularity === 'daily' ? 'BY DAY' : 'BY MONTH';
  const sum = ['total', formatCents(total), total === 0n ? '' : '100.0 %'];
  const lines = [
    [...head, ...(hasCourse ? [unit] : [])],
    ...rows,
    sum,
    ...creditRows(credits, total),
  ];
  return `${layout(lines, new Set([1, 2]))}\n`;
}

const creditRows = (credits: BilledAmount, total: BilledAmount): string[][] =>
  credits === 0n
    ? []
    : [
        ['credits', formatCents(credits), ''],
        ['billed', formatCents(addBilled(total, credits)), ''],
      ];

/** Each value has a separate scale: it shows the course, not the size. */
function courseOf({ course }: ValueTotal): string {
  const highest = Math.max(...course);
  return Array.from(course, (amount) => {
    if (!(amount > 0) || highest <= 0) return ' ';
    return BARS[Math.min(BARS.length - 1, Math.floor((amount / highest) * BARS.length))] ?? ' ';
  })
    .join('')
    .trimEnd();
}

function periodsOf({ request, periods, currency }: ReportSummary, layout: Layout): string {
  const cents = largestRemainderCents(periods.map(({ amount }) => amount));
  const isDaily = request.granularity === 'daily';
  const rows = periods.map(({ from, to, estimated }, i) => [
    isDaily ? from : `${from} to ${dayAfter(to, -1)}`,
    cents[i] ?? '',
    estimated ? 'estimated' : '',
  ]);
  return `${layout([[isDaily ? 'DAY' : 'MONTH', currency], ...rows], new Set([1]))}\n`;
}
