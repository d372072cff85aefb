/** DynamoDB expressions of the ledger, built from named fragments. Pure: strings and values only. */
import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type {
  AccountKey,
  AccountReservation,
  AlertKey,
  AlertStates,
  CounterKey,
  CounterState,
  Counters,
  ExpireWrite,
  HolderRank,
  InFlightBound,
  ReserveWrite,
  SettleWrite,
} from '../core/ledger/ports.ts';
import type { EpochSeconds } from '../core/time.ts';
import {
  type AttributeMap,
  holderPrefix,
  inFlightName,
  leasePrefix,
  markerName,
  previousReservationName,
  reservationName,
  reservationText,
  restrictedName,
} from './dynamodb-reservation-encoding.ts';

/** Attribute names of counters and alerts in an account item. */
export const accountAttribute = {
  committed: (key: CounterKey) => `c_${key}`,
  settled: (key: CounterKey) => `s_${key}`,
  alert: (key: CounterKey, mark: AlertKey) => `p_${key}_${mark}`,
} as const;

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
 * Takes the amounts, if the id is new to the account, every ceiling leaves enough, and the cost
 * center has no more calls in flight than it may. DynamoDB conditions do no arithmetic, so the
 * ceiling less the amount is sent. A counter that does not exist yet counts as zero, which only
 * helps when the amount alone fits.
 */
export function reserveExpression(write: ReserveWrite): Expression {
  const p = new Placeholders();
  const { reservationId, otherIds, inFlight } = write;
  const reservation = p.name(reservationName(reservationId));
  const absent = [
    markerName(reservationId),
    previousReservationName(reservationId),
    ...otherIds.flatMap((id) => [reservationName(id), previousReservationName(id)]),
  ];
  const live = p.name(inFlightName(inFlight.costCenter));
  const additions = [`${live} ${p.value(number(1))}`];
  const conditions = [
    ...[reservation, ...absent.map((name) => p.name(name))].map(isAbsent),
    `(${isAbsent(live)} OR ${live} < ${p.value(number(inFlight.max))})`,
    ...restriction(p, live, inFlight),
  ];
  for (const { key, amount, ceiling } of write.amounts) {
    const committed = p.name(accountAttribute.committed(key));
    additions.push(`${committed} ${p.value(number(amount))}`);
    if (ceiling === undefined) continue;
    const left = ceiling - amount;
    const fits = `${committed} <= ${p.value(number(left))}`;
    conditions.push(left >= 0 ? `(${isAbsent(committed)} OR ${fits})` : fits);
  }
  if (write.unlisted?.isBegun) conditions.push(`attribute_exists(${p.name(TTL)})`);
  const text = reservationText({ ...write, costCenter: inFlight.costCenter });
  const set = [`${reservation} = ${p.value({ S: text })}`];
  const keptUntil = write.unlisted?.keptUntil;
  if (typeof keptUntil === 'number') set.push(`${p.name(TTL)} = ${p.value(number(keptUntil))}`);
  const remove = keptUntil === null ? ` REMOVE ${p.name(TTL)}` : '';
  const update = `SET ${set.join(', ')} ADD ${additions.join(', ')}${remove}`;
  return p.expression(update, conditions.join(' AND '));
}

/** The attribute by which DynamoDB deletes items. */
export const TTL = 'ttl';

/** Few may be in flight until the cost center is no longer restricted. */
function restriction(
  p: Placeholders,
  live: string,
  { costCenter, restricted }: InFlightBound,
): readonly string[] {
  if (!restricted) return [];
  const until = p.name(restrictedName(costCenter));
  const isOver = `${isAbsent(until)} OR ${until} <= ${p.value(number(restricted.now))}`;
  const isFew = `${isAbsent(live)} OR ${live} < ${p.value(number(restricted.max))}`;
  return [`(${isOver} OR ${isFew})`];
}

export const isAbsent = (name: string): string => `attribute_not_exists(${name})`;

/**
 * Turns the reserved amounts into the actual ones, if this call's reservation is still there.
 * @param closedUntil leaves a marker until then.
 */
export function settleExpression(write: SettleWrite, closedUntil?: EpochSeconds): Expression {
  const p = new Placeholders();
  const reservation = p.name(reservationName(write.reservationId));
  const live = `${p.name(inFlightName(write.costCenter))} ${p.value(number(-1))}`;
  const isOurs = `begins_with(${reservation}, ${p.value({ S: holderPrefix(write.attemptId) })})`;
  return p.expression(settleUpdate(p, write, reservation, [live], closedUntil), isOurs);
}

/** The same for a reservation that an earlier release wrote. */
export function settlePreviousExpression(
  write: SettleWrite,
  closedUntil?: EpochSeconds,
): Expression {
  const p = new Placeholders();
  const reservation = p.name(previousReservationName(write.reservationId));
  const isOurs = `${reservation}.${p.name('n')} = ${p.value({ S: write.attemptId })}`;
  return p.expression(settleUpdate(p, write, reservation, [], closedUntil), isOurs);
}

function settleUpdate(
  p: Placeholders,
  { reservationId, amounts }: SettleWrite,
  reservation: string,
  live: readonly string[],
  closedUntil: EpochSeconds | undefined,
): string {
  const changes = amounts.map(({ key, reserved, actual }) => ({
    key,
    committed: actual - reserved,
    settled: actual,
  }));
  const set =
    closedUntil === undefined ? '' : `SET ${closedMarker(p, reservationId, closedUntil)} `;
  return `${set}${addition([...live, ...additions(p, changes)])}REMOVE ${reservation}`;
}

const addition = (parts: readonly string[]): string =>
  parts.length > 0 ? `ADD ${parts.join(', ')} ` : '';

/** Puts another holder into a reservation that is still the one that was seen. */
export function takeOverExpression(
  account: AccountKey,
  seen: AccountReservation,
  newHolder: string,
): Expression {
  const p = new Placeholders();
  const { reservationId, leaseHolder, leaseExpiresAt, costCenter, linked } = seen;
  // The write's own copy finds its work done.
  const holders = [leaseHolder, newHolder];
  if (costCenter === undefined) {
    const n = `${p.name(previousReservationName(reservationId))}.${p.name('n')}`;
    const isSeen = holders.map((each) => `${n} = ${p.value({ S: each })}`).join(' OR ');
    return p.expression(`SET ${n} = ${p.value({ S: newHolder })}`, isSeen);
  }
  const reservation = p.name(reservationName(reservationId));
  const amounts = [...seen.amounts].map(([key, amount]) => ({ key, amount }));
  const written = { account, attemptId: newHolder, leaseExpiresAt, costCenter, amounts, linked };
  const isSeen = holders.map((each) => hasLease(p, reservation, each, leaseExpiresAt));
  const set = `SET ${reservation} = ${p.value({ S: reservationText(written) })}`;
  return p.expression(set, isSeen.join(' OR '));
}

const hasLease = (
  p: Placeholders,
  reservation: string,
  holder: string,
  leaseExpiresAt: EpochSeconds,
): string => `begins_with(${reservation}, ${p.value({ S: leasePrefix(holder, leaseExpiresAt) })})`;

/**
 * Charges a call that ran without a reservation, once: the marker rejects a repeat. With amounts
 * of zero it only closes the id.
 */
export function chargeExpression(write: SettleWrite, closedUntil: EpochSeconds): Expression {
  const p = new Placeholders();
  const { reservationId, amounts } = write;
  const charged = amounts.filter(({ actual }) => actual !== 0);
  const changes = charged.map(({ key, actual }) => ({ key, committed: actual, settled: actual }));
  const isNew = [
    reservationName(reservationId),
    markerName(reservationId),
    previousReservationName(reservationId),
  ].map((name) => isAbsent(p.name(name)));
  const set = `SET ${closedMarker(p, reservationId, closedUntil)} `;
  return p.expression(`${set}${addition(additions(p, changes))}`.trim(), isNew.join(' AND '));
}

/** Ends a reservation whose lease is over. */
export function expireExpression(write: ExpireWrite): Expression {
  const p = new Placeholders();
  const { reservationId, attemptId, leaseExpiresAt, costCenter, charge, restrictsUntil } = write;
  const changes = [...write.amounts].map(([key, amount]) =>
    charge ? { key, committed: 0, settled: amount } : { key, committed: -amount, settled: 0 },
  );
  if (costCenter === undefined) {
    const reservation = p.name(previousReservationName(reservationId));
    const isSeen = [
      `${reservation}.${p.name('e')} = ${p.value(number(leaseExpiresAt))}`,
      `${reservation}.${p.name('n')} = ${p.value({ S: attemptId })}`,
    ];
    const update = `${addition(additions(p, changes))}REMOVE ${reservation}`;
    return p.expression(update, isSeen.join(' AND '));
  }
  const reservation = p.name(reservationName(reservationId));
  const live = `${p.name(inFlightName(costCenter))} ${p.value(number(-1))}`;
  const restricts =
    restrictsUntil === undefined
      ? ''
      : `SET ${p.name(restrictedName(costCenter))} = ${p.value(number(restrictsUntil))} `;
  const update = `${restricts}${addition([live, ...additions(p, changes)])}REMOVE ${reservation}`;
  return p.expression(update, hasLease(p, reservation, attemptId, leaseExpiresAt));
}

/** Removes markers of closed ids. */
export function removeMarkersExpression(ids: readonly string[]): Expression {
  const p = new Placeholders();
  const names = ids.map(markerName);
  return p.expression(`REMOVE ${names.map((name) => p.name(name)).join(', ')}`);
}

/** Removes the counts of cost centers that have nothing in flight and are not restricted. */
export function removeIdleExpression(
  costCenters: readonly string[],
  now: EpochSeconds,
): Expression {
  const p = new Placeholders();
  const [none, at] = [p.value(number(0)), p.value(number(now))];
  const names: string[] = [];
  const conditions: string[] = [];
  for (const costCenter of costCenters) {
    const live = p.name(inFlightName(costCenter));
    const until = p.name(restrictedName(costCenter));
    names.push(live, until);
    conditions.push(`${live} = ${none} AND (${isAbsent(until)} OR ${until} <= ${at})`);
  }
  return p.expression(`REMOVE ${names.join(', ')}`, conditions.join(' AND '));
}

/**
 * Removes counters that have not changed since they were read. One that a call has changed stays:
 * settling that call on a removed counter would make it negative.
 */
export function removeCountersExpression(counters: Counters, recorded: AlertStates): Expression {
  const p = new Placeholders();
  const names: string[] = [];
  const conditions: string[] = [];
  for (const [key, { committed, settled }] of counters) {
    const c = p.name(accountAttribute.committed(key));
    const s = p.name(accountAttribute.settled(key));
    const marks = [...(recorded.get(key)?.keys() ?? [])];
    names.push(c, s, ...marks.map((mark) => p.name(accountAttribute.alert(key, mark))));
    conditions.push(unchanged(p, c, committed), unchanged(p, s, settled));
  }
  return p.expression(`REMOVE ${names.join(', ')}`, conditions.join(' AND '));
}

/** A counter that was never written, as one that is not there, is zero. */
function unchanged(p: Placeholders, name: string, amount: number): string {
  const is = `${name} = ${p.value(number(amount))}`;
  return amount === 0 ? `(attribute_not_exists(${name}) OR ${is})` : is;
}

const PUBLISHED = 1;
const PENDING = 0;

/** Records alerts as published, each on its own: a higher percent can come before a lower one. */
export function markPublishedExpression(key: CounterKey, marks: readonly AlertKey[]): Expression {
  const p = new Placeholders();
  const value = p.value(number(PUBLISHED));
  const sets = marks.map((mark) => `${p.name(accountAttribute.alert(key, mark))} = ${value}`);
  return p.expression(`SET ${sets.join(', ')}`);
}

/** Records an alert as pending, unless it is recorded already. */
export function claimAlertExpression(key: CounterKey, mark: AlertKey): Expression {
  const p = new Placeholders();
  const alert = p.name(accountAttribute.alert(key, mark));
  return p.expression(
    `SET ${alert} = ${p.value(number(PENDING))}`,
    `attribute_not_exists(${alert})`,
  );
}

/** A marker of a closed id: it only rejects writes of that id. */
const closedMarker = (p: Placeholders, reservationId: string, until: EpochSeconds): string =>
  `${p.name(markerName(reservationId))} = ${p.value(number(until))}`;

interface CounterChange {
  readonly key: CounterKey;
  readonly committed: number;
  readonly settled: number;
}

/** Adds to both counters even where they do not change, so that the answer returns them. */
const additions = (p: Placeholders, changes: readonly CounterChange[]): readonly string[] =>
  changes.flatMap(({ key, committed, settled }) => [
    `${p.name(accountAttribute.committed(key))} ${p.value(number(committed))}`,
    `${p.name(accountAttribute.settled(key))} ${p.value(number(settled))}`,
  ]);

/** The index of those who are near to a limit, and its attributes. */
export const NEAREST_INDEX = 'nearest';
export const NEAR_LIST = 'nearList';
export const NEAR_PERCENT = 'nearPercent';

/** Puts an item that is still there into the index, or takes it out. */
export function rankExpression(place: HolderRank | undefined): Expression {
  const p = new Placeholders();
  const [list, percent] = [p.name(NEAR_LIST), p.name(NEAR_PERCENT)];
  const update = place
    ? `SET ${list} = ${p.value({ S: place.list })}, ${percent} = ${p.value(number(place.percent))}`
    : `REMOVE ${list}, ${percent}`;
  return p.expression(update, `attribute_exists(${p.name('pk')})`);
}

export function parseRank(item: AttributeMap | undefined): HolderRank | undefined {
  const list = item?.[NEAR_LIST]?.S;
  const percent = Number(item?.[NEAR_PERCENT]?.N);
  return list === undefined ? undefined : { list, percent };
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

const ALERT_ATTRIBUTE = /^p_(.+)_([^_]+)$/;

/** The recorded alerts among an item's attributes. */
export function parseAlertStates(item: AttributeMap | undefined): AlertStates {
  const alertStates = new Map<CounterKey, Map<AlertKey, boolean>>();
  for (const [name, value] of Object.entries(item ?? {})) {
    const [, key, mark] = ALERT_ATTRIBUTE.exec(name) ?? [];
    if (key === undefined || mark === undefined) continue;
    const marks = alertStates.get(key) ?? new Map<AlertKey, boolean>();
    alertStates.set(key, marks.set(mark, Number(value.N) === PUBLISHED));
  }
  return alertStates;
}
