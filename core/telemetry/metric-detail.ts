/**
 * How finely calls are measured. CloudWatch bills every combination of dimensions as a metric, so
 * the five dimensions of a call cost more than the calls of a small deployment.
 */
import type { MetricRecord } from './metric-record.ts';

/** `full`: all five dimensions, zeros included. `cost_center`: by cost center and model. */
export const METRIC_DETAILS = ['full', 'cost_center', 'none'] as const;
export type MetricDetail = (typeof METRIC_DETAILS)[number];

/** Dimensions of a call with `cost_center`. */
const COST_CENTER_DIMENSIONS = ['CostCenter', 'Model'] as const;

/**
 * The record at a detail; undefined where nothing is to be written. Records of limits and of the
 * reconciliation have few dimensions and stay as they are.
 */
export function atDetail(record: MetricRecord, detail: MetricDetail): MetricRecord | undefined {
  if (detail === 'none') return undefined;
  const { _aws: directive, ...values } = record;
  if (detail === 'full' || !isOfCall(directive)) return record;
  const metrics = directive.CloudWatchMetrics.map(({ Metrics, ...rest }) => ({
    ...rest,
    Dimensions: [COST_CENTER_DIMENSIONS],
    // A zero would create the metric.
    Metrics: Metrics.filter(({ Name }) => values[Name] !== 0),
  }));
  return { ...values, _aws: { ...directive, CloudWatchMetrics: metrics } };
}

/** The record in the namespace of a deployment that has its own. */
export function inNamespace(record: MetricRecord, namespace: string): MetricRecord {
  const { _aws: directive } = record;
  if (!isDirective(directive)) return record;
  const metrics = directive.CloudWatchMetrics.map((each) => ({ ...each, Namespace: namespace }));
  return { ...record, _aws: { ...directive, CloudWatchMetrics: metrics } };
}

/** Metrics that a record writes. */
export function metricCount(record: MetricRecord | undefined): number {
  const directive = record?._aws;
  if (!isDirective(directive)) return 0;
  return directive.CloudWatchMetrics.reduce((sum, { Metrics }) => sum + Metrics.length, 0);
}

interface Directive {
  readonly CloudWatchMetrics: readonly {
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string }[];
  }[];
}

const isDirective = (value: unknown): value is Directive =>
  typeof value === 'object' && value !== null && 'CloudWatchMetrics' in value;

const isOfCall = (directive: unknown): directive is Directive =>
  isDirective(directive) &&
  directive.CloudWatchMetrics.some(({ Dimensions }) =>
    Dimensions.some((names) => names.includes('Environment')),
  );
