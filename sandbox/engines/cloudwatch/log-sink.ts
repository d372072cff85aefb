/**
 * Sorts the output of the functions into metrics, audit lines and other lines, as CloudWatch does.
 */

import { isRecord } from '../../base/json.ts';
import { RecentEntries } from '../../base/recent-entries.ts';

interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  /** ISO 8601. */
  readonly timestamp: string;
}

export class LogSink {
  readonly metrics = new RecentEntries<Metric>(50_000);
  readonly audit = new RecentEntries<unknown>();
  readonly #other: (functionName: string, line: string) => void;

  /** @param other gets every line that is neither a metric nor an audit line. */
  constructor(other: (functionName: string, line: string) => void) {
    this.#other = other;
  }

  add(functionName: string, line: string): void {
    const record = parse(line);
    const metrics = record ? emfMetrics(record) : [];
    for (const metric of metrics) this.metrics.add(metric);
    const audited = record?.kind === 'audit';
    if (audited) this.audit.add(record);
    if (metrics.length === 0 && !audited) this.#other(functionName, line);
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The metrics of one record in embedded metric format; invalid ones are omitted, as in CloudWatch:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function emfMetrics(record: Readonly<Record<string, unknown>>): Metric[] {
  const metadata = record._aws;
  if (!isRecord(metadata) || typeof metadata.Timestamp !== 'number') return [];
  const timestamp = new Date(metadata.Timestamp);
  if (Number.isNaN(timestamp.getTime())) return [];
  return arrayOf(metadata.CloudWatchMetrics).flatMap((directive) =>
    directiveMetrics(record, directive, timestamp.toISOString()),
  );
}

function directiveMetrics(
  record: Readonly<Record<string, unknown>>,
  directive: unknown,
  timestamp: string,
): Metric[] {
  if (!isRecord(directive) || typeof directive.Namespace !== 'string') return [];
  const namespace = directive.Namespace;
  return arrayOf(directive.Dimensions).flatMap((set) => {
    const dimensions = dimensionsOf(record, set);
    if (!dimensions) return [];
    return arrayOf(directive.Metrics).flatMap((definition): Metric[] => {
      if (!isRecord(definition) || typeof definition.Name !== 'string') return [];
      const name = definition.Name;
      const unit = typeof definition.Unit === 'string' ? definition.Unit : 'None';
      const values = Array.isArray(record[name]) ? record[name] : [record[name]];
      return values
        .filter((value): value is number => typeof value === 'number')
        .map((value) => ({ namespace, name, unit, dimensions, value, timestamp }));
    });
  });
}

/** Undefined if a dimension of the set has no text in the record, which makes it invalid. */
function dimensionsOf(
  record: Readonly<Record<string, unknown>>,
  set: unknown,
): Record<string, string> | undefined {
  const entries = arrayOf(set).map((key): [string, unknown] => [
    String(key),
    typeof key === 'string' ? record[key] : undefined,
  ]);
  const valid = entries.filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  return valid.length === entries.length ? Object.fromEntries(valid) : undefined;
}

const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
