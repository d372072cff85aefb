/** Labels and remarks that all formats of a report share. */

import { addBilled, type BilledAmount, formatCents, toPermille } from '../billing/billed-amount.ts';
import type { Breakdown } from './report-request.ts';
import type { ReportRow } from './rows.ts';
import type { ReportSummary } from './summary.ts';

/** Writes one format in order; each part returns its text. */
export interface ReportFormat {
  begin(): string;
  rows(rows: readonly ReportRow[]): string;
  end(summary: ReportSummary, run: ReportRun): string;
}

/** Cost of the report itself. */
interface ReportRun {
  /** Requests to Cost Explorer. */
  readonly requests: number;
  readonly requestsNanoUsd: bigint;
}

export const UNTAGGED = '(untagged)';

export const breakdownLabel = (value: string): string => (value === '' ? UNTAGGED : value);

const NAMES: ReadonlyMap<Breakdown, string> = new Map([
  ['costCenter', 'cost center'],
  ['applicationId', 'application'],
  ['environment', 'environment'],
  ['model', 'model'],
]);

/** A tag of IAM principals is named by its key. */
export const breakdownName = (by: Breakdown): string => NAMES.get(by) ?? by;

/** `61.2 %`; a part above zero is never shown as zero. */
export function percent(part: BilledAmount, whole: BilledAmount): string {
  const tenths = toPermille(part, whole);
  if (tenths === 0 && part !== 0n && whole !== 0n) return '<0.1 %';
  return `${(tenths / 10).toFixed(1)} %`;
}

/** Remarks about the figures; each is a sentence. */
export function remarks(summary: ReportSummary): string[] {
  const { request, values, periods, tagged, total, credits, currency } = summary;
  const tag = request.by;
  const estimated = periods.filter((period) => period.estimated);
  const first = estimated[0];
  const filters = request.filters.map((filter) => `${filter.tag}=${filter.values.join(',')}`);
  return [
    ...(credits === 0n
      ? []
      : [
          `Usage ${currency} ${formatCents(total)}, credits and refunds ${currency} ${formatCents(credits)}, billed ${currency} ${formatCents(addBilled(total, credits))}. Shares are shares of usage.`,
        ]),
    ...(values.length === 0 && credits === 0n
      ? [
          filters.length > 0
            ? `Nothing was billed for Bedrock with ${filters.join(' and ')} in this period.`
            : 'Nothing was billed for Bedrock in this period.',
        ]
      : []),
    ...(tagged !== undefined && total !== 0n
      ? [`${percent(tagged, total)} of Bedrock cost is tagged with ${tag}.`]
      : []),
    ...(tagged === 0n && total !== 0n
      ? [
          `Activate ${tag} as a cost allocation tag in the payer account: later cost is tagged, after up to 24 hours.`,
        ]
      : []),
    ...(first !== undefined
      ? [`Cost since ${first.from} is an estimate that AWS can still change.`]
      : []),
  ];
}
