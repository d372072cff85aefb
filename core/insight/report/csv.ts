/** A report as CSV (RFC 4180): a line per period and value, with exact amounts. */
import { formatBilled } from '../billing/billed-amount.ts';
import { breakdownLabel, type ReportFormat } from './format.ts';
import type { ReportRequest } from './report-request.ts';

const EOL = '\r\n';

export const csvReport = ({ by }: ReportRequest): ReportFormat => ({
  begin: () => line(['from', 'to', by, 'amount', 'currency', 'estimated', 'type']),
  rows: (rows) =>
    rows
      .map(({ type, from, to, value, amount, currency, estimated }) =>
        line([
          from,
          to,
          unexecuted(breakdownLabel(value)),
          formatBilled(amount),
          currency,
          String(estimated),
          type,
        ]),
      )
      .join(''),
  end: () => '',
});

const line = (cells: readonly string[]): string => cells.map(cell).join(',') + EOL;

const cell = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * Spreadsheets run text that begins with these characters:
 * https://owasp.org/www-community/attacks/CSV_Injection, 2026-11.
 */
const unexecuted = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
