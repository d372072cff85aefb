/** Metrics that AWS writes itself, as far as dashboards and alarms use them, from its own pages. */
import type { Selector } from './selectors.ts';

interface Documented {
  readonly namespace: string;
  readonly dimensions: readonly string[];
  readonly metrics: readonly string[];
}

const DOCUMENTED: readonly Documented[] = [
  {
    // https://docs.aws.amazon.com/bedrock/latest/userguide/monitoring-runtime-metrics.html, 2026-11
    namespace: 'AWS/Bedrock',
    dimensions: ['ModelId'],
    metrics: [
      'Invocations',
      'InvocationLatency',
      'InvocationClientErrors',
      'InvocationServerErrors',
      'InvocationThrottles',
      'InputTokenCount',
      'OutputTokenCount',
    ],
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, 2026-11
    namespace: 'AWS/Lambda',
    dimensions: ['FunctionName'],
    metrics: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions'],
  },
  {
    // https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html, 2026-11
    namespace: 'AWS/States',
    dimensions: ['StateMachineArn'],
    metrics: ['ExecutionsStarted', 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionThrottled'],
  },
  {
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html, 2026-11
    namespace: 'AWS/DynamoDB',
    dimensions: ['TableName', 'Operation'],
    metrics: ['ThrottledRequests', 'SystemErrors', 'SuccessfulRequestLatency'],
  },
];

/** Whether AWS documents such a metric with exactly these dimensions. */
export const isDocumented = ({ namespace, metric, dimensions }: Selector): boolean =>
  DOCUMENTED.some(
    (each) =>
      each.namespace === namespace &&
      each.metrics.includes(metric) &&
      [...each.dimensions].sort().join() === [...dimensions].sort().join(),
  );
