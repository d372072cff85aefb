/**
 * Counters that this process saw in the last seconds. If all limits of a call had enough
 * left, its reserves can run in parallel, because they are likely to succeed. Only the table
 * decides.
 */
import type { Clock, EpochMs } from '../time.ts';
import type { AccountLimits } from './effective-limits.ts';
import type { AccountKey, CounterKey } from './ports.ts';
import { shardShare } from './shard-layout.ts';

const RECENT_MS = 5_000;
const ACCOUNTS_MAX = 10_000;
/** Ample: a fifth of the limit is left, and twenty times what the call takes. */
const PARTS_LEFT = 5;
const CALLS_LEFT = 20;

interface Seen {
  readonly at: EpochMs;
  readonly committed: ReadonlyMap<CounterKey, number>;
}

export class RecentCounters {
  readonly #clock: Clock;
  readonly #seen = new Map<AccountKey, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Result of a write. */
  record(account: AccountKey, committed: Seen['committed']): void {
    this.#seen.delete(account);
    this.#seen.set(account, { at: this.#clock.now(), committed });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > ACCOUNTS_MAX && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** As of the last write of this process; undefined where there was none in the last seconds. */
  committed(account: AccountKey, key: CounterKey): number | undefined {
    const seen = this.#seen.get(account);
    if (!seen || this.#clock.now() - seen.at > RECENT_MS) return undefined;
    return seen.committed.get(key);
  }

  /** A denial: what was seen before counts no more. */
  forget(account: AccountKey): void {
    this.#seen.delete(account);
  }

  isAmple(account: AccountKey, shard: number, { limits }: AccountLimits): boolean {
    const seen = this.#seen.get(account);
    if (!seen || this.#clock.now() - seen.at > RECENT_MS) return false;
    return limits.every(({ key, ceiling, requested, shards }) => {
      if (ceiling === undefined) return true;
      const committed = seen.committed.get(key);
      if (committed === undefined) return false;
      const whole = shardShare(ceiling, shard, shards);
      const left = whole - committed;
      return left * PARTS_LEFT >= whole && left >= requested * CALLS_LEFT;
    });
  }
}
