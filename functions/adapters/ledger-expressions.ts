/** DynamoDB expressions of the ledger, built from named fragments. Pure: strings and values only. */
import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type {
  AccountExpire,
  AccountReserve,
  AccountSettle,
  CounterKey,
  CounterState,
  Counters,
} from '../core/ledger/ports.ts';

/** Attribute names of an account item; the only place that knows them. */
export const attribute = {
  committed: (key: CounterKey) => `c_${key}`,
  settled: (key: CounterKey) => `s_${key}`,
  reservation: (id: string) => `r_${id}`,
  marker: (id: string) => `x_${id}`,
  published: (key: CounterKey) => `p_${key}`,
} as const;

export type Item = Record<string, AttributeValue>;
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
export function reserveExpression(write: AccountReserve): Expression {
  const p = new Placeholders();
  const reservation = p.name(attribute.reservation(write.reservationId));
  const marker = p.name(attribute.marker(write.reservationId));
  const zero = write.holds.length > 0 ? p.value(number(0)) : '';
  const sets = [`${reservation} = ${p.value(reservationValue(write))}`];
  const conditions = [`attribute_not_exists(${reservation})`, `attribute_not_exists(${marker})`];
  for (const { key, amount, ceiling } of write.holds) {
    const committed = p.name(attribute.committed(key));
    sets.push(`${committed} = if_not_exists(${committed}, ${zero}) + ${p.value(number(amount))}`);
    if (ceiling === undefined) continue;
    const room = ceiling - amount;
    const hasRoom = `${committed} <= ${p.value(number(room))}`;
    conditions.push(room >= 0 ? `(attribute_not_exists(${committed}) OR ${hasRoom})` : hasRoom);
  }
  return p.expression(`SET ${sets.join(', ')}`, conditions.join(' AND '));
}

/** What a reservation stores: lease end, the call's attempt, and the amount on each counter. */
function reservationValue(write: AccountReserve): AttributeValue {
  const { leaseExpiresAt, attemptId, fallback, holds } = write;
  return {
    M: {
      e: number(leaseExpiresAt),
      n: { S: attemptId },
      ...(fallback !== undefined && { m: { S: fallback } }),
      a: { M: Object.fromEntries(holds.map(({ key, amount }) => [key, number(amount)])) },
    },
  };
}

/** Turns the held amounts into the actual ones, if the reservation is still there. */
export function settleExpression({ reservationId, amounts }: AccountSettle): Expression {
  return correctExpression(
    attribute.reservation(reservationId),
    amounts.map(({ key, reserved, actual }) => ({
      key,
      committed: actual - reserved,
      settled: actual,
    })),
  );
}

/** Corrects what the sweep charged for a call whose answer came after its lease. */
export function settleLateExpression(
  reservationId: string,
  added: ReadonlyMap<CounterKey, number>,
): Expression {
  return correctExpression(
    attribute.marker(reservationId),
    [...added].map(([key, settled]) => ({ key, committed: settled, settled })),
  );
}

/** Charges a call that ran without a reservation, once: the marker stands for it from then on. */
export function chargeExpression(write: AccountSettle, markerExpiresAt: number): Expression {
  const p = new Placeholders();
  const reservation = p.name(attribute.reservation(write.reservationId));
  const marker = p.name(attribute.marker(write.reservationId));
  const charged = new Map(write.amounts.map(({ key, actual }) => [key, actual]));
  const sets = [
    `${marker} = ${p.value(markerValue(markerExpiresAt, charged))}`,
    ...additions(
      p,
      [...charged].map(([key, actual]) => ({ key, committed: actual, settled: actual })),
    ),
  ];
  const isNew = `attribute_not_exists(${reservation}) AND attribute_not_exists(${marker})`;
  return p.expression(`SET ${sets.join(', ')}`, isNew);
}

/** Ends a reservation whose lease is over and leaves the marker for a late answer. */
export function expireExpression(write: AccountExpire): Expression {
  const p = new Placeholders();
  const reservation = p.name(attribute.reservation(write.reservationId));
  const marker = p.name(attribute.marker(write.reservationId));
  const charged = new Map([...write.held].map(([key, held]) => [key, write.charge ? held : 0]));
  const changes = [...write.held].map(([key, held]) =>
    write.charge ? { key, committed: 0, settled: held } : { key, committed: -held, settled: 0 },
  );
  const sets = [
    `${marker} = ${p.value(markerValue(write.markerExpiresAt, charged))}`,
    ...additions(p, changes),
  ];
  const update = `SET ${sets.join(', ')} REMOVE ${reservation}`;
  const lease = p.value(number(write.leaseExpiresAt));
  return p.expression(update, `${reservation}.${p.name('e')} = ${lease}`);
}

/** Removes markers nobody waits for any more. */
export function removeMarkersExpression(ids: readonly string[]): Expression {
  const p = new Placeholders();
  return p.expression(`REMOVE ${ids.map((id) => p.name(attribute.marker(id))).join(', ')}`);
}

/**
 * Removes counters that still stand as they were seen. One that a call took from in between stays:
 * settling that call on a removed counter would make it negative.
 */
export function removeCountersExpression(counters: Counters): Expression {
  const p = new Placeholders();
  const names: string[] = [];
  const conditions: string[] = [];
  for (const [key, { committed, settled }] of counters) {
    const c = p.name(attribute.committed(key));
    const s = p.name(attribute.settled(key));
    names.push(c, s, p.name(attribute.published(key)));
    conditions.push(`${c} = ${p.value(number(committed))}`);
    const was = `${s} = ${p.value(number(settled))}`;
    conditions.push(settled === 0 ? `(attribute_not_exists(${s}) OR ${was})` : was);
  }
  return p.expression(`REMOVE ${names.join(', ')}`, conditions.join(' AND '));
}

/** Notes a percent as published, unless a higher one is. */
export function publishedExpression(key: CounterKey, percent: number): Expression {
  const p = new Placeholders();
  const name = p.name(attribute.published(key));
  const value = p.value(number(percent));
  const condition = `attribute_not_exists(${name}) OR ${name} < ${value}`;
  return p.expression(`SET ${name} = ${value}`, condition);
}

const markerValue = (
  expiresAt: number,
  charged: ReadonlyMap<CounterKey, number>,
): AttributeValue => ({
  M: {
    e: number(expiresAt),
    a: { M: Object.fromEntries([...charged].map(([key, amount]) => [key, number(amount)])) },
  },
});

interface CounterChange {
  readonly key: CounterKey;
  readonly committed: number;
  readonly settled: number;
}

function correctExpression(guard: string, changes: readonly CounterChange[]): Expression {
  const p = new Placeholders();
  const name = p.name(guard);
  const sets = additions(p, changes);
  const set = sets.length > 0 ? `SET ${sets.join(', ')} ` : '';
  return p.expression(`${set}REMOVE ${name}`, `attribute_exists(${name})`);
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
    add(attribute.committed(key), committed),
    add(attribute.settled(key), settled),
  ]);
}

const COUNTER_ATTRIBUTE = /^([cs])_(.+)$/;

/** The counters among an item's attributes (also of a partial item, as UPDATED_NEW returns it). */
export function countersOf(item: Item | undefined): ReadonlyMap<CounterKey, CounterState> {
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

const PUBLISHED_ATTRIBUTE = /^p_(.+)$/;

/** The highest published percents among an item's attributes. */
export function publishedOf(item: Item): ReadonlyMap<CounterKey, number> {
  const published = new Map<CounterKey, number>();
  for (const [name, { N }] of Object.entries(item)) {
    const key = PUBLISHED_ATTRIBUTE.exec(name)?.[1];
    if (key !== undefined) published.set(key, Number(N ?? 0));
  }
  return published;
}

/** Lease or marker end, and the amounts, of an `r_` or `x_` attribute. */
export interface Entry {
  readonly expiresAt: number;
  readonly attemptId: string;
  readonly fallback?: string;
  readonly amounts: ReadonlyMap<CounterKey, number>;
}

export function entryOf(value: AttributeValue | undefined): Entry | undefined {
  if (!value?.M) return undefined;
  const { e, n, m, a } = value.M;
  return {
    expiresAt: Number(e?.N ?? 0),
    attemptId: n?.S ?? '',
    ...(m?.S !== undefined && { fallback: m.S }),
    amounts: new Map(Object.entries(a?.M ?? {}).map(([key, { N }]) => [key, Number(N ?? 0)])),
  };
}
