/** The colored parts of the charts: the largest values, all others together, and untagged cost. */
import { type BilledAmount, NOTHING_BILLED, subtractBilled } from '../../billing/billed-amount.ts';
import { UNTAGGED } from '../format.ts';
import type { ReportSummary } from '../summary.ts';

export interface Series {
  readonly label: string;
  /** Class of its color: `c0` to `c7`, `others`, `untagged`. */
  readonly color: string;
  readonly amount: BilledAmount;
  /** In nano-USD per period. */
  readonly course: readonly number[];
}

const COLORS = 8;

export function seriesOf({ values, periods, total }: ReportSummary): Series[] {
  const tagged = values.filter(({ value }) => value !== '');
  const shown = tagged.length > COLORS ? tagged.slice(0, COLORS - 1) : tagged;
  const series = shown.map(({ value, amount, course }, i): Series => {
    return { label: value, color: `c${i}`, amount, course: [...course] };
  });
  const others = tagged.slice(shown.length);
  const untagged = values.find(({ value }) => value === '');
  const known = [...shown, ...(untagged ? [untagged] : [])];
  if (others.length > 0) {
    series.push({
      label: `${others.length} others`,
      color: 'others',
      amount: known.reduce((rest, { amount }) => subtractBilled(rest, amount), total),
      course: periods.map((_, i) => others.reduce((sum, each) => sum + (each.course[i] ?? 0), 0)),
    });
  }
  if (untagged !== undefined && untagged.amount !== NOTHING_BILLED) {
    const { amount, course } = untagged;
    series.push({ label: UNTAGGED, color: 'untagged', amount, course: [...course] });
  }
  return series;
}

export const legend = (series: readonly Series[], write: (text: string) => string): string =>
  `<ul class="legend">${series
    .map(({ label, color }) => `<li><span class="key ${color}"></span>${write(label)}</li>`)
    .join('')}</ul>`;
