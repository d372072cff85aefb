/** Shares of the total: a ring, and its legend with the amounts. */
import { arc, pie } from 'd3-shape';
import {
  type BilledAmount,
  formatCents,
  largestRemainderCents,
} from '../../billing/billed-amount.ts';
import { breakdownName, percent } from '../format.ts';
import type { ReportSummary } from '../summary.ts';
import { escaped, grouped, picture } from './markup.ts';
import type { Series } from './series.ts';

const SIZE = 260;
const GAP = 0.012;

export function shareChart({ total, currency, request }: ReportSummary, series: readonly Series[]) {
  const cents = largestRemainderCents(series.map(({ amount }) => amount));
  const by = breakdownName(request.by);
  const rows = series.map(
    ({ label, color, amount }, i) =>
      `<tr><th scope="row"><span class="key ${color}"></span>${escaped(label)}</th><td>${grouped(cents[i] ?? '')}</td><td>${escaped(percent(amount, total))}</td></tr>`,
  );
  const table = `<table class="shares"><thead><tr><th scope="col">${by}</th><th scope="col">${escaped(currency)}</th><th scope="col">share</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<div class="ring">${ring(series, total, by, currency)}${table}</div>`;
}

function ring(
  series: readonly Series[],
  total: BilledAmount,
  by: string,
  currency: string,
): string {
  // Credits have no share.
  const slices = pie<Series>()
    .value(({ course }) => Math.max(0, sum(course)))
    .sort(null)
    .padAngle(series.length > 1 ? GAP : 0)([...series]);
  const shape = arc<(typeof slices)[number]>()
    .innerRadius(SIZE * 0.33)
    .outerRadius(SIZE * 0.48)
    .cornerRadius(2);
  const paths = slices.map((slice) => {
    const { label, color, amount } = slice.data;
    const text = escaped(`${label}: ${percent(amount, total)}`);
    return `<path class="${color}" d="${shape(slice) ?? ''}"><title>${text}</title></path>`;
  });
  const middle = `<text class="middle total" y="2">${grouped(formatCents(total))}</text><text class="middle tick" y="22">${escaped(currency)}</text>`;
  const what = {
    id: 'share',
    title: `Share by ${by}`,
    description: series.map(({ label, amount }) => `${label} ${percent(amount, total)}`).join(', '),
    width: SIZE,
    height: SIZE,
  };
  return picture(
    what,
    `<g transform="translate(${SIZE / 2} ${SIZE / 2})">${paths.join('')}${middle}</g>`,
  );
}

const sum = (course: readonly number[]): number => course.reduce((a, b) => a + b, 0);
