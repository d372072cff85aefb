/**
 * Metrics and audit lines go to the function's log as they are. Straight to stdout: with Lambda's
 * JSON log format console.log would wrap them, and CloudWatch would find no metrics in them.
 */
import { atDetail, inNamespace, type MetricDetail } from '../core/telemetry/metric-detail.ts';
import type { Telemetry } from '../core/telemetry/ports.ts';

export const printLine = (line: object): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

export const logTelemetry = (detail: MetricDetail, namespace: string | undefined): Telemetry => ({
  metrics: (record) => {
    const line = atDetail(record, detail);
    if (line) printLine(namespace === undefined ? line : inNamespace(line, namespace));
  },
  audit: printLine,
});
