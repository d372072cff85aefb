/** A report as CSV (RFC 4180): a line per period and value, amounts to the last digit. */
import { formatBilled } from '../billing/amount.ts';
import type { ReportRequest } from './request.ts';
import { labelOf, type ReportFormat } from './written.ts';

const EOL = '\r\n';

export const csvReport = ({ by }: ReportRequest): ReportFormat => ({
  begin: () => line(['from', 'to', by, 'amount', 'currency', 'estimated']),
  rows: (rows) =>
    rows
      .map(({ from, to, value, amount, currency, estimated }) =>
        line([
          from,
          to,
          unexecuted(labelOf(value)),
          formatBilled(amount),
          currency,
          String(estimated),
        ]),
      )
      .join(''),
  end: () => '',
});

const line = (cells: readonly string[]): string => cells.map(cell).join(',') + EOL;

const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Spreadsheets run what begins so: https://owasp.org/www-community/attacks/CSV_Injection, 2026-11. */
const unexecuted = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
