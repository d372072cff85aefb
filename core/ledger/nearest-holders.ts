/** The port of the index: users, keys and sessions of one limit, the nearest to it first. */
import type { AccountKey, HolderRank } from './ports.ts';

export interface RankedHolder extends HolderRank {
  readonly account: AccountKey;
}

export interface NearestHolders {
  /**
   * @param after the last one of the page before.
   * @throws LedgerUnavailableError
   */
  list(
    list: string,
    page: { readonly count: number; readonly after?: RankedHolder },
  ): Promise<readonly RankedHolder[]>;
}
