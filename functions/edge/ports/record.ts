/** The ports of the recording step, from the environment. */
import { systemClock } from '../../../adapters/system.ts';
import type { RecordPorts } from '../../../core/call/steps/record-outcome.ts';
import type { LedgerStore } from '../../../core/ledger/ports.ts';
import type { Environment } from '../environment.ts';
import { warn } from '../workflow-step.ts';
import { alertPublisherFrom } from './alerts.ts';
import { idempotencyFrom } from './ledger.ts';
import { telemetryFrom } from './telemetry.ts';

export const recordPorts = (env: Environment, ledger: LedgerStore): RecordPorts => ({
  ledger,
  idempotency: idempotencyFrom(env),
  telemetry: telemetryFrom(env),
  alerts: alertPublisherFrom(env, true),
  clock: systemClock,
  warn,
});
