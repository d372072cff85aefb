/**
 * Method: the built function with its real clients: Cost Explorer and S3 are moto's, the policy is
 * in a table of dynalite, and a server of the test's takes the events.
 */
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { json } from 'node:stream/consumers';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isRecord } from '../../sandbox/base/json.ts';
import { listen } from '../../sandbox/base/loopback-server.ts';
import { type Moto, startMoto } from '../acceptance/support/moto.ts';
import { pathOf } from '../integration/sandbox/support/run-sandbox.ts';
import { parseCsv } from '../support/csv.ts';
import { startLedger, type TestLedger } from '../support/ledger.ts';
import { limitsConfig } from '../support/policy.ts';
import { storePolicy } from '../support/stored-policy.ts';

const BUCKET = 'genai-reports-111122223333';

let moto: Moto;
let table: TestLedger;
let bus: Server;
let s3: S3Client;
const events: unknown[] = [];
beforeAll(async () => {
  [moto, table] = await Promise.all([startMoto('0'), startLedger()]);
  await storePolicy(table, limitsConfig([{ window: 'month', unit: 'usd', amount: 500 }]));
  bus = createServer(async (request, response) => {
    events.push(await json(request));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }));
  });
  const endpoint = await table.client.config.endpoint?.();
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint?.hostname}:${endpoint?.port}`,
    AWS_ENDPOINT_URL_COST_EXPLORER: moto.url,
    AWS_ENDPOINT_URL_S3: moto.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: await listen(bus),
    LEDGER_TABLE_NAME: table.table,
    REPORT_BUCKET_NAME: BUCKET,
    DEPLOYMENT: 'genai',
  });
  // Names of buckets are no names of hosts here.
  s3 = new S3Client({ forcePathStyle: true });
  const place = { LocationConstraint: 'eu-west-1' } as const;
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: place }));
});
afterAll(async () => {
  s3.destroy();
  bus.close();
  bus.closeAllConnections();
  await Promise.all([moto.close(), table.close()]);
});

const group = (costCenter: string, amount: string) => ({
  Keys: [`costCenter$${costCenter}`, 'Claude 3 Haiku (Amazon Bedrock Edition)'],
  Metrics: { UnblendedCost: { Amount: amount, Unit: 'USD' } },
});

const CONTEXT = { getRemainingTimeInMillis: () => 300_000 };

test('keeps the page and the CSV of the month, and tells where they are', async () => {
  const period = { Start: '2026-10-01', End: '2026-10-02' };
  const groups = [group('retail', '7.1234567'), group('', '0.5')];
  const results = [{ ResultsByTime: [{ TimePeriod: period, Groups: groups, Estimated: false }] }];
  await fetch(`${moto.url}/moto-api/static/ce/cost-and-usage-results`, {
    method: 'POST',
    body: JSON.stringify({ account_id: '123456789012', results }),
  });
  const loaded: unknown = createRequire(import.meta.url)(
    pathOf('dist/functions/publish-report/index.cjs'),
  );
  const handler = isRecord(loaded) ? loaded.handler : undefined;
  if (typeof handler !== 'function') throw new Error('the bundle has no handler');
  const event = { report: 'month', time: '2026-11-03T06:00:00Z' };
  const link = `https://eu-west-1.console.aws.amazon.com/s3/object/${BUCKET}?region=eu-west-1&prefix=month%2F2026-10`;
  expect(await handler(event, CONTEXT)).toEqual({
    ...{ from: '2026-10-01', to: '2026-11-01' },
    ...{ html: `${link}.html`, csv: `${link}.csv` },
  });
  const kept = async (name: string) => {
    const { Body, ContentType } = await s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: `month/2026-10.${name}` }),
    );
    return { text: (await Body?.transformToString()) ?? '', type: ContentType };
  };
  const csv = await kept('csv');
  expect(csv.type).toBe('text/csv; charset=utf-8');
  expect(parseCsv(csv.text).map((row) => row[3])).toEqual(['amount', '0.50', '7.1234567']);
  expect((await kept('html')).text).toMatch(/7\.12<\/td>[\s\S]*7\.62/);
  expect(events).toMatchObject([
    { Entries: [{ Source: 'bedrock-cost-sentry', DetailType: 'CostReportPublished' }] },
  ]);
  expect(JSON.stringify(events)).toMatch(/Bedrock cost from .+: USD 7\.62/);
});
