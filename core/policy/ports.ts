/** Ports of the policy: its source, and the store of overrides. */
import type { OverrideItem } from './override-items.ts';
import type { Policy } from './policy.ts';

/** Where the policy comes from. */
export interface PolicySource {
  /**
   * The policy to decide by now.
   * @param maxAgeMs reads it again where it was read longer ago.
   * @throws PolicyUnavailableError when there is none recent enough to decide by.
   */
  load(maxAgeMs?: number): Promise<Policy>;
}

/** Where operators' changes of limits are kept. */
export interface OverrideStore {
  /**
   * Adds one; safe to repeat.
   * @throws LedgerUnavailableError when the table does not answer; whether it wrote is unknown.
   */
  write(item: Pick<OverrideItem, 'sk' | 'body'>): Promise<void>;
}
