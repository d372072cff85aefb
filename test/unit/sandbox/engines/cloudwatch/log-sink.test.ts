import { describe, expect, test } from '@jest/globals';
import { RecentEntries } from '../../../../../sandbox/base/recent-entries.ts';
import { LogSink } from '../../../../../sandbox/engines/cloudwatch/log-sink.ts';

const record = (
  over: Record<string, unknown> = {},
  metrics: unknown = [{ Name: 'Total', Unit: 'Count' }],
) => ({
  _aws: {
    Timestamp: Date.parse('2026-11-23T14:05:09Z'),
    CloudWatchMetrics: [
      { Namespace: 'N', Dimensions: [['Model', 'CostCenter']], Metrics: metrics },
    ],
  },
  Model: 'haiku',
  CostCenter: 'sales',
  Total: 1,
  ...over,
});

const METRIC = {
  namespace: 'N',
  name: 'Total',
  unit: 'Count',
  dimensions: { Model: 'haiku', CostCenter: 'sales' },
  value: 1,
  timestamp: '2026-11-23T14:05:09.000Z',
};

function metricsOf(printed: object) {
  const telemetry = new LogSink(() => undefined);
  telemetry.add('record-outcome', JSON.stringify(printed));
  return telemetry.metrics.list();
}

describe('metrics of a record', () => {
  test('have name, unit, dimensions, value and time', () => {
    expect(metricsOf(record())).toEqual([METRIC]);
  });

  test('are one for each value of a list, and have no unit where none is given', () => {
    const metrics = metricsOf(record({ Total: [1, 2] }, [{ Name: 'Total' }]));
    expect(metrics).toEqual([
      { ...METRIC, unit: 'None' },
      { ...METRIC, unit: 'None', value: 2 },
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['without a time', record({ _aws: { CloudWatchMetrics: [] } })],
    ['with a dimension that is missing', record({ CostCenter: undefined })],
    ['with a dimension that is empty', record({ CostCenter: '' })],
    ['with a value that is text', record({ Total: '1' })],
    ['that is something else', { message: 'hello' }],
    ['with invalid metrics', record({}, 'Total')],
  ])('has none in one %s', (_what, broken) => {
    expect(metricsOf(broken)).toEqual([]);
  });
});

describe('what a function prints', () => {
  test('is sorted into metrics, audit lines and the rest', () => {
    const rest: string[] = [];
    const telemetry = new LogSink((name, line) => rest.push(`${name}: ${line}`));
    const audit = { kind: 'audit', requestId: 'r' };
    for (const line of [JSON.stringify(record()), JSON.stringify(audit), 'hello', '{"a":1}', '[']) {
      telemetry.add('gateway', line);
    }
    expect(telemetry.metrics.list()).toEqual([METRIC]);
    expect(telemetry.audit.list()).toEqual([audit]);
    expect(rest).toEqual(['gateway: hello', 'gateway: {"a":1}', 'gateway: [']);
  });

  test('is not kept forever', () => {
    const history = new RecentEntries<number>(2);
    for (const each of [1, 2, 3]) history.add(each);
    expect(history.list()).toEqual([2, 3]);
  });
});
