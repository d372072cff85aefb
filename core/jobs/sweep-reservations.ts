/**
 * Runs once a minute: ends reservations of calls that did not complete, publishes pending alerts,
 * stores samples of usage, drops what is old, and audits changes of limits and keys. Every part can
 * fail alone; the next run does it again. Can run at any time and in parallel.
 */
import type { UsageHistory } from '../insight/forecast/ports.ts';
import { expireReservations } from '../ledger/expire-lease.ts';
import type { LedgerStore, SweepStore } from '../ledger/ports.ts';
import { prune } from '../ledger/prune.ts';
import { nextShardLayout } from '../ledger/shard-layout.ts';
import { overrideExpiresAt } from '../policy/override-items.ts';
import type { Policy } from '../policy/policy.ts';
import {
  type KeyAuditLine,
  type OverrideAuditLine,
  overrideAuditLine,
} from '../telemetry/audit-line.ts';
import {
  expiredRecords,
  itemSizeRecords,
  shardedUtilizationRecords,
} from '../telemetry/metric-record.ts';
import type { AlertPublisher, Telemetry } from '../telemetry/ports.ts';
import type { Clock, EpochMs } from '../time.ts';
import { auditKeyChanges, type KeyChangeStore } from './audit-key-changes.ts';
import { publishPendingAlerts, type RunSweepPart } from './publish-pending-alerts.ts';
import { watchBurnRates } from './watch-burn-rate.ts';

interface SweepPorts {
  readonly ledger: LedgerStore;
  readonly settings: SweepStore;
  readonly keyChanges: KeyChangeStore;
  readonly history: UsageHistory;
  readonly clock: Clock;
  readonly alerts: AlertPublisher;
  readonly telemetry: Pick<Telemetry, 'metrics'> & {
    readonly audit: (line: OverrideAuditLine | KeyAuditLine) => void;
  };
  readonly warn: (message: string, cause: unknown) => void;
}

/** Longer than any run of the sweep. */
const CLAIM_MS = 600_000;

interface SweepResult {
  readonly accounts: number;
  readonly expired: number;
  readonly published: number;
  readonly prunedMarkers: number;
  readonly prunedCounters: number;
  readonly overridesAudited: number;
  /** False when there was more to end than one run does: the next one goes on. */
  readonly complete: boolean;
}

/**
 * @param stopBy no new reservation is ended from then on.
 * @throws LedgerUnavailableError when the accounts cannot be read or written.
 */
export async function sweepReservations(
  ports: SweepPorts,
  policy: Policy,
  stopBy: EpochMs,
): Promise<SweepResult> {
  const { ledger, clock, telemetry } = ports;
  await resizeShards(ports, policy);
  const overridesAudited = await auditOverrides(ports, policy);
  // Half of the time, as reservations end in the rest.
  const auditBy = (clock.now() + stopBy) / 2;
  await attempt(ports, 'changes of keys could not be put into the audit log', () =>
    auditKeyChanges(ports, CLAIM_MS, auditBy),
  );
  const swept = await expireReservations(ledger, clock, policy, stopBy);
  const now = clock.now();
  for (const record of expiredRecords(swept, now)) telemetry.metrics(record);
  for (const record of shardedUtilizationRecords(policy, swept.accounts, now)) {
    telemetry.metrics(record);
  }
  for (const record of itemSizeRecords(policy, swept.accounts, now)) telemetry.metrics(record);
  const run: RunSweepPart = (message, part) => attempt(ports, message, part);
  const { published, needed } = await publishPendingAlerts(ports, run, policy, swept, now);
  let burning = 0;
  await run('the pace of use could not be watched', async () => {
    burning = await watchBurnRates(ports, run, policy, swept.accounts, now);
  });
  const pruned = await prune(ledger, policy, swept.accounts, now, needed);
  return {
    accounts: swept.accounts.length,
    expired: swept.expired.length,
    published: published + burning,
    prunedMarkers: pruned.markers,
    prunedCounters: pruned.counters,
    overridesAudited,
    complete: swept.complete,
  };
}

async function resizeShards(ports: SweepPorts, policy: Policy): Promise<void> {
  const { shardLayout: stored, ledger, hasInitialLayout } = policy;
  const changed = nextShardLayout(stored, ledger.shards, ports.clock.now(), ledger.historyWindows);
  // Once taken over, it stays what it is whatever becomes of the item that the table began with.
  const next = changed ?? (hasInitialLayout ? stored : undefined);
  if (!next) return;
  await attempt(ports, 'the shard layout could not be written', () =>
    ports.settings.writeLayout(next, stored),
  );
}

/**
 * Of several runs at once one writes the line; if it dies on the way, a later one does. So a change
 * is in the log at least once, and a second line has the same id.
 */
async function auditOverrides(ports: SweepPorts, policy: Policy): Promise<number> {
  const { settings, clock, telemetry } = ports;
  let audited = 0;
  for (const record of policy.overrideRecords) {
    if (record.audited) continue;
    await attempt(ports, 'an override could not be put into the audit log', async () => {
      const now = clock.now();
      if (!(await settings.claimAudit(record, { now, staleAt: now + CLAIM_MS }))) return;
      telemetry.audit(overrideAuditLine(record, now));
      audited += 1;
      await settings.markAudited(record, { now, expiresAt: overrideExpiresAt(record) });
    });
  }
  return audited;
}

async function attempt(
  { warn }: SweepPorts,
  message: string,
  run: () => Promise<void>,
): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    warn(message, error);
    return false;
  }
}
