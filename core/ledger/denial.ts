/** Denials: which limit denied a call, and its amounts over all its shards. */
import type { Owner } from '../policy/policy.ts';
import { type EpochMs, type EpochSeconds, isoTimestamp } from '../time.ts';
import { resetTimestamp } from '../windows.ts';
import type { EffectiveLimit } from './effective-limits.ts';
import type { AlertKey, AlertStates, CounterState, Counters } from './ports.ts';
import { shardShare } from './shard-layout.ts';

/** The limit that denied a call. Amounts are integers in the limit's unit. */
export interface DenyingLimit {
  readonly owner: Owner;
  readonly name: string;
  /** `in_flight`: not a limit of the policy, but of calls in flight. */
  readonly window: EffectiveLimit['limit']['window'] | 'in_flight';
  readonly unit: EffectiveLimit['limit']['unit'];
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly requested: number;
  /** `reserved`: the call fits next to settled usage, and only calls in flight deny it. */
  readonly reason: 'used' | 'reserved';
  readonly resetsAt: string | null;
  /** When the same call may fit again; for `reserved` an estimate by the calls in flight. */
  readonly retryAt: EpochMs;
  /** Present when a ceiling below the full limit denied the call. */
  readonly ceilingPercent?: number;
  /** Calls in flight deny it that are fewer than usual, as others of the cost center crashed. */
  readonly isRestricted?: true;
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
  /** When the leases of its reservations end; absent where only its counters are known. */
  readonly leaseEnds?: readonly EpochSeconds[];
}

/** An account's shards, by number; those that denied the call as they were then. */
export type ShardSnapshots = ReadonlyMap<number, ShardState>;

const UNTOUCHED: CounterState = { committed: 0, settled: 0 };

/** Remaining amount of a limit in a shard. Negative if usage exceeded the reservation. */
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
  isCrowded: boolean,
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
  return denying.length > 0 || isCrowded ? denying : all;
}

const isUsed = ({ effective: { ceiling = 0, requested }, state }: LimitDenial): boolean =>
  state.settled + requested > ceiling;

/**
 * Of the denying limits, the one that resets last: only then can the call succeed. Those that
 * calls in flight alone fill count only where no other denies.
 */
export function lastToReset(denials: readonly LimitDenial[]): LimitDenial | undefined {
  const used = denials.filter(isUsed);
  const [last] = [...(used.length > 0 ? used : denials)].sort(
    (a, b) => b.effective.period.endsAt - a.effective.period.endsAt,
  );
  return last;
}

/** The calls in flight of a denied call's account. */
interface CallsInFlight {
  readonly leaseEnds: readonly EpochSeconds[];
  /** From the reserve to the end of its lease, of a call that reserves now. */
  readonly leaseMs: number;
  readonly now: EpochMs;
}

export function toDenyingLimit(last: LimitDenial, inFlight: CallsInFlight): DenyingLimit {
  const { limit, requested, period, ceilingPercent } = last.effective;
  const reason = isUsed(last) ? 'used' : 'reserved';
  return {
    owner: limit.owner,
    name: limit.name,
    window: limit.window,
    unit: limit.unit,
    limit: limit.amount,
    used: last.state.settled,
    reserved: last.state.committed - last.state.settled,
    requested,
    reason,
    resetsAt: resetTimestamp(period.endsAt),
    retryAt: reason === 'used' ? period.endsAt : nextEnd(inFlight),
    ...(ceilingPercent !== undefined && { ceilingPercent }),
  };
}

/** The cost center has as many calls in flight in one account as it may have. */
export function inFlightDenial(
  costCenter: string,
  max: number,
  usualMax: number,
  inFlight: CallsInFlight,
): DenyingLimit {
  const retryAt = nextEnd(inFlight);
  return {
    owner: { kind: 'costCenter', name: costCenter },
    name: 'in_flight_max',
    window: 'in_flight',
    unit: 'requests',
    limit: max,
    used: 0,
    reserved: max,
    requested: 1,
    reason: 'reserved',
    resetsAt: isoTimestamp(retryAt),
    retryAt,
    ...(max < usualMax && { isRestricted: true }),
  };
}

const SOONEST_MS = 1_000;
const LATEST_MS = 10_000;

/**
 * When a call in flight is likely to end. Their leases say for how long they have been in flight;
 * calls that are met at any moment have half of their length behind them, so the mean of what is
 * behind them is the mean of what is left.
 */
function nextEnd({ leaseEnds, leaseMs, now }: CallsInFlight): EpochMs {
  const ages = leaseEnds.map((end) => Math.max(0, now + leaseMs - end * 1_000));
  const mean = ages.reduce((sum, age) => sum + age, 0) / Math.max(1, ages.length);
  return now + Math.ceil(Math.min(LATEST_MS, Math.max(SOONEST_MS, mean)));
}
