import { expect, test } from '@jest/globals';
import { formatBilled, parseBilled } from '../../../../../core/insight/billing/billed-amount.ts';
import type { BilledCosts, CostPage } from '../../../../../core/insight/billing/ports.ts';
import type { ReportRequest } from '../../../../../core/insight/report/report-request.ts';
import { reportRows } from '../../../../../core/insight/report/rows.ts';
import { dayAfter } from '../../../../../core/utc-days.ts';

const REQUEST: ReportRequest = {
  ...{ from: '2026-11-01', to: '2026-12-01', granularity: 'daily', by: 'costCenter', filters: [] },
};

const page = (...groups: readonly (readonly [day: string, value: string, amount: string])[]) => ({
  periods: groups.map(([from, value, text]) => {
    const amount = parseBilled(text);
    if (amount === undefined) throw new Error(text);
    const group = { keys: [value, 'Amazon Bedrock'], amount, currency: 'USD' };
    return { from, to: dayAfter(from), estimated: false, groups: [group] };
  }),
});

async function rowsOf(pages: Iterable<CostPage>): Promise<string[][]> {
  const costs: BilledCosts = {
    requests: 0,
    async *costAndUsage() {
      yield* pages;
    },
  };
  const batches: string[][] = [];
  for await (const rows of reportRows(costs, REQUEST)) {
    batches.push(rows.map(({ from, value, amount }) => `${from} ${value} ${formatBilled(amount)}`));
  }
  return batches;
}

test('groups of a day and value become one row, whichever pages they are on', async () => {
  const first = page(['2026-11-02', 'b', '1'], ['2026-11-01', 'b', '0.5']);
  const second = page(
    ['2026-11-01', 'a', '2'],
    ['2026-11-02', 'b', '1e-9'],
    ['2026-11-01', 'b', '0.5'],
  );
  expect(await rowsOf([first, second])).toEqual([
    ['2026-11-01 a 2.00', '2026-11-01 b 1.00'],
    ['2026-11-02 b 1.000000001'],
  ]);
});

test('what is not of Bedrock, and what costs nothing, has no row', async () => {
  const [period] = page(['2026-11-01', 'a', '2']).periods;
  const group = period?.groups[0];
  if (!period || !group) throw new Error('no period');
  const lambda = { ...group, keys: ['a', 'AWS Lambda'] };
  const unreported = { ...group, keys: ['b', undefined] };
  expect(await rowsOf([{ periods: [{ ...period, groups: [lambda, unreported] }] }])).toEqual([
    ['2026-11-01 b 2.00'],
  ]);
  expect(await rowsOf([page(['2026-11-01', 'a', '0'])])).toEqual([]);
});

test('a day that comes again after very many rows has further rows, and loses nothing', async () => {
  const many = (day: string) =>
    page(...Array.from({ length: 15_000 }, (_, i) => [day, `cc-${i}`, '1'] as const));
  const pages = [many('2026-11-01'), many('2026-11-02'), page(['2026-11-01', 'cc-0', '1'])];
  const batches = await rowsOf(pages);
  expect(batches.map((rows) => rows.length)).toEqual([15_000, 1, 15_000]);
});
