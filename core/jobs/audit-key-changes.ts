/** Puts changes of keys into the audit log. */
import { type KeyAuditLine, type KeyChange, keyAuditLine } from '../telemetry/audit-line.ts';
import type { Clock, EpochMs } from '../time.ts';

export interface KeyChangeStore {
  /**
   * Some of the changes that are not in the audit log, the oldest first.
   * @param after the last one of the page before.
   * @throws LedgerUnavailableError
   */
  pending(after?: Pick<KeyChange, 'id'>): Promise<readonly KeyChange[]>;
  /** Whether the caller is the one to write the line; another run can claim it from `staleAt`. */
  claim(
    change: Pick<KeyChange, 'id'>,
    claim: { readonly now: EpochMs; readonly staleAt: EpochMs },
  ): Promise<boolean>;
  remove(change: Pick<KeyChange, 'id'>): Promise<void>;
}

interface KeyAuditPorts {
  readonly keyChanges: KeyChangeStore;
  readonly clock: Clock;
  readonly telemetry: { readonly audit: (line: KeyAuditLine) => void };
}

/**
 * Of several runs at once one writes the line; if it dies on the way, a later one does. So a change
 * is in the log at least once, and a second line has the same id. All waiting changes are written:
 * an identity that gets many tokens must not put off the lines of others.
 * @param stopBy no new line is begun from then on.
 */
export async function auditKeyChanges(
  { keyChanges, clock, telemetry }: KeyAuditPorts,
  claimMs: number,
  stopBy: EpochMs,
): Promise<void> {
  let page = await keyChanges.pending();
  while (page.length > 0) {
    for (const change of page) {
      const now = clock.now();
      if (now >= stopBy) return;
      if (!(await keyChanges.claim(change, { now, staleAt: now + claimMs }))) continue;
      telemetry.audit(keyAuditLine(change, now));
      await keyChanges.remove(change);
    }
    page = await keyChanges.pending(page.at(-1));
  }
}
