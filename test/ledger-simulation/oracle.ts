/**
 * Watches every write to the table and every call of a model, and knows what should have come of
 * it without asking the ledger. Throws a Violation at the first step that breaks an invariant.
 */
import { parseCounters } from '../../adapters/dynamodb-ledger-expressions.ts';
import { parseInFlight, parseReservations } from '../../adapters/dynamodb-reservation-encoding.ts';
import { ownerKeyOfAccount, splitCounterKey } from '../../core/ledger/account-keys.ts';
import { counterOwner, type Who } from './callers.ts';
import type { ItemKey } from './dynamodb/model.ts';
import type { Item } from './dynamodb/values.ts';
import { HolderWatch } from './holder-watch.ts';
import type { CallPlan, LimitPlan, Plan } from './plan.ts';
import {
  amountIn,
  amountOf,
  ceilingOf,
  type ModelName,
  POLICY_CACHE_MS,
  periodEnd,
  periodOf,
  type Version,
  versionAt,
} from './policies.ts';
import { Violation } from './violation.ts';

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** Facts about one delivery of a request. */
export interface Truth {
  readonly call: CallPlan;
  phase: 'begun' | 'reserving' | 'invoking' | 'recording';
  beganAt: number;
  reservingSince: number;
  /** Worst case by model, in tokens. */
  worst: Partial<Record<ModelName, Tokens>>;
  decision?: 'approved' | 'unreserved' | 'denied' | 'other';
  model?: ModelName;
  /** The model worked on it and will be billed. */
  billed?: {
    readonly tokens: Tokens;
    readonly isKnown: boolean;
    /** The usage that the model reported has no consistent reading. */
    readonly isUnreadable: boolean;
  };
  /** It failed in a way that is certainly not billed. */
  refusedByModel: boolean;
  /** The recording step got a refusal by the model, and nothing else. */
  isRefusalRecorded: boolean;
  /** It was answered with 413 after it had reserved, and what it had reserved was released. */
  isReleasedTooLarge: boolean;
  /** How settling ended, as the audit log says. */
  readonly settlements: Set<string>;
  /** A refusal by the table that the counters of that moment justify. */
  deniedRightly: boolean;
  /** Committed and settled by this delivery, by `<owner>/<limit>_<period>`. */
  readonly committed: Map<string, number>;
  readonly settled: Map<string, number>;
  readonly everHeld: Set<string>;
  /** Held twice over shards: a write of the step's first run came when the next one had reserved. */
  readonly heldTwice: Set<string>;
}

export interface OracleWorld {
  readonly plan: Plan;
  readonly versions: readonly Version[];
  now(): number;
  /** One line per thing that happened. */
  trace(line: string): void;
}

const CLOCK_SKEW_MS = 5_000;
export class Oracle {
  readonly truths = new Map<string, Truth>();
  /** Committed and settled over all shards, by `<owner>/<limit>_<period>`. */
  readonly totals = new Map<string, { committed: number; settled: number }>();
  /** Ids of the thresholds that were published. */
  readonly published = new Set<string>();
  readonly holders: HolderWatch;
  /** Writes are now a check of ours, not a call's. */
  isProbing = false;
  /** Over the limit for a good reason: more used than reserved, or come after a release. */
  readonly #excused = new Map<string, number>();
  readonly #world: OracleWorld;

  constructor(world: OracleWorld) {
    this.#world = world;
    this.holders = new HolderWatch(world.plan);
  }

  begin(call: CallPlan): Truth {
    const truth: Truth = {
      call,
      phase: 'begun',
      beganAt: this.#world.now(),
      reservingSince: 0,
      worst: {},
      refusedByModel: false,
      isRefusalRecorded: false,
      isReleasedTooLarge: false,
      settlements: new Set(),
      deniedRightly: false,
      committed: new Map(),
      settled: new Map(),
      everHeld: new Set(),
      heldTwice: new Set(),
    };
    this.truths.set(call.id, truth);
    return truth;
  }

  /** @param sender absent: a sweep. */
  wrote(
    sender: Truth | undefined,
    itemKey: ItemKey,
    before: Item | undefined,
    after: Item | undefined,
  ) {
    const { pk } = itemKey;
    if (!pk.startsWith('account#')) return;
    this.holders.wrote(sender, itemKey, after, this.#world.now());
    const owner = ownerKeyOfAccount(pk);
    const was = parseCounters({ ...before });
    const is = parseCounters({ ...after });
    // Calls of a user end what earlier ones left.
    const whose = this.#ofReservation(before, after) ?? sender;
    this.#world.trace(`${sender?.call.id ?? 'sweep'} wrote ${pk} ${changesOf(before, after)}`);
    for (const key of new Set([...was.keys(), ...is.keys()])) {
      const from = was.get(key) ?? { committed: 0, settled: 0 };
      const to = is.get(key);
      if (!to) {
        this.#checkDropped(key);
        continue;
      }
      if (to.committed < 0 || to.settled < 0) {
        throw new Violation(
          'I4',
          `${pk} ${key} is ${to.committed} committed, ${to.settled} settled`,
        );
      }
      const change = {
        committed: to.committed - from.committed,
        settled: to.settled - from.settled,
      };
      if (this.isProbing || (change.committed === 0 && change.settled === 0)) continue;
      if (!whose) throw new Violation('I3', `a sweep changed ${pk} ${key} for no reservation`);
      this.#count(whose, `${owner}/${key}`, change);
    }
    checkHeld(pk, after, this.#world.plan.inFlightMax);
    this.#checkRestricted(pk, before, after);
  }

  /** I8: a restricted cost center gets no more calls into a shared account than it may have. */
  #checkRestricted(pk: string, before: Item | undefined, after: Item | undefined): void {
    const { plan, now } = this.#world;
    if (pk.startsWith('account#costCenter#')) return;
    const isRestricted = parseInFlight({ ...before });
    for (const [costCenter, { live }] of parseInFlight({ ...after })) {
      const { live: were = 0, restrictedUntil = 0 } = isRestricted.get(costCenter) ?? {};
      if (live <= were || live <= plan.inFlightRestrictedMax) continue;
      if (restrictedUntil * 1_000 <= now() + CLOCK_SKEW_MS + 1_000) continue;
      throw new Violation('I8', `${pk} has ${live} calls of ${costCenter}, which is restricted`);
    }
  }

  /** A table's refusal: were the counters of this moment really too high for some limit? */
  refused(sender: Truth, item: Item | undefined): void {
    this.#world.trace(`${sender.call.id} was refused by the table`);
    if (sender.phase !== 'reserving') return;
    sender.deniedRightly ||= item !== undefined && this.holders.isStartRefused(sender, item);
    const { inFlightMax, inFlightRestrictedMax } = this.#world.plan;
    const { live = 0, restrictedUntil } =
      parseInFlight({ ...item }).get(sender.call.costCenter) ?? {};
    const isShared = !item?.pk?.S?.startsWith('account#costCenter#');
    // Hosts differ in when it ends.
    const isRestricted = isShared && restrictedUntil !== undefined;
    sender.deniedRightly ||= live >= (isRestricted ? inFlightRestrictedMax : inFlightMax);
    sender.deniedRightly ||= this.#limitsMet(sender).some(({ id, ceiling, worst }) => {
      const { committed = 0 } = this.totals.get(id) ?? {};
      return committed + worst > ceiling;
    });
  }

  decided(truth: Truth, decision: NonNullable<Truth['decision']>): void {
    truth.decision = decision;
    this.#world.trace(`${truth.call.id} is ${decision}`);
    if (decision !== 'denied') return;
    const left = [...truth.committed].filter(([, amount]) => amount !== 0);
    if (left.length > 0) throw new Violation('I5', `${truth.call.id} was denied and left ${left}`);
    if (!truth.deniedRightly && !this.#isSharded) {
      throw new Violation('false denial', `${truth.call.id} was denied, though it fitted`);
    }
  }

  /** I9: a call whose outcome is recorded has nothing reserved, also if the outcome is unknown. */
  recorded(truth: Truth): void {
    if (this.#isSharded) return;
    for (const [id, committed] of truth.committed) {
      const settled = truth.settled.get(id) ?? 0;
      if (committed === settled) continue;
      const left = committed - settled;
      throw new Violation('I9', `${truth.call.id} is recorded and has ${left} reserved on ${id}`);
    }
  }

  /** Before a model is called: is the worst case held on every limit the call meets? */
  invoked(truth: Truth, model: ModelName): void {
    if (truth.decision === 'denied' || truth.decision === 'other' || !truth.decision) {
      throw new Violation('I5', `${truth.call.id} called a model, being ${truth.decision}`);
    }
    truth.model = model;
    this.#world.trace(`${truth.call.id} calls ${model}`);
    if (truth.decision === 'unreserved') return;
    for (const { id, worst } of this.#limitsMet(truth, model)) {
      const [name] = id.split('_');
      // In one window: a call that tried in the one before has released what it had there.
      const reserved = [...truth.committed]
        .filter(([key]) => key.startsWith(`${name}_`))
        .reduce((sum, [, amount]) => sum + amount, 0);
      const isOver = this.#world.now() > truth.reservingSince + this.#leaseMs() - CLOCK_SKEW_MS;
      const isHeld = reserved === worst || truth.heldTwice.has(id);
      if (!isHeld && !isOver) {
        throw new Violation(
          'I1',
          `${truth.call.id} called a model holding ${reserved} on ${id}, not ${worst}`,
        );
      }
    }
  }

  get #isSharded(): boolean {
    return this.#world.versions.some(({ shards }) => shards > 1);
  }

  #leaseMs = () => this.#world.plan.leaseSeconds * 1000;

  #count(truth: Truth, id: string, change: { committed: number; settled: number }): void {
    const total = this.totals.get(id) ?? { committed: 0, settled: 0 };
    total.committed += change.committed;
    total.settled += change.settled;
    this.totals.set(id, total);
    addTo(truth.committed, id, change.committed);
    addTo(truth.settled, id, change.settled);
    if (change.settled === 0 && change.committed > 0)
      this.#checkReserved(truth, id, total.committed);
    else if (!truth.everHeld.has(id) && truth.decision !== 'unreserved') {
      throw new Violation('I3', `${truth.call.id} settled ${id}, where it never held anything`);
    } else if (change.committed > 0) this.#excuse(truth, id, change.committed);
  }

  #checkReserved(truth: Truth, id: string, committed: number): void {
    truth.everHeld.add(id);
    const met = this.#limitsMet(truth).filter((limit) => limit.id === id);
    const held = (truth.committed.get(id) ?? 0) - (truth.settled.get(id) ?? 0);
    if (this.#isSharded && met.every(({ worst }) => held > worst)) truth.heldTwice.add(id);
    if (met.length === 0) throw new Violation('I1', `${truth.call.id} has no business with ${id}`);
    const isSharded = this.#isSharded;
    const excused = isSharded ? (this.#excused.get(id) ?? 0) : 0;
    // Ceilings of shards are theirs alone; together the shards keep to the whole limit.
    const ceiling = Math.max(...met.map((limit) => (isSharded ? limit.whole : limit.ceiling)));
    if (committed > ceiling + excused) {
      throw new Violation('I1', `${id} is at ${committed} after ${truth.call.id}, over ${ceiling}`);
    }
  }

  #excuse(truth: Truth, id: string, amount: number): void {
    const { billed, worst, model } = truth;
    const bound = model && worst[model];
    const isOver = billed && bound && billed.tokens.input > bound.input;
    const isLate = this.#world.plan.expired === 'release';
    if (!isOver && !isLate && truth.decision !== 'unreserved') {
      throw new Violation('I1', `${truth.call.id} settled ${id} at ${amount} more than it held`);
    }
    addTo(this.#excused, id, amount);
  }

  /** Every limit the call may meet, under every policy a host may still have, with every model. */
  #limitsMet(truth: Truth, only?: ModelName) {
    const { call } = truth;
    const { now, versions, plan } = this.#world;
    const current = versionAt(versions, now());
    const oldest = versionAt(versions, truth.reservingSince - POLICY_CACHE_MS);
    // A lowered limit leaves shards above their new part, of which the others do not know: over
    // shards, what holds is the highest amount the limit had.
    const from = this.#isSharded ? 0 : versions.indexOf(oldest);
    const possible = versions.slice(from, versions.indexOf(current) + 1);
    const models: readonly ModelName[] = only ? [only] : [call.model, 'small'];
    const times = [truth.reservingSince, now()].flatMap((at) =>
      plan.hosts.map((skew) => at + skew),
    );
    return possible.flatMap(({ limits }) =>
      limits.flatMap((limit) =>
        models.flatMap((model) => {
          const ceiling = ceilingOf(limit, call, model);
          const bound = truth.worst[model];
          if (ceiling === undefined || !bound) return [];
          const worst = amountIn(limit.unit, model, bound);
          const whole = limit.mode === 'observe' ? ceiling : amountOf(limit, call);
          return [...new Set(times.map((at) => idOf(limit, at, call)))].map((id) => ({
            id,
            ceiling,
            whole,
            worst,
          }));
        }),
      ),
    );
  }

  /** Whose reservation a sweep has ended. */
  #ofReservation(before: Item | undefined, after: Item | undefined): Truth | undefined {
    const left = new Set(parseReservations({ ...after }).map(({ reservationId: id }) => id));
    for (const { reservationId, leaseHolder } of parseReservations({ ...before })) {
      if (left.has(reservationId)) continue;
      const truth = this.truths.get(leaseHolder.split('~')[0] ?? '');
      if (truth) return truth;
    }
    return undefined;
  }

  #checkDropped(key: string): void {
    const { periodName } = splitCounterKey(key);
    if (periodEnd(periodName) <= this.#world.now() - CLOCK_SKEW_MS) return;
    throw new Violation('history', `${key} was dropped before its window ended`);
  }
}

export const idOf = (limit: LimitPlan, at: number, who: Who) =>
  `${counterOwner(limit, who)}/${limit.name}_${periodOf(limit.window, at)}`;

const addTo = (sums: Map<string, number>, id: string, amount: number) =>
  sums.set(id, (sums.get(id) ?? 0) + amount);

function changesOf(before: Item | undefined, after: Item | undefined): string {
  const short = (value: Item[string] | undefined) => value && (value.N ?? JSON.stringify(value));
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .map((name) => ({ name, from: short(before?.[name]), to: short(after?.[name]) }))
    .filter(({ name, from, to }) => from !== to && name !== 'pk' && name !== 'sk')
    .map(({ name, from = '-', to = '-' }) => `${name}: ${from} -> ${to}`)
    .join('; ');
}

/**
 * I2 within one item: what is committed and not settled is what its reservations hold. I7: the
 * counts of live reservations are theirs, and none is above what a cost center may have.
 */
function checkHeld(pk: string, item: Item | undefined, inFlightMax: number): void {
  const held = new Map<string, number>();
  const live = new Map<string, number>();
  for (const { amounts, costCenter, form } of parseReservations({ ...item })) {
    for (const [key, amount] of amounts) addTo(held, key, amount);
    if (costCenter !== undefined) addTo(live, costCenter, 1);
    const isCounted = costCenter !== undefined && item?.[`n_${costCenter}`] !== undefined;
    if (form === 'text' && !isCounted) throw new Violation('I7', `${pk} does not count a call`);
  }
  for (const [key, { committed, settled }] of parseCounters({ ...item })) {
    const reserved = held.get(key) ?? 0;
    if (committed - settled !== reserved) {
      throw new Violation(
        'I2',
        `${pk} ${key} is ${committed} committed, ${settled} settled, ${reserved} held`,
      );
    }
  }
  for (const [name, value] of Object.entries(item ?? {})) {
    if (!name.startsWith('n_')) continue;
    const [counted, there] = [Number(value.N), live.get(name.slice(2)) ?? 0];
    if (counted === there && counted <= inFlightMax) continue;
    throw new Violation('I7', `${pk} counts ${counted} in flight, of ${there}: ${name}`);
  }
}
