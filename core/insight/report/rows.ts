/** From pages of Cost Explorer to rows of a report, in memory that does not grow with its length. */

import { BillingUnavailableError } from '../../errors.ts';
import { compareCodeUnits, quoted } from '../../safe-text.ts';
import { billedModel, isBedrockService } from '../billing/bedrock-services.ts';
import { addBilled, type BilledAmount, NOTHING_BILLED } from '../billing/billed-amount.ts';
import type { BilledCosts, CostPage, CostQuery } from '../billing/ports.ts';
import type { ReportRequest } from './report-request.ts';

/** The cost of one value in one period. */
export interface ReportRow {
  readonly from: string;
  /** The first day after the period. */
  readonly to: string;
  /** Of the tag, or the model; `''` for costs that don't carry the tag. */
  readonly value: string;
  readonly amount: BilledAmount;
  readonly currency: string;
  /** Whether AWS may still change it. */
  readonly estimated: boolean;
}

/** Rows that wait for more of the same period and value; a day of 5,000 cost centers fits well. */
const WAITING_MAX = 20_000;

/**
 * One request per page: the second key, SERVICE, tells Bedrock from the rest of the bill, as no
 * list of services could.
 */
function reportQuery({ from, to, granularity, by, filters }: ReportRequest): CostQuery {
  const service = { dimension: 'SERVICE' } as const;
  return {
    from,
    to,
    granularity,
    groupBy: by === 'model' ? [service, { dimension: 'USAGE_TYPE' }] : [{ tag: by }, service],
    filters,
  };
}

/**
 * Rows in order of their periods, then of their values, a batch at a time. Cost Explorer names a
 * period's groups one after another, so those of one value are added up first. Of a period that
 * comes again when more than 20,000 other rows have passed, there are further rows.
 */
export async function* reportRows(
  costs: BilledCosts,
  request: ReportRequest,
): AsyncIterable<readonly ReportRow[]> {
  const waiting = new Map<string, Map<string, ReportRow>>();
  let currency: string | undefined;
  for await (const page of costs.costAndUsage(reportQuery(request))) {
    for (const row of rowsOf(page, request)) {
      currency ??= row.currency;
      if (row.currency !== currency) throw mixed(currency, row.currency);
      addRow(waiting, row);
    }
    const size = [...waiting.values()].reduce((sum, rows) => sum + rows.size, 0);
    if (size > WAITING_MAX) yield* taken(waiting, 1);
  }
  yield* taken(waiting, 0);
}

const mixed = (one: string, other: string): BillingUnavailableError =>
  new BillingUnavailableError(
    `Cost Explorer answered amounts in ${quoted(one)} and in ${quoted(other)}, which can't be added up.`,
  );

function addRow(waiting: Map<string, Map<string, ReportRow>>, row: ReportRow): void {
  const rows = waiting.get(row.from) ?? new Map<string, ReportRow>();
  waiting.set(row.from, rows);
  const same = rows.get(row.value);
  rows.set(row.value, same ? { ...row, amount: addBilled(same.amount, row.amount) } : row);
}

/** Takes all but the last periods, the earliest first. */
function* taken(
  waiting: Map<string, Map<string, ReportRow>>,
  left: number,
): Iterable<readonly ReportRow[]> {
  const periods = [...waiting.keys()].sort();
  for (const period of periods.slice(0, periods.length - left)) {
    const rows = [...(waiting.get(period)?.values() ?? [])];
    waiting.delete(period);
    yield rows.sort((a, b) => compareCodeUnits(a.value, b.value));
  }
}

function* rowsOf(page: CostPage, { by }: ReportRequest): Iterable<ReportRow> {
  for (const { from, to, estimated, groups } of page.periods) {
    for (const { keys, amount, currency } of groups) {
      const [first, second] = keys;
      const service = by === 'model' ? first : second;
      if (!isBedrockService(service) || amount === NOTHING_BILLED) continue;
      const value = by === 'model' ? billedModel(service, second) : (first ?? '');
      yield { from, to, value, amount, currency, estimated };
    }
  }
}
