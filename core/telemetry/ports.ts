/** Where measurements and events go. */
import type { Alert } from './alerts/alert-types.ts';
import type { AuditLine } from './audit-line.ts';
import type { MetricRecord } from './metric-record.ts';

export interface Telemetry {
  metrics(record: MetricRecord): void;
  audit(line: AuditLine): void;
}

export interface AlertPublisher {
  /** @throws when an event could not be handed over. */
  publish(alerts: readonly Alert[]): Promise<void>;
}
