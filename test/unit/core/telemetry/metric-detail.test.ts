/** Goal: with less detail fewer metrics are written, and the values stay in the line. */
import { describe, expect, test } from '@jest/globals';
import { atDetail, metricCount } from '../../../../core/telemetry/metric-detail.ts';
import { callRecord } from '../../../../core/telemetry/metric-record.ts';

const record = callRecord(
  {
    requestId: 'r-1',
    dimensions: {
      Model: 'nova-lite',
      ModelId: 'amazon.nova-lite-v1:0',
      CostCenter: 'sales',
      Application: 'chat',
      Environment: 'dev',
    },
    status: 'succeeded',
    usage: {
      inputTokens: 10,
      outputTokens: 5,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
      cacheWrite1hInputTokens: 0,
    },
    costNanoUsd: 1000,
    latencyMs: 12,
    isUsageUncertain: false,
    exceeded: false,
    settlementFailed: false,
  },
  0,
);

describe('atDetail', () => {
  test('full is the record itself', () => {
    expect(atDetail(record, 'full')).toBe(record);
    expect(metricCount(record)).toBe(10);
  });

  test('cost_center has two dimensions and no zeros, and keeps the values in the line', () => {
    const reduced = atDetail(record, 'cost_center');
    expect(reduced).toMatchObject({ Environment: 'dev', RateLimitDenied: 0, TotalRequests: 1 });
    expect(reduced?._aws).toMatchObject({
      CloudWatchMetrics: [
        {
          Dimensions: [['CostCenter', 'Model']],
          Metrics: [
            'TotalRequests',
            'RateLimitApproved',
            'InputTokens',
            'OutputTokens',
            'CostUsd',
            'InvocationLatency',
          ].map((Name) => expect.objectContaining({ Name })),
        },
      ],
    });
  });

  test('none writes nothing', () => {
    expect(atDetail(record, 'none')).toBeUndefined();
    expect(metricCount(atDetail(record, 'none'))).toBe(0);
  });
});
