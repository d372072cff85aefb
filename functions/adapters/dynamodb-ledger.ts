/** The ledger's table on DynamoDB: one UpdateItem per account and step, nothing read first. */
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateScan,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import type {
  AccountContents,
  AccountExpire,
  AccountKey,
  AccountReserve,
  AccountReserveResult,
  AccountSettle,
  AccountSettleResult,
  CounterKey,
  Counters,
  EpochSeconds,
  LedgerStore,
} from '../core/ledger/ports.ts';
import type { Clock } from '../core/time.ts';
import {
  attribute,
  chargeExpression,
  countersOf,
  type Expression,
  entryOf,
  expireExpression,
  type Item,
  removeExpression,
  reserveExpression,
  settleExpression,
  settleLateExpression,
} from './ledger-expressions.ts';

const SORT_KEY = 'counters';
const BATCH_GET_MAX = 100;
/** DynamoDB allows 300 operators in an update expression; a removed name counts as one. */
const REMOVE_MAX = 250;
/** How long an unreserved call's marker guards against a repeated charge, in seconds. */
const CHARGE_MARKER_SECONDS = 900;
const BATCH_GET_ROUNDS = 5;

type Written =
  | { readonly written: true; readonly item: Item | undefined }
  | { readonly written: false; readonly item: Item | undefined };

export class DynamoDbLedger implements LedgerStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Clock;

  constructor(client: DynamoDBClient, table: string, clock: Clock) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async reserve(write: AccountReserve): Promise<AccountReserveResult> {
    const result = await this.#update(write.account, reserveExpression(write));
    if (result.written) return { outcome: 'reserved', counters: countersOf(result.item) };
    const mine = entryOf(result.item?.[attribute.reservation(write.reservationId)]);
    if (mine) {
      if (mine.attemptId !== write.attemptId) return { outcome: 'conflict' };
      return { outcome: 'replayed', held: mine.amounts };
    }
    if (result.item?.[attribute.marker(write.reservationId)]) return { outcome: 'conflict' };
    return { outcome: 'refused', counters: countersOf(result.item) };
  }

  async settle(write: AccountSettle): Promise<AccountSettleResult> {
    const actual = new Map(write.amounts.map((amount) => [amount.key, amount.actual]));
    const result = await this.#update(write.account, settleExpression(write));
    if (result.written) return settled('settled', result.item, actual);
    const marker = entryOf(result.item?.[attribute.marker(write.reservationId)]);
    if (marker && !write.unreserved) return this.#settleLate(write, marker.amounts, actual);
    if (marker || !write.unreserved) return { outcome: 'replayed' };
    const until = Math.ceil(this.#clock.now() / 1000) + CHARGE_MARKER_SECONDS;
    const charged = await this.#update(write.account, chargeExpression(write, until));
    return charged.written ? settled('settled', charged.item, actual) : { outcome: 'replayed' };
  }

  async #settleLate(
    write: AccountSettle,
    charged: ReadonlyMap<CounterKey, number>,
    actual: ReadonlyMap<CounterKey, number>,
  ): Promise<AccountSettleResult> {
    const added = new Map([...charged].map(([key, sum]) => [key, (actual.get(key) ?? sum) - sum]));
    const expression = settleLateExpression(write.reservationId, added);
    const result = await this.#update(write.account, expression);
    return result.written ? settled('settledLate', result.item, added) : { outcome: 'replayed' };
  }

  async expire(write: AccountExpire): Promise<boolean> {
    return (await this.#update(write.account, expireExpression(write))).written;
  }

  async prune(
    account: AccountKey,
    markers: readonly string[],
    counters: readonly CounterKey[],
  ): Promise<void> {
    const names = [
      ...markers.map(attribute.marker),
      ...counters.flatMap((key) => [attribute.committed(key), attribute.settled(key)]),
    ];
    for (let i = 0; i < names.length; i += REMOVE_MAX) {
      await this.#update(account, removeExpression(names.slice(i, i + REMOVE_MAX)));
    }
  }

  async read(accounts: readonly AccountKey[]): Promise<ReadonlyMap<AccountKey, Counters>> {
    const found = new Map<AccountKey, Counters>();
    for (let i = 0; i < accounts.length; i += BATCH_GET_MAX) {
      await this.#readBatch(accounts.slice(i, i + BATCH_GET_MAX), found);
    }
    return found;
  }

  async #readBatch(
    accounts: readonly AccountKey[],
    found: Map<AccountKey, Counters>,
  ): Promise<void> {
    let keys: Item[] = accounts.map(key);
    // DynamoDB may answer only a part of the keys; the rest is asked for again, a few times.
    for (let round = 0; keys.length > 0; round++) {
      if (round === BATCH_GET_ROUNDS) throw new LedgerUnavailableError('the ledger is throttled');
      const command = new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys: keys } } });
      const output = await this.#reach(() => this.#client.send(command));
      for (const item of output.Responses?.[this.#table] ?? []) {
        found.set(item.pk?.S ?? '', countersOf(item));
      }
      keys = output.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    }
  }

  async *scan(now: EpochSeconds): AsyncIterable<AccountContents> {
    const pages = paginateScan(
      { client: this.#client },
      {
        TableName: this.#table,
        ConsistentRead: true,
        FilterExpression: 'begins_with(pk, :account)',
        ExpressionAttributeValues: { ':account': { S: 'account#' } },
      },
    )[Symbol.asyncIterator]();
    for (;;) {
      const page = await this.#reach(() => pages.next());
      if (page.done) return;
      for (const item of page.value.Items ?? []) yield contentsOf(item, now);
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
      return { written: false, item: error.Item ?? (await this.#readItem(account)) };
    }
    return { written: true, item: output.Attributes };
  }

  /**
   * For engines that do not return the item with a failed condition. On DynamoDB itself an absent
   * item is one that does not exist, and the read says the same.
   */
  async #readItem(account: AccountKey): Promise<Item | undefined> {
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

const key = (account: AccountKey): Item => ({ pk: { S: account }, sk: { S: SORT_KEY } });

const unavailable = (error: unknown): LedgerUnavailableError =>
  new LedgerUnavailableError('the ledger did not answer', error);

const settled = (
  outcome: 'settled' | 'settledLate',
  item: Item | undefined,
  added: ReadonlyMap<CounterKey, number>,
): AccountSettleResult => ({ outcome, counters: countersOf(item), added });

function contentsOf(item: Item, now: EpochSeconds): AccountContents {
  const account = item.pk?.S ?? '';
  const expired: AccountContents['expired'][number][] = [];
  const staleMarkers: string[] = [];
  const referred = new Set<CounterKey>();
  for (const [name, value] of Object.entries(item)) {
    const entry = /^[rx]_/.test(name) ? entryOf(value) : undefined;
    if (!entry) continue;
    const isOver = entry.expiresAt <= now;
    if (name.startsWith('x_') && isOver) staleMarkers.push(name.slice(2));
    else for (const counter of entry.amounts.keys()) referred.add(counter);
    if (name.startsWith('r_') && isOver) {
      expired.push({ account, reservationId: name.slice(2), held: entry.amounts });
    }
  }
  const idleCounters = [...countersOf(item).keys()].filter((counter) => !referred.has(counter));
  return { account, expired, staleMarkers, idleCounters };
}
