/** DynamoDB expressions of the ledger, built from named fragments. Pure: strings and values only. */
import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type {
  AccountReservation,
  AlertKey,
  AlertStates,
  CounterKey,
  CounterState,
  Counters,
  ExpireWrite,
  ReserveWrite,
  SettleWrite,
} from '../core/ledger/ports.ts';
import type { EpochSeconds } from '../core/time.ts';

/** Attribute names of an account item; the only place that knows them. */
export const accountAttribute = {
  committed: (key: CounterKey) => `c_${key}`,
  settled: (key: CounterKey) => `s_${key}`,
  reservation: (id: string) => `r_${id}`,
  marker: (id: string) => `x_${id}`,
  note: (key: CounterKey, mark: AlertKey) => `p_${key}_${mark}`,
} as const;

export type AttributeMap = Record<string, AttributeValue>;
export type Expression = Pick<
  UpdateItemCommandInput,
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
>;

export const number = (value: number): AttributeValue => ({ N: String(value) });

/** Collects the names and values of one expression and hands out their placeholders. */
export class Placeholders {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  name(attributeName: string): string {
    const placeholder = `#${Object.keys(this.names).length}`;
    this.names[placeholder] = attributeName;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }

  expression(update: string, condition?: string): Expression {
    const hasValues = Object.keys(this.values).length > 0;
    return {
      UpdateExpression: update,
      ExpressionAttributeNames: this.names,
      ...(hasValues && { ExpressionAttributeValues: this.values }),
      ...(condition !== undefined && { ConditionExpression: condition }),
    };
  }
}

/**
 * Takes the holds, if the id is new to the account and every ceiling still has room. DynamoDB
 * conditions do no arithmetic, so the ceiling less the amount is sent. A counter that does not
 * exist yet counts as zero, which only helps when the amount alone fits.
 */
export function reserveExpression(write: ReserveWrite): Expression {
  const p = new Placeholders();
  const reservation = p.name(accountAttribute.reservation(write.reservationId));
  const ids = [
    accountAttribute.marker(write.reservationId),
    ...write.otherIds.map(accountAttribute.reservation),
  ];
  const zero = write.amounts.length > 0 ? p.value(number(0)) : '';
  const sets = [`${reservation} = ${p.value(reservationValue(write))}`];
  const conditions = [reservation, ...ids.map((name) => p.name(name))].map(
    (name) => `attribute_not_exists(${name})`,
  );
  for (const { key, amount, ceiling } of write.amounts) {
    const committed = p.name(accountAttribute.committed(key));
    sets.push(`${committed} = if_not_exists(${committed}, ${zero}) + ${p.value(number(amount))}`);
    if (ceiling === undefined) continue;
    const room = ceiling - amount;
    const hasRoom = `${committed} <= ${p.value(number(room))}`;
    conditions.push(room >= 0 ? `(attribute_not_exists(${committed}) OR ${hasRoom})` : hasRoom);
  }
  return p.expression(`SET ${sets.join(', ')}`, conditions.join(' AND '));
}

/** What a reservation stores: lease end, the call's attempt, and the amount on each counter. */
const reservationValue = ({
  leaseExpiresAt,
  attemptId,
  amounts: holds,
}: ReserveWrite): AttributeValue => ({
  M: {
    e: number(leaseExpiresAt),
    n: { S: attemptId },
    a: { M: Object.fromEntries(holds.map(({ key, amount }) => [key, number(amount)])) },
  },
});

/**
 * Turns the held amounts into the actual ones, if this call's reservation is still there.
 * @param closedUntil leaves a marker until then.
 */
export function settleExpression(write: SettleWrite, closedUntil?: EpochSeconds): Expression {
  const { reservationId, attemptId, amounts } = write;
  const p = new Placeholders();
  const reservation = p.name(accountAttribute.reservation(reservationId));
  const changes = amounts.map(({ key, reserved, actual }) => ({
    key,
    committed: actual - reserved,
    settled: actual,
  }));
  const sets = [
    ...(closedUntil === undefined ? [] : [closedMarker(p, reservationId, closedUntil)]),
    ...additions(p, changes),
  ];
  const set = sets.length > 0 ? `SET ${sets.join(', ')} ` : '';
  const isOurs = `${reservation}.${p.name('n')} = ${p.value({ S: attemptId })}`;
  return p.expression(`${set}REMOVE ${reservation}`, isOurs);
}

/** Puts another holder into a reservation that is still the one that was seen. */
export function takeOverExpression(
  { reservationId, leaseHolder }: Pick<AccountReservation, 'reservationId' | 'leaseHolder'>,
  newHolder: string,
): Expression {
  const p = new Placeholders();
  const n = `${p.name(accountAttribute.reservation(reservationId))}.${p.name('n')}`;
  return p.expression(
    `SET ${n} = ${p.value({ S: newHolder })}`,
    // The write's own copy finds its work done.
    [leaseHolder, newHolder].map((each) => `${n} = ${p.value({ S: each })}`).join(' OR '),
  );
}

/** Corrects what the sweep charged for a call whose answer came after its lease. */
export function settleLateExpression(
  { reservationId, attemptId }: Pick<SettleWrite, 'reservationId' | 'attemptId'>,
  added: ReadonlyMap<CounterKey, number>,
): Expression {
  const p = new Placeholders();
  const marker = p.name(accountAttribute.marker(reservationId));
  const sets = additions(
    p,
    [...added].map(([key, settled]) => ({ key, committed: settled, settled })),
  );
  const set = sets.length > 0 ? `SET ${sets.join(', ')} ` : '';
  const isOurs = `${marker}.${p.name('n')} = ${p.value({ S: attemptId })}`;
  return p.expression(`${set}REMOVE ${marker}`, isOurs);
}

/**
 * Charges a call that ran without a reservation, once: the marker stands for it from then on. With
 * amounts of zero it only closes the id.
 */
export function chargeExpression(write: SettleWrite, closedUntil: EpochSeconds): Expression {
  const p = new Placeholders();
  const { reservationId, amounts } = write;
  const charged = amounts.filter(({ actual }) => actual !== 0);
  const sets = [
    closedMarker(p, reservationId, closedUntil),
    ...additions(
      p,
      charged.map(({ key, actual }) => ({ key, committed: actual, settled: actual })),
    ),
  ];
  const isNew = [
    accountAttribute.reservation(reservationId),
    accountAttribute.marker(reservationId),
  ]
    .map((name) => `attribute_not_exists(${p.name(name)})`)
    .join(' AND ');
  return p.expression(`SET ${sets.join(', ')}`, isNew);
}

/** Ends a reservation whose lease is over and leaves the marker for a late answer. */
export function expireExpression(write: ExpireWrite): Expression {
  const p = new Placeholders();
  const reservation = p.name(accountAttribute.reservation(write.reservationId));
  const marker = p.name(accountAttribute.marker(write.reservationId));
  const charged = new Map([...write.amounts].map(([key, held]) => [key, write.charge ? held : 0]));
  const changes = [...write.amounts].map(([key, held]) =>
    write.charge ? { key, committed: 0, settled: held } : { key, committed: -held, settled: 0 },
  );
  const sets = [
    `${marker} = ${p.value(openMarkerValue(write, charged))}`,
    ...additions(p, changes),
  ];
  const update = `SET ${sets.join(', ')} REMOVE ${reservation}`;
  const isSeen = [
    `${reservation}.${p.name('e')} = ${p.value(number(write.leaseExpiresAt))}`,
    `${reservation}.${p.name('n')} = ${p.value({ S: write.attemptId })}`,
  ];
  return p.expression(update, isSeen.join(' AND '));
}

/** Removes markers nobody waits for any more. */
export function removeMarkersExpression(ids: readonly string[]): Expression {
  const p = new Placeholders();
  return p.expression(`REMOVE ${ids.map((id) => p.name(accountAttribute.marker(id))).join(', ')}`);
}

/**
 * Removes counters that still stand as they were seen. One that a call took from in between stays:
 * settling that call on a removed counter would make it negative.
 */
export function removeCountersExpression(counters: Counters, noted: AlertStates): Expression {
  const p = new Placeholders();
  const names: string[] = [];
  const conditions: string[] = [];
  for (const [key, { committed, settled }] of counters) {
    const c = p.name(accountAttribute.committed(key));
    const s = p.name(accountAttribute.settled(key));
    const marks = [...(noted.get(key)?.keys() ?? [])];
    names.push(c, s, ...marks.map((mark) => p.name(accountAttribute.note(key, mark))));
    conditions.push(stands(p, c, committed), stands(p, s, settled));
  }
  return p.expression(`REMOVE ${names.join(', ')}`, conditions.join(' AND '));
}

/** A counter that was never written, as one that is not there, is zero. */
function stands(p: Placeholders, name: string, amount: number): string {
  const is = `${name} = ${p.value(number(amount))}`;
  return amount === 0 ? `(attribute_not_exists(${name}) OR ${is})` : is;
}

const PUBLISHED = 1;
const PENDING = 0;

/** Notes alerts as told. Each has its own note: a higher percent may be told before a lower. */
export function markPublishedExpression(key: CounterKey, marks: readonly AlertKey[]): Expression {
  const p = new Placeholders();
  const value = p.value(number(PUBLISHED));
  const sets = marks.map((mark) => `${p.name(accountAttribute.note(key, mark))} = ${value}`);
  return p.expression(`SET ${sets.join(', ')}`);
}

/** Notes an alert as one to be told, if nothing is noted of it. */
export function claimAlertExpression(key: CounterKey, mark: AlertKey): Expression {
  const p = new Placeholders();
  const note = p.name(accountAttribute.note(key, mark));
  return p.expression(`SET ${note} = ${p.value(number(PENDING))}`, `attribute_not_exists(${note})`);
}

/** A marker that a late answer may still correct. */
const openMarkerValue = (
  { markerExpiresAt, attemptId }: ExpireWrite,
  charged: ReadonlyMap<CounterKey, number>,
): AttributeValue => ({
  M: {
    e: number(markerExpiresAt),
    n: { S: attemptId },
    a: { M: Object.fromEntries([...charged].map(([key, amount]) => [key, number(amount)])) },
  },
});

/** A marker of what is settled for good: it only turns writes of its id away. */
const closedMarker = (p: Placeholders, reservationId: string, until: EpochSeconds): string =>
  `${p.name(accountAttribute.marker(reservationId))} = ${p.value({ M: { e: number(until) } })}`;

interface CounterChange {
  readonly key: CounterKey;
  readonly committed: number;
  readonly settled: number;
}

/** Writes both counters even where they do not change, so that the answer returns them. */
function additions(p: Placeholders, changes: readonly CounterChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const zero = p.value(number(0));
  const add = (attributeName: string, amount: number) => {
    const name = p.name(attributeName);
    return `${name} = if_not_exists(${name}, ${zero}) + ${p.value(number(amount))}`;
  };
  return changes.flatMap(({ key, committed, settled }) => [
    add(accountAttribute.committed(key), committed),
    add(accountAttribute.settled(key), settled),
  ]);
}

const COUNTER_ATTRIBUTE = /^([cs])_(.+)$/;

/** The counters among an item's attributes (also of a partial item, as UPDATED_NEW returns it). */
export function parseCounters(
  item: AttributeMap | undefined,
): ReadonlyMap<CounterKey, CounterState> {
  const counters = new Map<CounterKey, CounterState>();
  for (const [name, value] of Object.entries(item ?? {})) {
    const [, part, key] = COUNTER_ATTRIBUTE.exec(name) ?? [];
    if (!key) continue;
    const known = counters.get(key) ?? { committed: 0, settled: 0 };
    const amount = Number(value.N ?? 0);
    counters.set(
      key,
      part === 'c' ? { ...known, committed: amount } : { ...known, settled: amount },
    );
  }
  return counters;
}

const NOTE_ATTRIBUTE = /^p_(.+)_([^_]+)$/;

/** The notes of alerts among an item's attributes. */
export function parseAlertStates(item: AttributeMap | undefined): AlertStates {
  const alertStates = new Map<CounterKey, Map<AlertKey, boolean>>();
  for (const [name, value] of Object.entries(item ?? {})) {
    const [, key, mark] = NOTE_ATTRIBUTE.exec(name) ?? [];
    if (key === undefined || mark === undefined) continue;
    const marks = alertStates.get(key) ?? new Map<AlertKey, boolean>();
    alertStates.set(key, marks.set(mark, Number(value.N) === PUBLISHED));
  }
  return alertStates;
}

/** An `r_` or `x_` attribute. */
export interface ReservationAttribute {
  /** End of the lease, or of the marker. */
  readonly expiresAt: EpochSeconds;
  /** Empty in a closed marker. */
  readonly attemptId: string;
  /** What is held, or what was charged. */
  readonly amounts: ReadonlyMap<CounterKey, number>;
}

export function parseReservation(
  value: AttributeValue | undefined,
): ReservationAttribute | undefined {
  if (!value?.M) return undefined;
  const { e, n, a } = value.M;
  return {
    expiresAt: Number(e?.N ?? 0),
    attemptId: n?.S ?? '',
    amounts: new Map(Object.entries(a?.M ?? {}).map(([key, { N }]) => [key, Number(N ?? 0)])),
  };
}
