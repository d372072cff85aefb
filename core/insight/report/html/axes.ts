/** Axes and grid of the charts over time. */
import { type ScaleBand, type ScaleLinear, scaleBand, scaleLinear } from 'd3-scale';
import type { ReportSummary } from '../summary.ts';
import { grouped, px } from './markup.ts';

/** The place of a chart's plot in its picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
/** Width of a date such as `12 Nov`, with space around it. */
const LABEL_WIDTH = 64;

type Periods = ReportSummary['periods'];

export const timeScale = (periods: Periods, frame: Frame): ScaleBand<string> =>
  scaleBand<string>()
    .domain(periods.map(({ from }) => from))
    .range([frame.left, frame.width - frame.right])
    .paddingInner(periods.length > 90 ? 0.1 : 0.25)
    .paddingOuter(0.1);

/** In nano-USD, from 0 or a credit up to a round number above the highest. */
export const amountScale = (low: number, high: number, frame: Frame): ScaleLinear<number, number> =>
  scaleLinear()
    .domain([Math.min(0, low), Math.max(high, low < 0 ? 0 : 10_000_000)])
    .nice(5)
    .range([frame.height - frame.bottom, frame.top]);

/** Horizontal lines at round amounts, each with its amount. */
export function amountAxis(scale: ScaleLinear<number, number>, frame: Frame): string {
  const ticks = scale.ticks(5);
  const step = Math.abs((ticks[1] ?? 0) - (ticks[0] ?? 0)) / 1e9;
  const decimals = step >= 1 ? 0 : step >= 0.01 ? 2 : 4;
  return ticks
    .map((tick) => {
      const y = px(scale(tick));
      const text = grouped((tick / 1e9).toFixed(decimals));
      const line = `<line class="${tick === 0 ? 'zero' : 'grid'}" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${y}" y2="${y}"/>`;
      return `${line}<text class="tick end" x="${frame.left - 8}" y="${y}" dy="0.32em">${text}</text>`;
    })
    .join('');
}

/** As many dates as fit; the first of a month has its name. */
export function timeAxis(periods: Periods, scale: ScaleBand<string>, frame: Frame): string {
  const room = Math.max(1, Math.floor((frame.width - frame.left - frame.right) / LABEL_WIDTH));
  const every = Math.ceil(periods.length / room);
  const isMonthly = periods.some(({ from, to }) => Date.parse(to) - Date.parse(from) > 86_400_000);
  const y = frame.height - frame.bottom + 20;
  return periods
    .filter((_, i) => i % every === 0)
    .map(({ from }) => {
      const x = px((scale(from) ?? 0) + scale.bandwidth() / 2);
      return `<text class="tick middle" x="${x}" y="${y}">${isMonthly ? monthName(from) : dayName(from)}</text>`;
    })
    .join('');
}

/** `12 Nov`. */
export const dayName = (day: string): string =>
  `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`;

/** `Nov 2026`. */
export const monthName = (day: string): string =>
  `${MONTHS[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`;
