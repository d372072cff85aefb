/** Sums of metrics from CloudWatch. */
import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import { MetricsUnavailableError } from '../core/errors.ts';
import type { DateRange, Metric, MetricSums } from '../core/insight/reconcile/ports.ts';
import { METRIC_NAMESPACE } from '../core/telemetry/metric-record.ts';
import { type Day, dayAt, startOf } from '../core/utc-days.ts';

/**
 * Of one request:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html, 2026-11.
 */
const QUERIES_MAX = 500;
const DATAPOINTS_MAX = 100_800;
const DAY_SECONDS = 86_400;
const PAGES_MAX = 1_000;

export class CloudWatchMetrics implements MetricSums {
  readonly #client: CloudWatchClient;
  readonly #namespace: string;

  /** @param namespace of the functions' metrics, where a deployment has its own. */
  constructor(client: CloudWatchClient, namespace: string = METRIC_NAMESPACE) {
    this.#client = client;
    this.#namespace = namespace;
  }

  #namespaceOf(namespace: string): string {
    return namespace === METRIC_NAMESPACE ? this.#namespace : namespace;
  }

  async sums(
    metrics: readonly Metric[],
    span: DateRange,
  ): Promise<readonly ReadonlyMap<Day, number>[]> {
    const found = metrics.map(() => new Map<Day, number>());
    for (let i = 0; i < metrics.length; i += QUERIES_MAX) {
      await this.#add(metrics.slice(i, i + QUERIES_MAX), span, found.slice(i, i + QUERIES_MAX));
    }
    return found;
  }

  /** A series may come in parts, over several pages. */
  async #add(
    metrics: readonly Metric[],
    span: DateRange,
    found: Map<Day, number>[],
  ): Promise<void> {
    const input = {
      MetricDataQueries: metrics.map((metric, at) =>
        queryOf({ ...metric, namespace: this.#namespaceOf(metric.namespace) }, at),
      ),
      StartTime: new Date(startOf(span.from)),
      EndTime: new Date(startOf(span.to)),
      ScanBy: 'TimestampAscending' as const,
      MaxDatapoints: DATAPOINTS_MAX,
    };
    const statuses = new Map<string, string>();
    for (let token: string | undefined, page = 0; page < PAGES_MAX; page++) {
      const command = new GetMetricDataCommand({ ...input, ...(token && { NextToken: token }) });
      const output = await this.#client.send(command);
      for (const result of output.MetricDataResults ?? []) {
        const { Id = '', Timestamps = [], Values = [], StatusCode = 'Complete' } = result;
        statuses.set(Id, StatusCode);
        const days = found[Number(Id.slice(1))];
        for (const [i, at] of Timestamps.entries()) {
          const day = dayAt(at.getTime());
          days?.set(day, (days.get(day) ?? 0) + (Values[i] ?? 0));
        }
      }
      token = output.NextToken;
      if (!token) return assertComplete(metrics, statuses);
    }
    throw new MetricsUnavailableError(`CloudWatch's answer does not end after ${PAGES_MAX} pages`);
  }

  async dimensionsOf(namespace: string, name: string): Promise<readonly Metric['dimensions'][]> {
    const found: Metric['dimensions'][] = [];
    const input = { Namespace: this.#namespaceOf(namespace), MetricName: name };
    for await (const { Metrics = [] } of paginateListMetrics({ client: this.#client }, input)) {
      for (const { Dimensions = [] } of Metrics) {
        found.push(Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value ?? ''])));
      }
    }
    return found;
  }
}

/**
 * A partial sum would be taken for the complete one, and the difference for unmetered usage. A
 * series that is `PartialData` on one page ends on a later one.
 */
function assertComplete(metrics: readonly Metric[], statuses: ReadonlyMap<string, string>): void {
  for (const [at, { namespace, name }] of metrics.entries()) {
    const status = statuses.get(idOf(at));
    if (status === 'Complete') continue;
    const words = status === undefined ? 'says nothing of' : `answers ${status} for`;
    throw new MetricsUnavailableError(
      `CloudWatch ${words} ${namespace} ${name}: nothing can be compared now, try again later`,
    );
  }
}

const idOf = (at: number): string => `q${at}`;

const queryOf = ({ namespace, name, dimensions }: Metric, at: number): MetricDataQuery => ({
  Id: idOf(at),
  MetricStat: {
    Metric: {
      Namespace: namespace,
      MetricName: name,
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    },
    Period: DAY_SECONDS,
    Stat: 'Sum',
  },
});
