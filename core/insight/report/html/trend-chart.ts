/** The cost of a month to date, with its limit. */
import { area, line } from 'd3-shape';
import { approximateNanoUsd } from '../../billing/billed-amount.ts';
import { type MonthlyLimit, runningTotals } from '../monthly-limits.ts';
import type { ReportSummary } from '../summary.ts';
import { amountAxis, amountScale, type Frame, timeAxis, timeScale } from './axes.ts';
import { escaped, groupedCents, picture, px } from './markup.ts';

const FRAME: Frame = { width: 960, height: 280, left: 72, right: 12, top: 28, bottom: 36 };

type Periods = ReportSummary['periods'];
interface Point {
  readonly x: number;
  readonly y: number;
}

export function trendChart(summary: ReportSummary, limit: MonthlyLimit | undefined): string {
  const { periods, currency } = summary;
  const course = periods.map(({ amount }) => approximateNanoUsd(amount));
  const sums = runningTotals(periods, course);
  const x = timeScale(periods, FRAME);
  const y = amountScale(Math.min(...sums), Math.max(...sums, limit?.nanoUsd ?? 0), FRAME);
  const months = monthsOf(periods, sums, (from) => (x(from) ?? 0) + x.bandwidth() / 2, y);
  const fill = area<Point>()
    .x((p) => p.x)
    .y1((p) => p.y)
    .y0(y(0));
  const stroke = line<Point>()
    .x((p) => p.x)
    .y((p) => p.y);
  const drawn = months.map((points) => {
    const [only] = points;
    const dot =
      points.length > 1 || !only
        ? ''
        : `<circle class="dot" cx="${px(only.x)}" cy="${px(only.y)}" r="4"/>`;
    return `<path class="fill" d="${fill(points) ?? ''}"/><path class="line" d="${stroke(points) ?? ''}"/>${dot}`;
  });
  const last = sums.at(-1) ?? 0;
  const against =
    limit === undefined
      ? ''
      : ` The ${limit.label}: ${groupedCents(limit.nanoUsd)} ${currency} a month.`;
  const what = {
    id: 'trend',
    title: `${currency} month to date`,
    description: `Cost of each month at the end of each period. The last value is ${groupedCents(last)} ${currency}.${against}`,
    ...FRAME,
  };
  return picture(
    what,
    [
      amountAxis(y, FRAME),
      ...drawn,
      limitLine(limit, y, currency),
      timeAxis(periods, x, FRAME),
    ].join('\n'),
  );
}

function limitLine(
  limit: MonthlyLimit | undefined,
  y: (nanoUsd: number) => number,
  currency: string,
) {
  if (limit === undefined) return '';
  const at = px(y(limit.nanoUsd));
  const end = FRAME.width - FRAME.right;
  const text = escaped(`${limit.label}, ${groupedCents(limit.nanoUsd)} ${currency}`);
  return `<line class="limit" x1="${FRAME.left}" x2="${end}" y1="${at}" y2="${at}"/><text class="limit-text end" x="${end}" y="${at}" dy="-0.5em">${text}</text>`;
}

/** One line for each month. */
function monthsOf(
  periods: Periods,
  sums: readonly number[],
  x: (from: string) => number,
  y: (nanoUsd: number) => number,
): Point[][] {
  const months = new Map<string, Point[]>();
  for (const [i, { from }] of periods.entries()) {
    const points = months.get(from.slice(0, 7)) ?? [];
    months.set(from.slice(0, 7), [...points, { x: x(from), y: y(sums[i] ?? 0) }]);
  }
  return [...months.values()];
}
