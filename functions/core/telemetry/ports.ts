/** Where measurements and events go. */
import type { AuditLine } from './audit.ts';
import type { MetricRecord } from './metric-record.ts';

export interface Telemetry {
  metrics(record: MetricRecord): void;
  audit(line: AuditLine): void;
}

/** An event for people and machines; `id` is the same for every delivery of the same event. */
export interface Alert {
  readonly id: string;
  readonly type: 'LimitThresholdCrossed';
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface AlertPublisher {
  /** @throws when an event could not be handed over. */
  publish(alerts: readonly Alert[]): Promise<void>;
}
