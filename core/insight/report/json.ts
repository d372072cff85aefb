/** A report as one JSON object; amounts are exact strings. */

import { formatUsd } from '../../money.ts';
import { addBilled, formatBilled, toPermille } from '../billing/billed-amount.ts';
import { breakdownLabel, type ReportFormat, remarks } from './format.ts';
import type { ReportRequest } from './report-request.ts';

export function jsonReport(request: ReportRequest): ReportFormat {
  let separator = '\n';
  const { from, to, granularity, by } = request;
  const filters = Object.fromEntries(request.filters.map(({ tag, values }) => [tag, values]));
  return {
    begin: () => `${opened({ from, to, granularity, by, filters })},\n  "rows": [`,
    rows: (rows) => {
      let text = '';
      for (const { value, amount, ...row } of rows) {
        text += `${separator}    ${JSON.stringify({ ...row, ...namedValue(value), amount: formatBilled(amount) })}`;
        separator = ',\n';
      }
      return text;
    },
    end: (summary, { requests, requestsNanoUsd }) => {
      const { currency, total, credits, tagged } = summary;
      const rest = {
        currency,
        total: formatBilled(addBilled(total, credits)),
        used: formatBilled(total),
        credits: formatBilled(credits),
        values: summary.values.map(({ value, amount }) => ({
          ...namedValue(value),
          amount: formatBilled(amount),
          share: toPermille(amount, total) / 1000,
        })),
        periods: summary.periods.map(({ amount, ...period }) => ({
          ...period,
          amount: formatBilled(amount),
        })),
        ...(tagged !== undefined && {
          tagged: { amount: formatBilled(tagged), share: toPermille(tagged, total) / 1000 },
        }),
        remarks: remarks(summary),
        costExplorer: { requests, usd: formatUsd(requestsNanoUsd) },
      };
      return `\n  ],\n${JSON.stringify(rest, null, 2).slice(2)}\n`;
    },
  };
}

const namedValue = (value: string) => ({
  value: breakdownLabel(value),
  ...(value === '' && { untagged: true }),
});

/** An object without its closing brace. */
const opened = (value: object): string => JSON.stringify(value, null, 2).slice(0, -2);
