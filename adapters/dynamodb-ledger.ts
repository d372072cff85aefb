/** The ledger's table on DynamoDB: one UpdateItem per account and step, nothing read first. */
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { LedgerFullError, LedgerUnavailableError } from '../core/errors.ts';
import {
  type AccountKey,
  type AccountReservation,
  type AccountSnapshot,
  type AlertKey,
  type AlertStates,
  CLOSED_MARKER_SECONDS,
  type CounterKey,
  type CounterState,
  type Counters,
  type ExpireWrite,
  type LedgerStore,
  type PruneWrite,
  type ReserveWrite,
  type ReserveWriteResult,
  type SettleWrite,
  type SettleWriteResult,
} from '../core/ledger/ports.ts';
import type { Clock, EpochSeconds } from '../core/time.ts';
import {
  type AttributeMap,
  accountAttribute,
  chargeExpression,
  claimAlertExpression,
  type Expression,
  expireExpression,
  markPublishedExpression,
  parseAlertStates,
  parseCounters,
  parseReservation,
  type ReservationAttribute,
  removeCountersExpression,
  removeMarkersExpression,
  reserveExpression,
  settleExpression,
  settleLateExpression,
  takeOverExpression,
} from './dynamodb-ledger-expressions.ts';

const SORT_KEY = 'counters';
const BATCH_GET_MAX = 100;
/**
 * Below the 4 KB of an expression and its 300 operators:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11
 */
const REMOVE_MAX = 250;
const PRUNE_MAX = 20;
const SETTLE_ROUNDS = 2;
const READ_ROUNDS = 5;
const BATCH_GET_ROUNDS = 5;

/** `sends`: how often the SDK sent it; an earlier copy may still be on its way. */
interface Written {
  readonly written: boolean;
  readonly item: AttributeMap | undefined;
  readonly sends: number;
}

export class DynamoDbLedger implements LedgerStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async reserve(write: ReserveWrite): Promise<ReserveWriteResult> {
    const { reservationId, otherIds, attemptId } = write;
    const ids = [reservationId, ...otherIds].map(accountAttribute.reservation);
    const taken = [accountAttribute.marker(reservationId), ...ids];
    let isRepeated = false;
    for (let round = 1; ; round++) {
      const { written, item, sends } = await this.#update(write.account, reserveExpression(write));
      isRepeated ||= sends > 1;
      if (written) return { outcome: 'reserved', isRepeated };
      const mine = parseReservation(item?.[accountAttribute.reservation(reservationId)]);
      if (mine?.attemptId === attemptId) {
        return { outcome: 'replayed', ...ownHold(reservationId, mine) };
      }
      if (taken.some((name) => item?.[name])) return { outcome: 'conflict' };
      const counters = parseCounters(item);
      if (isOver(write, counters)) {
        return { outcome: 'denied', counters, alertStates: parseAlertStates(item), isRepeated };
      }
      // Only where the item had to be read after the write: what refused has ended in between.
      if (round === READ_ROUNDS) return { outcome: 'conflict' };
    }
  }

  async settle(write: SettleWrite): Promise<SettleWriteResult> {
    const actual = new Map(write.amounts.map((amount) => [amount.key, amount.actual]));
    const until = write.closes ? this.#closedUntil(write) : undefined;
    // A reservation that arrives between the two writes is there for the second round.
    for (let round = 0; round < SETTLE_ROUNDS; round++) {
      const result = await this.#update(write.account, settleExpression(write, until));
      if (result.written) return settled('settled', result.item, actual);
      const marker = parseReservation(result.item?.[accountAttribute.marker(write.reservationId)]);
      if (marker?.attemptId === write.attemptId) {
        return this.#settleLate(write, marker.amounts, actual);
      }
      if (marker || until === undefined) return { outcome: 'replayed' };
      const charged = await this.#update(write.account, chargeExpression(write, until));
      if (charged.written) return settled('settled', charged.item, actual);
    }
    return { outcome: 'replayed' };
  }

  #closedUntil({ closedSeconds = CLOSED_MARKER_SECONDS }: SettleWrite): EpochSeconds {
    return Math.ceil(this.#clock.now() / 1000) + closedSeconds;
  }

  async #settleLate(
    write: SettleWrite,
    charged: ReadonlyMap<CounterKey, number>,
    actual: ReadonlyMap<CounterKey, number>,
  ): Promise<SettleWriteResult> {
    const added = new Map([...charged].map(([key, sum]) => [key, (actual.get(key) ?? sum) - sum]));
    const result = await this.#update(write.account, settleLateExpression(write, added));
    return result.written ? settled('settledLate', result.item, added) : { outcome: 'replayed' };
  }

  async expire(write: ExpireWrite): Promise<Counters | undefined> {
    const result = await this.#update(write.account, expireExpression(write));
    return result.written ? parseCounters(result.item) : undefined;
  }

  async prune({ account, markers, counters, alertStates }: PruneWrite): Promise<void> {
    for (let i = 0; i < markers.length; i += REMOVE_MAX) {
      await this.#update(account, removeMarkersExpression(markers.slice(i, i + REMOVE_MAX)));
    }
    for (const some of inParts(counters, alertStates)) {
      await this.#update(account, removeCountersExpression(some, alertStates));
    }
  }

  async claimAlert(account: AccountKey, counter: CounterKey, mark: AlertKey): Promise<boolean> {
    return (await this.#update(account, claimAlertExpression(counter, mark))).written;
  }

  async markPublished(
    account: AccountKey,
    counter: CounterKey,
    marks: readonly AlertKey[],
  ): Promise<void> {
    await this.#update(account, markPublishedExpression(counter, marks));
  }

  async find(
    accounts: readonly AccountKey[],
    ids: readonly string[],
  ): Promise<ReadonlyMap<AccountKey, AccountReservation>> {
    const found = new Map<AccountKey, AccountReservation>();
    for await (const item of this.#items(accounts, true)) {
      for (const reservationId of ids) {
        const entry = parseReservation(item[accountAttribute.reservation(reservationId)]);
        if (entry) found.set(item.pk?.S ?? '', ownHold(reservationId, entry));
      }
    }
    return found;
  }

  async takeOver(account: AccountKey, hold: AccountReservation, holder: string): Promise<boolean> {
    return (await this.#update(account, takeOverExpression(hold, holder))).written;
  }

  async read(accounts: readonly AccountKey[]): Promise<ReadonlyMap<AccountKey, Counters>> {
    const found = new Map<AccountKey, Counters>();
    for await (const item of this.#items(accounts, false)) {
      found.set(item.pk?.S ?? '', parseCounters(item));
    }
    return found;
  }

  async *contents(
    accounts: readonly AccountKey[],
    now: EpochSeconds,
  ): AsyncIterable<AccountSnapshot> {
    for await (const item of this.#items(accounts, true)) yield contentsOf(item, now);
  }

  /**
   * In batches. DynamoDB may answer only a part of the keys (16 MB, or throttled); the rest is
   * asked for again, as long as it answers anything.
   */
  async *#items(accounts: readonly AccountKey[], consistent: boolean): AsyncIterable<AttributeMap> {
    for (let i = 0; i < accounts.length; i += BATCH_GET_MAX) {
      let keys = accounts.slice(i, i + BATCH_GET_MAX).map(key);
      for (let silent = 0; keys.length > 0; ) {
        const request = { Keys: keys, ConsistentRead: consistent };
        const command = new BatchGetItemCommand({ RequestItems: { [this.#table]: request } });
        const output = await this.#reach(() => this.#client.send(command));
        const items = output.Responses?.[this.#table] ?? [];
        yield* items;
        keys = output.UnprocessedKeys?.[this.#table]?.Keys ?? [];
        silent = items.length > 0 ? 0 : silent + 1;
        if (silent === BATCH_GET_ROUNDS)
          throw new LedgerUnavailableError('the ledger is throttled');
      }
    }
  }

  /** One conditional write. When the condition fails, the item as the write met it comes back. */
  async #update(account: AccountKey, expression: Expression): Promise<Written> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: key(account),
      ...expression,
      ReturnValues: 'UPDATED_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    let output: UpdateItemCommandOutput;
    try {
      output = await this.#client.send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      const item = error.Item ?? (await this.#readItem(account));
      return { written: false, item, sends: error.$metadata.attempts ?? 1 };
    }
    const sends = output.$metadata.attempts ?? 1;
    return { written: true, item: output.Attributes, sends };
  }

  /**
   * For engines that do not return the item with a failed condition. On DynamoDB itself an absent
   * item is one that does not exist, and the read says the same.
   */
  async #readItem(account: AccountKey): Promise<AttributeMap | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: key(account),
      ConsistentRead: true,
    });
    return (await this.#reach(() => this.#client.send(command))).Item;
  }

  async #reach<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

const key = (account: AccountKey): AttributeMap => ({ pk: { S: account }, sk: { S: SORT_KEY } });

const ownHold = (
  reservationId: string,
  { attemptId, amounts }: ReservationAttribute,
): AccountReservation => ({
  reservationId,
  leaseHolder: attemptId,
  amounts,
});

const isOver = ({ amounts: holds }: ReserveWrite, counters: Counters): boolean =>
  holds.some(
    ({ key, amount, ceiling }) =>
      ceiling !== undefined && (counters.get(key)?.committed ?? 0) + amount > ceiling,
  );

/** As many counters as one write may remove together with their notes. */
function inParts(counters: Counters, alertStates: AlertStates): readonly Counters[] {
  const parts: Map<CounterKey, CounterState>[] = [];
  let room = 0;
  for (const [key, state] of counters) {
    const names = 2 + (alertStates.get(key)?.size ?? 0);
    const last = parts.at(-1);
    if (last && last.size < PRUNE_MAX && names <= room) {
      last.set(key, state);
      room -= names;
    } else {
      parts.push(new Map([[key, state]]));
      room = REMOVE_MAX - names;
    }
  }
  return parts;
}

const ITEM_TOO_LARGE = /item size.*exceed/i;

function unavailable(error: unknown): LedgerUnavailableError {
  if (error instanceof LedgerUnavailableError) return error;
  const isFull =
    error instanceof Error &&
    error.name === 'ValidationException' &&
    ITEM_TOO_LARGE.test(error.message);
  if (isFull) return new LedgerFullError('too many calls are in flight for one item', error);
  return new LedgerUnavailableError('the ledger did not answer', error);
}

const settled = (
  outcome: 'settled' | 'settledLate',
  item: AttributeMap | undefined,
  added: ReadonlyMap<CounterKey, number>,
): SettleWriteResult => ({ outcome, counters: parseCounters(item), added });

function contentsOf(item: AttributeMap, now: EpochSeconds): AccountSnapshot {
  const account = item.pk?.S ?? '';
  const expired: AccountSnapshot['expired'][number][] = [];
  const staleMarkers: string[] = [];
  const referred = new Set<CounterKey>();
  for (const [name, value] of Object.entries(item)) {
    const entry = /^[rx]_/.test(name) ? parseReservation(value) : undefined;
    if (!entry) continue;
    const { expiresAt, attemptId, amounts } = entry;
    const isOver = expiresAt <= now;
    if (name.startsWith('x_') && isOver) staleMarkers.push(name.slice(2));
    else for (const counter of amounts.keys()) referred.add(counter);
    if (name.startsWith('r_') && isOver) {
      const reservationId = name.slice(2);
      expired.push({
        account,
        reservationId,
        attemptId,
        leaseExpiresAt: expiresAt,
        amounts,
      });
    }
  }
  expired.sort((a, b) => a.leaseExpiresAt - b.leaseExpiresAt);
  const counters = parseCounters(item);
  const alertStates = parseAlertStates(item);
  const known = new Set([...counters.keys(), ...alertStates.keys()]);
  const idleCounters = [...known].filter((counter) => !referred.has(counter));
  return { account, counters, alertStates, expired, staleMarkers, idleCounters };
}
