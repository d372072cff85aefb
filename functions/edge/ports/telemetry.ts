/** Metrics and audit lines of a function, from the environment. */
import { logTelemetry } from '../../../adapters/log-telemetry.ts';
import { METRIC_DETAILS } from '../../../core/telemetry/metric-detail.ts';
import type { Telemetry } from '../../../core/telemetry/ports.ts';
import { type Environment, oneOfEnv } from '../environment.ts';

export const telemetryFrom = (env: Environment): Telemetry =>
  logTelemetry(oneOfEnv(env, 'METRICS', METRIC_DETAILS), env.METRIC_NAMESPACE);
