/** Words and shapes that the formats of a report share. */

import { addBilled, type BilledAmount, formatCents, toPermille } from '../billing/billed-amount.ts';
import type { Breakdown } from './report-request.ts';
import type { ReportRow } from './rows.ts';
import type { ReportSummary } from './summary.ts';

/** Writes one format, from first to last; each part returns its text. */
export interface ReportFormat {
  begin(): string;
  rows(rows: readonly ReportRow[]): string;
  end(summary: ReportSummary, run: ReportRun): string;
}

/** What making the report took. */
interface ReportRun {
  /** Requests to Cost Explorer. */
  readonly requests: number;
  readonly requestsNanoUsd: bigint;
}

export const UNTAGGED = '(untagged)';

export const breakdownLabel = (value: string): string => (value === '' ? UNTAGGED : value);

export const BREAKDOWN_LABELS: Readonly<Record<Breakdown, string>> = {
  costCenter: 'cost center',
  applicationId: 'application',
  environment: 'environment',
  model: 'model',
};

/** `61.2 %`; a part that is not nothing is never shown as nothing. */
export function percent(part: BilledAmount, whole: BilledAmount): string {
  const tenths = toPermille(part, whole);
  if (tenths === 0 && part !== 0n && whole !== 0n) return '<0.1 %';
  return `${(tenths / 10).toFixed(1)} %`;
}

/** What a reader should know of the numbers; each is a sentence. */
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
          `Used ${currency} ${formatCents(total)}, credits and refunds ${currency} ${formatCents(credits)}, billed ${currency} ${formatCents(addBilled(total, credits))}. Shares are of what was used.`,
        ]),
    ...(values.length === 0 && credits === 0n
      ? [
          filters.length > 0
            ? `Nothing was billed for Bedrock with ${filters.join(' and ')} in this time.`
            : 'Nothing was billed for Bedrock in this time.',
        ]
      : []),
    ...(tagged !== undefined && total !== 0n
      ? [`${percent(tagged, total)} of what Bedrock cost carries the tag ${tag}.`]
      : []),
    ...(tagged === 0n && total !== 0n
      ? [
          `Activate ${tag} as a cost allocation tag in the account that pays: costs carry it from then on, after up to 24 hours.`,
        ]
      : []),
    ...(first !== undefined
      ? [`Costs since ${first.from} are estimates that AWS may still change.`]
      : []),
  ];
}
