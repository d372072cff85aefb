/** Writes a report in one pass over the bill, in all requested formats. */
import type { BilledCosts } from '../billing/ports.ts';
import { costExplorerCost } from '../estimate/aws-prices.ts';
import type { ReportFormat } from './format.ts';
import type { ReportRequest } from './report-request.ts';
import { reportRows } from './rows.ts';
import { type ReportSummary, SummaryBuilder } from './summary.ts';

export interface ReportTarget {
  readonly format: ReportFormat;
  write(text: string): void | Promise<void>;
}

/**
 * Writes while pages arrive, so that memory holds one of them.
 * @throws what `costs` throws; a target may then have got the beginning of a report.
 */
export async function writeReport(
  costs: BilledCosts,
  request: ReportRequest,
  targets: readonly ReportTarget[],
): Promise<ReportSummary> {
  const before = costs.requests;
  const progress = new SummaryBuilder(request);
  for (const { format, write } of targets) await write(format.begin());
  for await (const rows of reportRows(costs, request)) {
    progress.add(rows);
    for (const { format, write } of targets) await write(format.rows(rows));
  }
  const summary = progress.done();
  const requests = costs.requests - before;
  const run = { requests, requestsNanoUsd: costExplorerCost(requests) };
  for (const { format, write } of targets) await write(format.end(summary, run));
  return summary;
}
