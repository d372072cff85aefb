/** A refusal, put into figures: which limit, and how it stands over all its shards. */
import { invariant } from '../errors.ts';
import type { Owner } from '../policy/policy.ts';
import { isoTimestamp } from '../time.ts';
import { shardShare } from './account-keys.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import type { AlertKey, AlertStates, CounterState, Counters } from './ports.ts';

/** The limit that refused a call. Amounts are integers in the limit's unit. */
export interface DenyingLimit {
  readonly owner: Owner;
  readonly name: string;
  readonly window: EffectiveLimit['limit']['window'];
  readonly unit: EffectiveLimit['limit']['unit'];
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly requested: number;
  readonly resetsAt: string;
  /** Set when a ceiling below the whole limit refused. */
  readonly ceilingPercent?: number;
}

/** A limit that refused, and where it stood. */
export interface LimitDenial {
  readonly effective: EffectiveLimit;
  readonly state: CounterState;
  /** Alerts of this limit's window that are noted already. */
  readonly noted: ReadonlySet<AlertKey>;
}

interface ShardState {
  readonly counters: Counters;
  readonly notes: AlertStates;
}

/** An account's shards, by number; a refused one as it refused. */
export type ShardSnapshots = ReadonlyMap<number, ShardState>;

const UNTOUCHED: CounterState = { committed: 0, settled: 0 };

/** What a shard has left of a limit. Negative where more was used than had been reserved. */
export function remainingInShard(
  { key, ceiling = 0, shards }: EffectiveLimit,
  shard: number,
  counters: Counters | undefined,
): number {
  const { committed } = counters?.get(key) ?? UNTOUCHED;
  return shardShare(ceiling, shard, shards) - committed;
}

/** The limits that refused, with their counters added up over the shards. */
export function findDenials(
  limits: readonly EffectiveLimit[],
  everywhere: ShardSnapshots,
): readonly LimitDenial[] {
  const all = limits
    .filter(({ ceiling }) => ceiling !== undefined)
    .map((effective) => {
      const shards = [...everywhere.values()];
      const states = shards.map(({ counters }) => counters.get(effective.key) ?? UNTOUCHED);
      const committed = states.reduce((sum, state) => sum + state.committed, 0);
      const settled = states.reduce((sum, state) => sum + state.settled, 0);
      const noted = new Set(
        shards.flatMap(({ notes }) => [...(notes.get(effective.key)?.keys() ?? [])]),
      );
      return { effective, state: { committed, settled }, noted };
    });
  const refusing = all.filter(
    ({ effective: { ceiling = 0, requested }, state }) => state.committed + requested > ceiling,
  );
  // Where counters were read after the write they may have moved since: then any enforced limit
  // may have been the one.
  return refusing.length > 0 ? refusing : all;
}

/** Of the limits that refused, the one that opens last: only then can the call succeed. */
export function lastToReset(refused: readonly LimitDenial[]): LimitDenial {
  const [last] = [...refused].sort((a, b) => b.effective.period.endsAt - a.effective.period.endsAt);
  invariant(last, 'a refusal names the limit that refused');
  return last;
}

export function toDenyingLimit(last: LimitDenial): DenyingLimit {
  const { limit, requested, period, ceilingPercent } = last.effective;
  return {
    owner: limit.owner,
    name: limit.name,
    window: limit.window,
    unit: limit.unit,
    limit: limit.amount,
    used: last.state.settled,
    reserved: last.state.committed - last.state.settled,
    requested,
    resetsAt: isoTimestamp(period.endsAt),
    ...(ceilingPercent !== undefined && { ceilingPercent }),
  };
}
