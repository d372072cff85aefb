/** Where samples of use are kept: one item per budget owner. */
import type { Owner } from '../../policy/policy.ts';
import type { OwnerHistory } from './usage-samples.ts';

/** What is stored of one owner; `revision` counts its writes. */
export interface StoredHistory {
  readonly limits: OwnerHistory;
  readonly revision: number;
}

export interface UsageHistory {
  /**
   * By `ownerName`; owners without an item are left out. May lag the last write.
   * @throws LedgerUnavailableError
   */
  read(owners: readonly Owner[]): Promise<ReadonlyMap<string, StoredHistory>>;
  /**
   * Stores a history if nobody did since the revision that was seen (0: none was).
   * @throws LedgerUnavailableError
   */
  write(owner: Owner, limits: OwnerHistory, seenRevision: number): Promise<void>;
}
