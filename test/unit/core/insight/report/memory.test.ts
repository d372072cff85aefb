/** Method: a report through HTTP and the real client, of answers made as they are asked for. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { expect, test } from '@jest/globals';
import { CostExplorerCosts } from '../../../../../adapters/cost-explorer.ts';
import { csvReport } from '../../../../../core/insight/report/csv.ts';
import { htmlReport } from '../../../../../core/insight/report/html/page.ts';
import type { ReportRequest } from '../../../../../core/insight/report/report-request.ts';
import { writeReport } from '../../../../../core/insight/report/write-report.ts';
import { dayAfter } from '../../../../../core/utc-days.ts';
import { startCostExplorer } from '../../../../support/cost-explorer.ts';

const FIRST = '2025-11-01';
const PAGES_BETWEEN_LOOKS = 40;

const TAGS = 5_000;
/** Each cost center spends once a week: quick to read, and far more to hold than its course. */
const WEEK = 7;
const MONTH = 4 * WEEK;
const MONTHS = 13;
const groupsOf = Array.from({ length: WEEK }, (_, day) =>
  Array.from({ length: TAGS }, (_, i) => i)
    .filter((i) => i % WEEK === day)
    .map((i) =>
      JSON.stringify({
        Keys: [`costCenter$cost-center-${i}`, 'Amazon Bedrock'],
        Metrics: { UnblendedCost: { Amount: '0.0000123456', Unit: 'USD' } },
      }),
    )
    .join(),
);

/** A day a page, and no credits. */
const answerOf = (days: number) => {
  let count = -1;
  return (asked: unknown) => {
    if (JSON.stringify(asked).includes('RECORD_TYPE')) return { body: '{"ResultsByTime":[]}' };
    count += 1;
    const day = dayAfter(FIRST, count);
    const groups = groupsOf[count % WEEK];
    const period = `{"TimePeriod":{"Start":"${day}","End":"${dayAfter(day)}"},"Groups":[${groups}]}`;
    const token = count + 1 < days ? `,"NextPageToken":"${count + 1}"` : '';
    return { body: `{"ResultsByTime":[${period}]${token}}` };
  };
};

setFlagsFromString('--expose_gc');
const collectGarbage: () => void = runInNewContext('gc');

/** @returns the largest heap in bytes that was seen while pages passed, and what was written. */
async function heapOf(days: number): Promise<{ heap: number; rows: number; total: bigint }> {
  const server = await startCostExplorer(answerOf(days));
  const client = new CostExplorerClient({
    ...{ endpoint: server.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const request: ReportRequest = {
    ...{
      from: FIRST,
      to: dayAfter(FIRST, days),
      granularity: 'daily',
      by: 'costCenter',
      filters: [],
    },
  };
  let [heap, rows, looks] = [0, 0, 0];
  const look = () => {
    looks += 1;
    if (looks % PAGES_BETWEEN_LOOKS !== 1) return;
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    heap = Math.max(heap, heapUsed + arrayBuffers);
  };
  const write = (text: string) => {
    look();
    rows += text.split('\r\n').length - 1;
  };
  try {
    const targets = [
      { format: csvReport(request), write },
      { format: htmlReport({ madeAt: 0 }), write: () => {} },
    ];
    const { total } = await writeReport(new CostExplorerCosts(client), request, targets);
    return { heap, rows: rows - 1, total };
  } finally {
    client.destroy();
    await server.close();
  }
}

test('a year of 5,000 cost centers takes little more memory than a month of them', async () => {
  const [month, year] = [await heapOf(MONTH), await heapOf(MONTHS * MONTH)];
  expect(year.rows).toBe((MONTHS * MONTH * TAGS) / WEEK);
  expect(year.total).toBe(month.total * BigInt(MONTHS));
  // Kept are a total per cost center and its course for drawing: 8 bytes a day.
  const course = TAGS * (MONTHS - 1) * MONTH * 8;
  // All rows held would take four to five courses, of which other garbage hides one at most.
  expect(year.heap - month.heap).toBeLessThan(3 * course);
});
