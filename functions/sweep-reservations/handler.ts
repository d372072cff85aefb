/** Once a minute: ends the reservations of calls that never came back. */

import { logTelemetry } from '../adapters/log-telemetry.ts';
import { systemClock } from '../adapters/system.ts';
import { sweep } from '../core/ledger/expire.ts';
import { expiredRecords } from '../core/telemetry/metric-record.ts';
import { ledgerFrom } from '../edge/ledger-from-env.ts';
import { policiesFrom } from '../edge/policies-from-env.ts';
import { workflowStep } from '../edge/workflow-step.ts';

const ledger = ledgerFrom(process.env);
const policies = policiesFrom(process.env);

export const handler = workflowStep(async () => {
  const policy = await policies.load();
  const result = await sweep(ledger, systemClock, policy.ledger, policy.timeZone);
  for (const record of expiredRecords(result, systemClock.now())) logTelemetry.metrics(record);
  return {
    accounts: result.accounts,
    expired: result.expired.length,
    prunedMarkers: result.prunedMarkers,
    prunedCounters: result.prunedCounters,
  };
});
