/**
 * Watches the items of users, keys and sessions: what only they have. Callers begin no more
 * sessions in a minute than they may, an item does not vanish while something in it counts, and
 * a sweep finds it by the reservation of the cost center.
 */
import { parseCounters } from '../../adapters/dynamodb-ledger-expressions.ts';
import { parseReservations } from '../../adapters/dynamodb-reservation-encoding.ts';
import { isHolderAccount, splitCounterKey } from '../../core/ledger/account-keys.ts';
import { sessionOf, starterOf } from './callers.ts';
import type { ItemKey } from './dynamodb/model.ts';
import type { Item } from './dynamodb/values.ts';
import type { CallPlan, LimitPlan, Plan } from './plan.ts';
import { periodEnd } from './policies.ts';
import { Violation } from './violation.ts';

const STARTS = 'account#sessions#';
const SESSION = 'account#session#';

const startNameOf = (session: string) => `t_${session.slice(0, 16)}`;
const startsIn = (item: Item) => Object.keys(item).filter((name) => name.startsWith('t_'));

/** A delivery of a request. */
interface Delivery {
  readonly call: CallPlan;
  readonly reservingSince: number;
}

export class HolderWatch {
  readonly #plan: Plan;
  /** Sessions that the table has counted for each caller, by account. */
  readonly #counted = new Map<string, Set<string>>();
  /** When each session had its first reservation, by account. */
  readonly #begun = new Map<string, number>();
  /** Reservations of cost centers, by lease holder and id: they name those of users. */
  readonly #leading = new Set<string>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** @param sender absent: a sweep. */
  wrote(sender: Delivery | undefined, { pk }: ItemKey, after: Item | undefined, now: number): void {
    const item = after ?? {};
    if (pk.startsWith(STARTS)) this.#countStarts(pk, item);
    if (pk.startsWith('account#costCenter#')) {
      for (const each of parseReservations({ ...item })) this.#leading.add(nameOf(each));
    }
    if (!isHolderAccount(pk)) return;
    checkLife(pk, item);
    if (sender && pk.startsWith(SESSION)) this.#checkBegun(sender, pk, item, now);
  }

  /** Whether a refused start is right: the minute is full, and the session had not begun. */
  isStartRefused({ call, reservingSince }: Delivery, { pk, ...item }: Item): boolean {
    const starter = pk?.S?.startsWith(STARTS) ? pk.S.slice(STARTS.length) : undefined;
    const session = sessionOf(call);
    if (starter === undefined || session === undefined) return false;
    const [, center] = starter.split('#');
    const began = this.#begun.get(`${SESSION}${center}#${session}`) ?? Number.POSITIVE_INFINITY;
    return startsIn(item).length >= this.#plan.newSessionsPerMinute && began > reservingSince;
  }

  /** At rest: the sweep has ended all to which the reservation of a cost center led. */
  checkSwept(items: readonly Item[]): void {
    for (const item of items.filter(({ pk }) => isHolderAccount(pk?.S ?? ''))) {
      for (const reservation of parseReservations({ ...item })) {
        if (!this.#leading.has(nameOf(reservation))) continue;
        throw new Violation('sweep', `${nameOf(reservation)} is left in ${item.pk?.S}`);
      }
    }
  }

  #countStarts(pk: string, item: Item): void {
    const starts = startsIn(item);
    const counted = this.#counted.get(pk) ?? new Set();
    for (const start of starts) counted.add(start);
    this.#counted.set(pk, counted);
    if (starts.length <= this.#plan.newSessionsPerMinute) return;
    throw new Violation('sessions', `${pk} has ${starts.length} new sessions in a minute`);
  }

  /** A session begins with its first reservation: it is to be counted before. */
  #checkBegun({ call }: Delivery, pk: string, item: Item, now: number): void {
    const [center = '', session = ''] = pk.slice(SESSION.length).split('#');
    if (this.#begun.has(pk) || parseReservations({ ...item }).length === 0) return;
    this.#begun.set(pk, now);
    if (session === 'unknown') return;
    const owner: LimitPlan['owner'] =
      center === '' ? 'organization' : `costCenter#${center === 'alpha' ? 'alpha' : 'beta'}`;
    const counted = this.#counted.get(`${STARTS}${starterOf({ owner }, call)}`);
    if (counted?.has(startNameOf(session))) return;
    throw new Violation('sessions', `${call.id} began ${pk}, which was not counted`);
  }
}

const nameOf = ({ leaseHolder, reservationId }: { leaseHolder: string; reservationId: string }) =>
  `${leaseHolder}/${reservationId}`;

/** DynamoDB deletes the item at its TTL: no counter in it may then have an open window. */
function checkLife(pk: string, item: Item): void {
  const ttl = item.ttl?.N === undefined ? Number.POSITIVE_INFINITY : Number(item.ttl.N) * 1_000;
  for (const key of parseCounters({ ...item }).keys()) {
    const { periodName } = splitCounterKey(key);
    // The end of a session is not known: it goes when it is no longer used.
    const isEndless = periodName === 'total' && pk.startsWith(SESSION);
    if (isEndless || ttl >= periodEnd(periodName)) continue;
    throw new Violation('history', `${pk} can vanish before ${key} ends`);
  }
  for (const reservation of parseReservations({ ...item })) {
    if (ttl > reservation.expiresAt * 1_000) continue;
    throw new Violation('history', `${pk} can vanish before ${nameOf(reservation)} ends`);
  }
}
