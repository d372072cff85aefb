/** A small chart per cost center: its last month with its limit. */
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import { type MonthlyLimit, type MonthlyLimits, runningTotals } from '../monthly-limits.ts';
import type { ReportSummary } from '../summary.ts';
import { monthName } from './axes.ts';
import { escaped, groupedCents, picture, px } from './markup.ts';

const CARDS_MAX = 12;
const [WIDTH, HEIGHT, PAD] = [280, 92, 4];
const NEAR = 0.8;

interface Card {
  readonly name: string;
  readonly limit: MonthlyLimit;
  /** Running total of the last month, in nano-USD. */
  readonly sums: readonly number[];
  readonly used: number;
}

/** The highest usage of a limit first; empty unless the report is by cost center. */
export function limitCards(summary: ReportSummary, limits: MonthlyLimits): string {
  const { request, periods, currency } = summary;
  const month = periods.at(-1)?.from.slice(0, 7);
  if (request.by !== 'costCenter' || month === undefined) return '';
  const first = periods.findIndex(({ from }) => from.startsWith(month));
  const cards = summary.values.flatMap(({ value: name, course }): Card[] => {
    const limit = limits.costCenters.get(name);
    if (limit === undefined) return [];
    const sums = runningTotals(periods.slice(first), course.slice(first));
    return [{ name, limit, sums, used: sums.at(-1) ?? 0 }];
  });
  const nearest = cards.sort((a, b) => share(b) - share(a)).slice(0, CARDS_MAX);
  if (nearest.length === 0) return '';
  const left = cards.length - nearest.length;
  const note =
    left === 0 ? '' : `<p class="note">${left} more cost centers use less of their limits.</p>`;
  const drawn = nearest.map((each, i) => drawCard(each, i, periods.length - first, currency));
  return `<section><h2>Monthly limits, ${monthName(month)}</h2><div class="cards">${drawn.join('')}</div>${note}</section>`;
}

const share = ({ used, limit }: Card): number => used / limit.nanoUsd;

function stateOf(card: Card): { readonly color: string; readonly says: string } {
  if (share(card) >= 1) return { color: 'over', says: 'limit reached' };
  return share(card) >= NEAR
    ? { color: 'near', says: 'near the limit' }
    : { color: 'under', says: '' };
}

function drawCard(card: Card, index: number, periods: number, currency: string): string {
  const { name, limit, sums, used } = card;
  const { color, says } = stateOf(card);
  const x = scaleLinear()
    .domain([0, Math.max(1, periods - 1)])
    .range([PAD, WIDTH - PAD]);
  const highest = Math.max(limit.nanoUsd * 1.1, ...sums);
  const y = scaleLinear()
    .domain([0, highest])
    .range([HEIGHT - PAD, PAD]);
  const points = sums.length === 1 ? [0, used] : sums;
  const step = sums.length === 1 ? (periods > 1 ? periods - 1 : 1) : 1;
  const fill = area<number>()
    .x((_, i) => x(i * step))
    .y0(y(0))
    .y1((sum) => y(sum));
  const stroke = line<number>()
    .x((_, i) => x(i * step))
    .y((sum) => y(sum));
  const at = px(y(limit.nanoUsd));
  const numbers = `${groupedCents(used)} of ${groupedCents(limit.nanoUsd)} ${currency}`;
  const percent = `${(share(card) * 100).toFixed(0)} %`;
  const what = {
    id: `limit-${index}`,
    title: `${name} and ${limit.label}`,
    description: `${numbers}, ${percent}${says === '' ? '' : `, ${says}`}`,
    width: WIDTH,
    height: HEIGHT,
  };
  const body = `<path class="fill" d="${fill(points) ?? ''}"/><path class="line" d="${stroke(points) ?? ''}"/><line class="limit" x1="0" x2="${WIDTH}" y1="${at}" y2="${at}"/>`;
  return `<figure class="card ${color}"><figcaption><b>${escaped(name)}</b><span class="badge">${percent}${says === '' ? '' : ` · ${says}`}</span></figcaption>${picture(what, body)}<p class="note">${numbers} · ${escaped(limit.label)}</p></figure>`;
}
