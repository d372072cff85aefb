/** Denials: which limit denied a call, and its amounts over all its shards. */
import { invariant } from '../errors.ts';
import type { Owner } from '../policy/policy.ts';
import { isoTimestamp } from '../time.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import type { AlertKey, AlertStates, CounterState, Counters } from './ports.ts';
import { shardShare } from './shard-layout.ts';

/** The limit that denied a call. Amounts are integers in the limit's unit. */
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
  /** Present when a ceiling below the full limit denied the call. */
  readonly ceilingPercent?: number;
}

/** A limit that denied a call, and its counter at that time. */
export interface LimitDenial {
  readonly effective: EffectiveLimit;
  readonly state: CounterState;
  /** Alerts of this limit's window that are pending or published. */
  readonly recordedAlerts: ReadonlySet<AlertKey>;
}

interface ShardState {
  readonly counters: Counters;
  readonly alertStates: AlertStates;
}

/** An account's shards, by number; those that denied the call as they were then. */
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

/** The limits that denied the call, with their counters summed over the shards. */
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
      const recordedAlerts = new Set(
        shards.flatMap(({ alertStates }) => [...(alertStates.get(effective.key)?.keys() ?? [])]),
      );
      return { effective, state: { committed, settled }, recordedAlerts };
    });
  const denying = all.filter(
    ({ effective: { ceiling = 0, requested }, state }) => state.committed + requested > ceiling,
  );
  // Where counters were read after the write they may have moved since: then any enforced limit
  // may have been the one.
  return denying.length > 0 ? denying : all;
}

/** The denying limit that resets last: only then can the call succeed. */
export function lastToReset(denials: readonly LimitDenial[]): LimitDenial {
  const [last] = [...denials].sort((a, b) => b.effective.period.endsAt - a.effective.period.endsAt);
  invariant(last, 'a denial names at least one limit');
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
