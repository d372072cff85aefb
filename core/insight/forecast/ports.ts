/** Port of the usage samples: one item per owner. */
import type { Owner } from '../../policy/policy.ts';
import type { OwnerHistory } from './usage-samples.ts';

/** The samples of one owner; `revision` counts its writes. */
export interface StoredHistory {
  readonly limits: OwnerHistory;
  readonly revision: number;
}

export interface UsageHistory {
  /**
   * By `ownerName`; owners without an item are omitted. Can lag behind the last write.
   * @throws LedgerUnavailableError
   */
  read(owners: readonly Owner[]): Promise<ReadonlyMap<string, StoredHistory>>;
  /**
   * Stores a history unless it changed since the given revision (0: none was read).
   * @throws LedgerUnavailableError
   */
  write(owner: Owner, limits: OwnerHistory, seenRevision: number): Promise<void>;
}
