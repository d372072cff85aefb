/** Once a minute: what calls that never came back left behind, and what operators changed. */
import { DynamoDbSettings } from '../adapters/dynamodb-settings.ts';
import { logTelemetry, printLine } from '../adapters/log-telemetry.ts';
import { systemClock } from '../adapters/system.ts';
import { sweepReservations } from '../core/steps/sweep-reservations.ts';
import { alertsFrom } from '../edge/alerts-from-env.ts';
import { dynamoDbClient } from '../edge/clients.ts';
import { required } from '../edge/config-from-env.ts';
import { ledgerFrom, usageHistoryFrom } from '../edge/ledger-from-env.ts';
import { policiesFrom } from '../edge/policies-from-env.ts';
import { warn, workflowStep } from '../edge/workflow-step.ts';

const ports = {
  ledger: ledgerFrom(process.env),
  settings: new DynamoDbSettings(dynamoDbClient(), required(process.env, 'LEDGER_TABLE_NAME')),
  history: usageHistoryFrom(process.env),
  clock: systemClock,
  alerts: alertsFrom(process.env),
  telemetry: { metrics: logTelemetry.metrics, audit: printLine },
  warn,
};
const policies = policiesFrom(process.env);

/** Left for what follows the last expired reservation. */
const REST_MS = 10_000;

export const handler = workflowStep(async (_event: unknown, context) => {
  const policy = await policies.load();
  const remaining = context.getRemainingTimeInMillis();
  return sweepReservations(ports, policy, systemClock.now() + Math.max(1_000, remaining - REST_MS));
});
