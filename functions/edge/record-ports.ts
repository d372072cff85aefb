/** The ports of the recording step, from the environment. */
import { logTelemetry } from '../adapters/log-telemetry.ts';
import { systemClock } from '../adapters/system.ts';
import type { LedgerStore } from '../core/ledger/ports.ts';
import type { RecordPorts } from '../core/steps/record-outcome.ts';
import { alertsFrom } from './alerts-from-env.ts';
import type { Environment } from './config-from-env.ts';
import { idempotencyFrom } from './ledger-from-env.ts';
import { warn } from './workflow-step.ts';

export const recordPorts = (env: Environment, ledger: LedgerStore): RecordPorts => ({
  ledger,
  idempotency: idempotencyFrom(env),
  telemetry: logTelemetry,
  alerts: alertsFrom(env, true),
  clock: systemClock,
  warn,
});
