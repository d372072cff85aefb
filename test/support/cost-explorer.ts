/** A Cost Explorer on the loopback address, which groups, filters and pages a bill as it is asked. */
import { createServer } from 'node:http';
import { isRecord, parseJson } from '../../sandbox/base/json.ts';
import { close, listen, readBody } from '../../sandbox/base/loopback-server.ts';

/** A line of the bill; `amount` as AWS writes it. */
export interface Charge {
  readonly day: string;
  readonly service: string;
  readonly usageType?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly amount: string;
  /** Default: `Usage`. */
  readonly recordType?: string;
}

interface Answer {
  readonly status?: number;
  /** JSON. */
  readonly body: string;
}

export interface CostExplorerServer {
  readonly url: string;
  /** Bodies of all requests, in order. */
  readonly asked: readonly unknown[];
  close(): Promise<void>;
}

/** @param answer to a request's body; `count` of the requests before it. */
export async function startCostExplorer(
  answer: (asked: unknown, count: number) => Answer,
): Promise<CostExplorerServer> {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 1_000_000);
    const read = 'bytes' in body ? parseJson(body.bytes) : undefined;
    const { status = 200, body: text } = answer(read, asked.length);
    asked.push(read);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(text);
  });
  const url = await listen(server);
  return { url, asked, close: () => close(server) };
}

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner, name) => (isRecord(inner) ? inner[name] : undefined), value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const keyOf = (charge: Charge, group: unknown): string => {
  const name = String(at(group, 'Key'));
  if (at(group, 'Type') === 'TAG') return `${name}$${charge.tags?.[name] ?? ''}`;
  return name === 'SERVICE' ? charge.service : (charge.usageType ?? '');
};

function holds(charge: Charge, filter: unknown): boolean {
  if (filter === undefined) return true;
  const [and, or] = [at(filter, 'And'), at(filter, 'Or')];
  if (and !== undefined) return list(and).every((part) => holds(charge, part));
  if (or !== undefined) return list(or).some((part) => holds(charge, part));
  if (at(filter, 'Dimensions', 'Key') === 'RECORD_TYPE') {
    return list(at(filter, 'Dimensions', 'Values')).includes(charge.recordType ?? 'Usage');
  }
  const value = charge.tags?.[String(at(filter, 'Tags', 'Key'))];
  if (list(at(filter, 'Tags', 'MatchOptions')).includes('ABSENT')) return value === undefined;
  return list(at(filter, 'Tags', 'Values')).includes(value);
}

/** Answers from a bill, at most so many groups a page; nothing is added up but by concatenation. */
export function billAnswers(bill: readonly Charge[], pageGroups = 5_000) {
  return (asked: unknown): Answer => {
    const { Start, End } = {
      Start: String(at(asked, 'TimePeriod', 'Start')),
      End: String(at(asked, 'TimePeriod', 'End')),
    };
    const isDaily = at(asked, 'Granularity') === 'DAILY';
    const periodOf = (day: string) =>
      isDaily || day.slice(0, 7) === Start.slice(0, 7)
        ? isDaily
          ? day
          : Start
        : `${day.slice(0, 7)}-01`;
    const groups = bill
      .filter(({ day }) => day >= Start && day < End)
      .filter((charge) => holds(charge, at(asked, 'Filter')))
      .map((charge) => ({
        period: periodOf(charge.day),
        keys: list(at(asked, 'GroupBy')).map((group) => keyOf(charge, group)),
        amount: charge.amount,
      }))
      .sort((a, b) => (a.period < b.period ? -1 : a.period > b.period ? 1 : 0));
    const from = Number(at(asked, 'NextPageToken') ?? 0);
    const page = groups.slice(from, from + pageGroups);
    const periods = [...new Set(page.map(({ period }) => period))];
    const body = {
      ResultsByTime: periods.map((period) => ({
        TimePeriod: { Start: period, End: periodEnd(period, isDaily, End) },
        Total: {},
        Groups: page
          .filter((group) => group.period === period)
          .map(({ keys, amount }) => ({
            Keys: keys,
            Metrics: { UnblendedCost: { Amount: amount, Unit: 'USD' } },
          })),
        Estimated: period >= '2026-11-24',
      })),
      ...(from + pageGroups < groups.length && { NextPageToken: String(from + pageGroups) }),
    };
    return { body: JSON.stringify(body) };
  };
}

function periodEnd(start: string, isDaily: boolean, end: string): string {
  const date = new Date(`${start}T00:00:00Z`);
  if (isDaily) date.setUTCDate(date.getUTCDate() + 1);
  else date.setUTCMonth(date.getUTCMonth() + 1, 1);
  const next = date.toISOString().slice(0, 10);
  return next < end ? next : end;
}
