/** Cost over time: one bar per period, stacked by value. */
import { stack, stackOffsetDiverging, stackOrderNone } from 'd3-shape';
import { breakdownName } from '../format.ts';
import type { ReportSummary } from '../summary.ts';
import {
  amountAxis,
  amountScale,
  dayName,
  type Frame,
  monthName,
  timeAxis,
  timeScale,
} from './axes.ts';
import { escaped, groupedCents, picture, px } from './markup.ts';
import type { Series } from './series.ts';

const FRAME: Frame = { width: 960, height: 340, left: 72, right: 12, top: 16, bottom: 36 };

export function stackedChart(summary: ReportSummary, series: readonly Series[]): string {
  const { periods, request, currency } = summary;
  const layers = stack<number, number>()
    .keys(series.keys())
    .value((period, key) => series[key]?.course[period] ?? 0)
    .order(stackOrderNone)
    .offset(stackOffsetDiverging)(Array.from(periods.keys()));
  const ends = layers.flatMap((layer) => layer.flat());
  const x = timeScale(periods, FRAME);
  const y = amountScale(ends.reduce(least, 0), ends.reduce(most, 0), FRAME);
  const bars = layers.map((layer, i) => {
    const boxes = layer.map(([low, high], period) => {
      const left = x(periods[period]?.from ?? '') ?? 0;
      const height = y(low) - y(high);
      return height < 0.05
        ? ''
        : `M${px(left)} ${px(y(high))}h${px(x.bandwidth())}v${px(height)}H${px(left)}Z`;
    });
    return `<path class="${series[i]?.color ?? ''}" d="${boxes.join('')}"/>`;
  });
  const each = request.granularity === 'daily' ? 'day' : 'month';
  const what = {
    id: 'over-time',
    title: `${currency} per ${each}, by ${breakdownName(request.by)}`,
    description:
      `A bar per ${each}, stacked by ${breakdownName(request.by)}: ` +
      `${series.map(({ label }) => label).join(', ')}. The table per ${each} below has the ` +
      'numbers.',
    ...FRAME,
  };
  const body = [
    amountAxis(y, FRAME),
    ...bars,
    timeAxis(periods, x, FRAME),
    hovers(summary, series, x),
  ];
  return picture(what, body.join('\n'));
}

/** Invisible boxes over the whole height with the cost of the period as their title. */
function hovers(
  { periods, request, currency }: ReportSummary,
  series: readonly Series[],
  x: ReturnType<typeof timeScale>,
): string {
  const height = FRAME.height - FRAME.top - FRAME.bottom;
  return periods
    .map(({ from, estimated }, period) => {
      const name = request.granularity === 'daily' ? dayName(from) : monthName(from);
      const lines = series
        .filter(({ course }) => course[period])
        .map(({ label, course }) => `${label}: ${groupedCents(course[period] ?? 0)} ${currency}`);
      const text = [`${name}${estimated ? ' (estimated)' : ''}`, ...lines].map(escaped).join('\n');
      return `<rect class="hover" x="${px(x(from) ?? 0)}" y="${FRAME.top}" width="${px(x.step())}" height="${height}"><title>${text}</title></rect>`;
    })
    .join('');
}

const least = (a: number, b: number): number => Math.min(a, b);
const most = (a: number, b: number): number => Math.max(a, b);
