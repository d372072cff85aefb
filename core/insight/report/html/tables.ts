/** Tables with the numbers of the charts. */
import { dayAfter } from '../../../utc-days.ts';
import {
  type BilledAmount,
  formatCents,
  largestRemainderCents,
} from '../../billing/billed-amount.ts';
import { breakdownLabel, breakdownName, percent } from '../format.ts';
import type { ReportSummary } from '../summary.ts';
import { escaped, grouped, groupedCents } from './markup.ts';
import type { Series } from './series.ts';

const row = (name: string, cells: readonly string[]): string =>
  `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
const head = (names: readonly string[]): string =>
  `<thead><tr>${names.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead>`;

const shown = (amount: BilledAmount): string => grouped(formatCents(amount));

/** Every value with its amount and share. */
export function valuesTable({ values, total, currency, request }: ReportSummary): string {
  const cents = largestRemainderCents(values.map(({ amount }) => amount));
  const rows = values.map(({ value, amount }, i) =>
    row(escaped(breakdownLabel(value)), [grouped(cents[i] ?? ''), escaped(percent(amount, total))]),
  );
  const foot = `<tfoot>${row('total', [shown(total), total === 0n ? '' : '100.0 %'])}</tfoot>`;
  const names = [breakdownName(request.by), currency, 'share'];
  return `<table class="amounts">${head(names)}<tbody>${rows.join('')}</tbody>${foot}</table>`;
}

/** Every period with its total and the values of the bars. */
export function periodsTable(
  { periods, total, currency, request }: ReportSummary,
  series: readonly Series[],
): string {
  const cents = largestRemainderCents(periods.map(({ amount }) => amount));
  const rows = periods.map(({ from, to, estimated }, i) => {
    const isMonth = request.granularity === 'monthly';
    const name = `${isMonth ? `${from} to ${dayAfter(to, -1)}` : from}${estimated ? ' (estimated)' : ''}`;
    const parts = series.map(({ course }) => groupedCents(course[i] ?? 0));
    return row(name, [grouped(cents[i] ?? ''), ...parts]);
  });
  const sums = largestRemainderCents(series.map(({ amount }) => amount)).map(grouped);
  const foot = `<tfoot>${row('total', [shown(total), ...sums])}</tfoot>`;
  const each = request.granularity === 'daily' ? 'day' : 'month';
  const names = [each, currency, ...series.map(({ label }) => label)];
  return `<div class="plot"><table class="amounts periods">${head(names)}<tbody>${rows.join('')}</tbody>${foot}</table></div>`;
}
