import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { logTelemetry } from '../../../adapters/log-telemetry.ts';
import { driftRecord } from '../../../core/telemetry/metric-record.ts';

afterEach(() => void jest.restoreAllMocks());

function written(namespace: string | undefined): unknown {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  logTelemetry('full', namespace).metrics(driftRecord('sales', 7, 0));
  return JSON.parse(String(write.mock.calls[0]?.[0]));
}

describe('metrics', () => {
  test.each([
    [undefined, 'GenAIRateLimiting'],
    ['GenAIRateLimiting.dev', 'GenAIRateLimiting.dev'],
  ])('with namespace %s are in %s', (given, namespace) => {
    expect(written(given)).toEqual({
      CostCenter: 'sales',
      ReconciliationDrift: 7,
      _aws: {
        Timestamp: 0,
        CloudWatchMetrics: [
          {
            Namespace: namespace,
            Dimensions: [['CostCenter']],
            Metrics: [{ Name: 'ReconciliationDrift', Unit: 'Percent' }],
          },
        ],
      },
    });
  });
});
