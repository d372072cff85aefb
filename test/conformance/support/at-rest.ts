/** Contents of a ledger's table, added up over the shards of an account. */
import type { CounterState } from '../../../core/ledger/ports.ts';
import type { TestLedger } from '../../support/ledger.ts';

interface Holdings {
  readonly counters: Readonly<Record<string, CounterState>>;
  /** Reservations that are held. */
  readonly held: number;
  /** Shards that hold anything. */
  readonly shards: number;
}

/** @param owner `costCenter#sales`, `organization`, ... */
export async function holdingsOf(
  table: TestLedger,
  owner: string,
  shards: number,
): Promise<Holdings> {
  const counters: Record<string, CounterState> = {};
  const reservations = new Set<string>();
  let used = 0;
  for (let shard = 0; shard < shards; shard++) {
    const account = `account#${owner}#${shard}`;
    const names = Object.keys(await table.attributes(account));
    if (names.length > 0) used += 1;
    // A call may hold in several shards.
    for (const name of names) if (name.startsWith('r_')) reservations.add(name);
    for (const [key, { committed, settled }] of await table.counters(account)) {
      const { committed: c, settled: s } = counters[key] ?? { committed: 0, settled: 0 };
      counters[key] = { committed: c + committed, settled: s + settled };
    }
  }
  return { counters, held: reservations.size, shards: used };
}
