/**
 * Runs every minute: expires reservations of calls that did not complete, publishes pending alerts,
 * and audits changes of limits and keys.
 */
import { createDynamoDbKeyChanges } from '../../adapters/dynamodb-key-changes.ts';
import { createDynamoDbSweepStore } from '../../adapters/dynamodb-sweep.ts';
import { printLine } from '../../adapters/log-telemetry.ts';
import { systemClock } from '../../adapters/system.ts';
import { sweepReservations } from '../../core/jobs/sweep-reservations.ts';
import { dynamoDbClient } from '../edge/aws-clients.ts';
import { requiredEnv } from '../edge/environment.ts';
import { alertPublisherFrom } from '../edge/ports/alerts.ts';
import { ledgerFrom, usageHistoryFrom } from '../edge/ports/ledger.ts';
import { policiesFrom } from '../edge/ports/policies.ts';
import { telemetryFrom } from '../edge/ports/telemetry.ts';
import { warn, workflowStep } from '../edge/workflow-step.ts';

const tableName = requiredEnv(process.env, 'LEDGER_TABLE_NAME');
const ports = {
  ledger: ledgerFrom(process.env),
  settings: createDynamoDbSweepStore(dynamoDbClient(), tableName),
  keyChanges: createDynamoDbKeyChanges(dynamoDbClient(), tableName),
  history: usageHistoryFrom(process.env),
  clock: systemClock,
  alerts: alertPublisherFrom(process.env),
  telemetry: { metrics: telemetryFrom(process.env).metrics, audit: printLine },
  warn,
};
const policies = policiesFrom(process.env);

/** Time left for the work after the last expired reservation. */
const REST_MS = 10_000;

export const handler = workflowStep(async (_event: unknown, context) => {
  const policy = await policies.load();
  const remaining = context.getRemainingTimeInMillis();
  return sweepReservations(ports, policy, systemClock.now() + Math.max(1_000, remaining - REST_MS));
});
