/** Method: a real CloudWatch client against a local HTTP server, which answers as the test says. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CloudWatchMetrics } from '../../../adapters/cloudwatch-metrics.ts';
import { type AwsEndpoint, startAwsEndpoint } from '../../support/aws-endpoint.ts';

const METRIC = {
  namespace: 'AWS/Bedrock',
  name: 'InputTokenCount',
  dimensions: { ModelId: 'one' },
};
const SPAN = { from: '2026-11-22', to: '2026-11-24' };

let service: AwsEndpoint;
let client: CloudWatchClient;
/** One for each request. */
let pages: object[][];

beforeAll(async () => {
  service = await startAwsEndpoint((request) => {
    request.resume();
    const MetricDataResults = pages.shift();
    return { MetricDataResults, ...(pages.length > 0 && { NextToken: 'more' }) };
  });
  client = new CloudWatchClient(service.config);
});
afterAll(async () => {
  client.destroy();
  await service.close();
});

const at = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000;
const part = (Id: string, StatusCode: string, days: Readonly<Record<string, number>>) => ({
  ...{ Id, StatusCode, Timestamps: Object.keys(days).map(at), Values: Object.values(days) },
});
const sums = () => new CloudWatchMetrics(client).sums([METRIC, METRIC], SPAN);

test('a series in parts over several pages is added up', async () => {
  pages = [
    [part('q0', 'PartialData', { '2026-11-22': 5 }), part('q1', 'Complete', {})],
    [part('q0', 'Complete', { '2026-11-22': 2, '2026-11-23': 7 })],
  ];
  expect(await sums()).toEqual([
    new Map([
      ['2026-11-22', 7],
      ['2026-11-23', 7],
    ]),
    new Map(),
  ]);
});

test.each<[string, object[][], RegExp]>([
  [
    'that failed inside CloudWatch',
    [[part('q0', 'Complete', {}), part('q1', 'InternalError', { '2026-11-22': 5 })]],
    /answers InternalError for AWS\/Bedrock InputTokenCount: .* try again later/,
  ],
  [
    'that stays a part',
    [[part('q0', 'Complete', {}), part('q1', 'PartialData', { '2026-11-22': 5 })]],
    /answers PartialData/,
  ],
  ['that may not be read', [[part('q0', 'Forbidden', {})]], /answers Forbidden/],
  ['that is not there', [[part('q0', 'Complete', {})]], /says nothing of AWS\/Bedrock/],
])('a sum %s is no sum', async (_, answers, message) => {
  pages = answers;
  await expect(sums()).rejects.toThrow(message);
});
