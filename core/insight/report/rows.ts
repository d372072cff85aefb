/** Turns pages of Cost Explorer into rows of a report, in constant memory. */

import { BillingUnavailableError } from '../../errors.ts';
import { compareCodeUnits, quoted } from '../../safe-text.ts';
import { billedModel, isBedrockService } from '../billing/bedrock-services.ts';
import {
  addBilled,
  type BilledAmount,
  NOTHING_BILLED,
  subtractBilled,
} from '../billing/billed-amount.ts';
import type { BilledCosts, CostPage, CostQuery } from '../billing/ports.ts';
import type { ReportRequest } from './report-request.ts';

/** The cost, or the credits and refunds, of one value in one period. */
export interface ReportRow {
  readonly type: 'usage' | 'credit';
  readonly from: string;
  /** The first day after the period. */
  readonly to: string;
  /** Of the tag, or the model; `''` for untagged costs. */
  readonly value: string;
  readonly amount: BilledAmount;
  readonly currency: string;
  /** Whether AWS can still change it. */
  readonly estimated: boolean;
}

/** Rows kept for more of the same period and value; a day of 5,000 cost centers fits. */
const WAITING_MAX = 8_000;

/**
 * One request per page: the second key, SERVICE, distinguishes Bedrock from the rest of the bill,
 * which no list of services could do.
 */
function costQuery({ from, to, granularity, by, filters }: ReportRequest): CostQuery {
  const service = { dimension: 'SERVICE' } as const;
  return {
    from,
    to,
    granularity,
    groupBy: by === 'model' ? [service, { dimension: 'USAGE_TYPE' }] : [{ tag: by }, service],
    filters,
  };
}

/** Only credits and refunds, grouped like the costs, which Cost Explorer reports net of them. */
function creditQuery(request: ReportRequest): CostQuery {
  const query = costQuery(request);
  const credits = { dimension: 'RECORD_TYPE', values: ['Credit', 'Refund'] } as const;
  return { ...query, filters: [...(query.filters ?? []), credits] };
}

/**
 * Rows in order of their periods, then of their values, a batch at a time. Cost Explorer names a
 * period's groups one after another, so those of one value are added up first. A period that
 * returns after more than 8,000 other rows gets additional rows.
 *
 * Shares are of usage, so credits and refunds are separate rows and are not part of the costs of
 * their value. This takes two requests per page of costs instead of one.
 */
export async function* reportRows(
  costs: BilledCosts,
  request: ReportRequest,
): AsyncIterable<readonly ReportRow[]> {
  const waiting: WaitingRows = new Map();
  let credits: WaitingRows | undefined;
  let currency: string | undefined;
  for await (const page of costs.costAndUsage(costQuery(request))) {
    for (const row of rowsOf(page, request)) {
      currency ??= row.currency;
      if (row.currency !== currency) throw mixed(currency, row.currency);
      addRow(waiting, row);
    }
    const size = [...waiting.values()].reduce((sum, rows) => sum + rows.size, 0);
    if (size <= WAITING_MAX) continue;
    credits ??= await creditRows(costs, request);
    yield* taken(waiting, credits, 1);
  }
  credits ??= await creditRows(costs, request);
  // A period whose credits are as high as its costs can be missing among the costs.
  for (const period of credits.keys()) if (!waiting.has(period)) waiting.set(period, new Map());
  yield* taken(waiting, credits, 0);
}

async function creditRows(costs: BilledCosts, request: ReportRequest): Promise<WaitingRows> {
  const credits: WaitingRows = new Map();
  for await (const page of costs.costAndUsage(creditQuery(request))) {
    for (const row of rowsOf(page, request)) if (row.amount < 0n) addRow(credits, row);
  }
  return credits;
}

/** By period, then by value. */
type WaitingRows = Map<string, Map<string, ReportRow>>;

const mixed = (one: string, other: string): BillingUnavailableError =>
  new BillingUnavailableError(
    `Cost Explorer returned amounts in ${quoted(one)} and in ${quoted(other)}, which cannot ` +
      'be added up.' +
      '',
  );

function addRow(waiting: WaitingRows, row: ReportRow): void {
  const rows = waiting.get(row.from) ?? new Map<string, ReportRow>();
  waiting.set(row.from, rows);
  const same = rows.get(row.value);
  rows.set(row.value, same ? { ...row, amount: addBilled(same.amount, row.amount) } : row);
}

/** Removes all but the last periods, the earliest first. */
function* taken(
  waiting: WaitingRows,
  credits: WaitingRows,
  left: number,
): Iterable<readonly ReportRow[]> {
  const periods = [...waiting.keys()].sort();
  for (const period of periods.slice(0, periods.length - left)) {
    const rows = waiting.get(period) ?? new Map<string, ReportRow>();
    const given = credits.get(period) ?? new Map<string, ReportRow>();
    waiting.delete(period);
    credits.delete(period);
    yield [...new Set([...rows.keys(), ...given.keys()])]
      .sort(compareCodeUnits)
      .flatMap((value) => separated(rows.get(value), given.get(value)));
  }
}

/** The usage and the credits of one value, from its net cost and its credits. */
function separated(net: ReportRow | undefined, credit: ReportRow | undefined): ReportRow[] {
  const row = net ?? credit;
  if (row === undefined) return [];
  const given = credit?.amount ?? NOTHING_BILLED;
  const used = subtractBilled(net?.amount ?? NOTHING_BILLED, given);
  // A negative amount is a credit of another record type, such as a discount.
  const usage = used > 0n ? used : NOTHING_BILLED;
  const rest = addBilled(given, subtractBilled(used, usage));
  return [
    ...(usage === NOTHING_BILLED ? [] : [{ ...row, type: 'usage' as const, amount: usage }]),
    ...(rest === NOTHING_BILLED ? [] : [{ ...row, type: 'credit' as const, amount: rest }]),
  ];
}

function* rowsOf(page: CostPage, { by }: ReportRequest): Iterable<ReportRow> {
  for (const { from, to, estimated, groups } of page.periods) {
    for (const { keys, amount, currency } of groups) {
      const [first, second] = keys;
      const service = by === 'model' ? first : second;
      if (!isBedrockService(service) || amount === NOTHING_BILLED) continue;
      const value = by === 'model' ? billedModel(service, second) : (first ?? '');
      yield { type: 'usage', from, to, value, amount, currency, estimated };
    }
  }
}
