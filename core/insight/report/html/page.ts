/** A report as one HTML page with its styles and pictures, without scripts and external resources. */

import { formatUsd } from '../../../money.ts';
import { type EpochMs, isoTimestamp } from '../../../time.ts';
import { dayAfter, daysBetween } from '../../../utc-days.ts';
import { addBilled, approximateNanoUsd, formatCents } from '../../billing/billed-amount.ts';
import { breakdownLabel, breakdownName, percent, type ReportFormat, remarks } from '../format.ts';
import { type MonthlyLimits, runningTotals, totalLimit } from '../monthly-limits.ts';
import type { ReportRequest } from '../report-request.ts';
import type { ReportSummary } from '../summary.ts';
import { monthName } from './axes.ts';
import { limitCards } from './limit-cards.ts';
import { escaped, grouped, groupedCents } from './markup.ts';
import { legend, seriesOf } from './series.ts';
import { shareChart } from './share-chart.ts';
import { stackedChart } from './stacked-chart.ts';
import { STYLE } from './style.ts';
import { periodsTable, valuesTable } from './tables.ts';
import { trendChart } from './trend-chart.ts';

export interface PageOptions {
  /** Shown in the title, because several deployments can have reports. */
  readonly deployment?: string;
  readonly limits?: MonthlyLimits;
  readonly madeAt: EpochMs;
}

const NO_LIMITS: MonthlyLimits = { costCenters: new Map() };

export const htmlReport = (options: PageOptions): ReportFormat => ({
  begin: () => '',
  rows: () => '',
  end: (summary, { requests, requestsNanoUsd }) => {
    const cost = `Cost Explorer: ${requests} ${requests === 1 ? 'request' : 'requests'}, USD ${formatUsd(requestsNanoUsd)}.`;
    return page(titleOf(options), bodyOf(summary, options, cost));
  },
});

const titleOf = ({ deployment }: PageOptions): string =>
  `Amazon Bedrock costs${deployment === undefined ? '' : `: ${deployment}`}`;

// The icon prevents a request for one; the policy prevents the page from loading anything.
const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`;

function bodyOf(summary: ReportSummary, options: PageOptions, cost: string): string {
  const { request, values, currency } = summary;
  // Limits are in USD: they cannot be compared with another currency.
  const limits = currency === 'USD' ? (options.limits ?? NO_LIMITS) : NO_LIMITS;
  const by = breakdownName(request.by);
  const isDaily = request.granularity === 'daily';
  const series = seriesOf(summary);
  const notes = [
    ...remarks(summary),
    'Unblended cost; days are UTC.',
    cost,
    `Generated ${isoTimestamp(options.madeAt).slice(0, 16).replace('T', ' ')} UTC.`,
  ];
  const parts =
    values.length === 0
      ? []
      : [
          tiles(summary, limits),
          `<section><h2>${isDaily ? 'Daily' : 'Monthly'} cost by ${by}</h2><div class="plot">${stackedChart(summary, series)}</div>${legend(series, escaped)}</section>`,
          `<section><h2>Cost share</h2>${shareChart(summary, series)}</section>`,
          isDaily
            ? `<section><h2>Month to date</h2><div class="plot">${trendChart(summary, totalLimit(request, limits))}</div></section>`
            : '',
          limitCards(summary, limits),
          // Otherwise the cost shares list all values.
          values.length === series.length
            ? ''
            : `<section class="long"><h2>All ${by}s</h2>${valuesTable(summary)}</section>`,
          `<section class="long"><h2>Cost per ${isDaily ? 'day' : 'month'}</h2>${periodsTable(summary, series)}</section>`,
        ];
  return [
    `<p class="lead">${escaped(leadOf(request))}</p>`,
    ...parts,
    `<section><h2>Notes</h2><ul class="remarks">${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul></section>`,
  ].join('\n');
}

function leadOf({ from, to, by, filters }: ReportRequest): string {
  const only = filters.map(
    ({ tag, values }) => `${tag} ${values.map(breakdownLabel).join(' or ')}`,
  );
  const narrowed = only.length === 0 ? '' : ` · only ${only.join(', ')}`;
  return `${from} to ${dayAfter(to, -1)} · by ${breakdownName(by)}${narrowed}`;
}

function tiles(summary: ReportSummary, limits: MonthlyLimits): string {
  const { request, total, credits, tagged, values, currency, periods } = summary;
  const days = daysBetween(request.from, request.to);
  const largest = values[0];
  const limit = totalLimit(request, limits);
  const course = periods.map(({ amount }) => approximateNanoUsd(amount));
  const month = runningTotals(periods, course).at(-1) ?? 0;
  const found: [string, string, string][] = [
    ['Total', grouped(formatCents(total)), currency],
    ['Daily average', groupedCents(approximateNanoUsd(total) / days), currency],
  ];
  if (credits !== 0n) {
    found.push(['Credits and refunds', grouped(formatCents(credits)), currency]);
    found.push(['Billed', grouped(formatCents(addBilled(total, credits))), currency]);
  }
  if (limit !== undefined) {
    const of = `of ${groupedCents(limit.nanoUsd)} ${currency}`;
    const name = `Monthly limit used, ${monthName(periods.at(-1)?.from ?? request.from)}`;
    found.push([name, `${((month / limit.nanoUsd) * 100).toFixed(0)} %`, of]);
  }
  if (largest !== undefined) {
    const share = percent(largest.amount, total);
    found.push([`Largest ${breakdownName(request.by)}`, breakdownLabel(largest.value), share]);
  }
  if (tagged !== undefined) found.push(['Tag coverage', percent(tagged, total), request.by]);
  const drawn = found.map(
    ([name, value, unit]) =>
      `<div class="tile"><dt>${escaped(name)}</dt><dd>${escaped(value)} <small>${escaped(unit)}</small></dd></div>`,
  );
  return `<dl class="tiles">${drawn.join('')}</dl>`;
}
