/** Sums of a report. */

import { compareCodeUnits } from '../../safe-text.ts';
import { dayAfter } from '../../utc-days.ts';
import {
  addBilled,
  approximateNanoUsd,
  type BilledAmount,
  NOTHING_BILLED,
  subtractBilled,
} from '../billing/billed-amount.ts';
import type { ReportRequest } from './report-request.ts';
import type { ReportRow } from './rows.ts';

export interface ValueTotal {
  /** `''` for untagged costs. */
  readonly value: string;
  readonly amount: BilledAmount;
  /** In nano-USD per period of the summary; doubles, because they are shown and not added up. */
  readonly course: Float64Array;
}

interface PeriodTotal {
  readonly from: string;
  /** The first day after it. */
  readonly to: string;
  readonly amount: BilledAmount;
  /** Whether AWS can still change it. */
  readonly estimated: boolean;
}

export interface ReportSummary {
  readonly request: ReportRequest;
  readonly currency: string;
  /** Usage, before credits and refunds. */
  readonly total: BilledAmount;
  /** Credits and refunds: zero or negative. */
  readonly credits: BilledAmount;
  /** The highest first; untagged costs last. */
  readonly values: readonly ValueTotal[];
  /** Every period of the report, including those without cost. */
  readonly periods: readonly PeriodTotal[];
  /**
   * The tagged part of all Bedrock cost. Absent by model, and if a filter on the same tag omits the
   * rest.
   */
  readonly tagged?: BilledAmount;
}

/** Adds up rows as they arrive: memory holds values and periods, not rows. */
export class SummaryBuilder {
  readonly #request: ReportRequest;
  readonly #periods: { -readonly [Key in keyof PeriodTotal]: PeriodTotal[Key] }[];
  readonly #values = new Map<string, { amount: BilledAmount; readonly course: Float64Array }>();
  #credits = NOTHING_BILLED;
  #currency = 'USD';

  constructor(request: ReportRequest) {
    this.#request = request;
    const starts = periodStarts(request);
    this.#periods = starts.map((from, i) => ({
      from,
      to: starts[i + 1] ?? request.to,
      amount: NOTHING_BILLED,
      estimated: false,
    }));
  }

  add(rows: readonly ReportRow[]): void {
    let at = 0;
    let start: string | undefined;
    for (const { type, from, value, amount, currency, estimated } of rows) {
      if (type === 'credit') {
        this.#credits = addBilled(this.#credits, amount);
        this.#currency = currency;
        continue;
      }
      if (from !== start) at = this.#periodOf(from);
      start = from;
      this.#currency = currency;
      const period = this.#periods[at];
      if (period !== undefined) {
        period.amount = addBilled(period.amount, amount);
        period.estimated ||= estimated;
      }
      let total = this.#values.get(value);
      if (total === undefined) {
        total = { amount: NOTHING_BILLED, course: new Float64Array(this.#periods.length) };
        this.#values.set(value, total);
      }
      total.amount = addBilled(total.amount, amount);
      total.course[at] = (total.course[at] ?? 0) + approximateNanoUsd(amount);
    }
  }

  /** The last one that has started, so that no row is lost. */
  #periodOf(from: string): number {
    const after = this.#periods.findIndex((period) => period.from > from);
    return after < 0 ? this.#periods.length - 1 : Math.max(0, after - 1);
  }

  done(): ReportSummary {
    const request = this.#request;
    const values = Array.from(this.#values, ([value, total]) => ({ value, ...total }));
    const total = values.reduce((sum, { amount }) => addBilled(sum, amount), NOTHING_BILLED);
    const isWhole = !request.filters.some(({ tag }) => tag === request.by);
    const untagged = this.#values.get('')?.amount ?? NOTHING_BILLED;
    return {
      request,
      currency: this.#currency,
      total,
      credits: this.#credits,
      values: values.sort(highestFirst),
      periods: this.#periods,
      ...(request.by !== 'model' && isWhole && { tagged: subtractBilled(total, untagged) }),
    };
  }
}

function highestFirst(a: ValueTotal, b: ValueTotal): number {
  if ((a.value === '') !== (b.value === '')) return a.value === '' ? 1 : -1;
  if (a.amount !== b.amount) return a.amount < b.amount ? 1 : -1;
  return compareCodeUnits(a.value, b.value);
}

function periodStarts({ from, to, granularity }: ReportRequest): string[] {
  const starts: string[] = [];
  const next = granularity === 'daily' ? dayAfter : monthAfter;
  for (let start = from; start < to; start = next(start)) starts.push(start);
  return starts;
}

/** The first of the month after a day's: no month is longer than 31 days. */
const monthAfter = (day: string): string =>
  `${dayAfter(`${day.slice(0, 7)}-01`, 31).slice(0, 7)}-01`;
