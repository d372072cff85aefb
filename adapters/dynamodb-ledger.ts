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
  type HolderRank,
  type LedgerStore,
  type PruneWrite,
  type ReserveWrite,
  type ReserveWriteResult,
  type SessionStart,
  type SettleWrite,
  type SettleWriteResult,
} from '../core/ledger/ports.ts';
import type { Clock, EpochSeconds } from '../core/time.ts';
import { snapshotOf } from './dynamodb-account-snapshot.ts';
import {
  chargeExpression,
  claimAlertExpression,
  type Expression,
  expireExpression,
  markPublishedExpression,
  parseAlertStates,
  parseCounters,
  parseRank,
  rankExpression,
  removeCountersExpression,
  removeIdleExpression,
  removeMarkersExpression,
  reserveExpression,
  settleExpression,
  settlePreviousExpression,
  takeOverExpression,
} from './dynamodb-ledger-expressions.ts';
import {
  type AttributeMap,
  findReservation,
  inFlightAllowed,
  inFlightName,
  markerName,
  parseReservations,
  type StoredReservation,
} from './dynamodb-reservation-encoding.ts';
import { isBegun, isStarted, startExpression } from './dynamodb-session-starts.ts';

export const SORT_KEY = 'counters';
const BATCH_GET_MAX = 100;
/**
 * Below the 4 KB of an expression and its 300 operators:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html, 2026-11
 */
const REMOVE_MAX = 250;
const PRUNE_MAX = 20;
/** How often each is tried. */
const ROUNDS = { settle: 2, read: 5, batchGet: 5 };

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
    let isRepeated = false;
    for (let round = 1; ; round++) {
      const {
        written,
        item = {},
        sends,
      } = await this.#update(write.account, reserveExpression(write), write.unlisted !== undefined);
      isRepeated ||= sends > 1;
      if (written) {
        const committed = [...parseCounters(item)].map(
          ([key, state]) => [key, state.committed] as const,
        );
        const snapshot = snapshotFor(write, item);
        return { outcome: 'reserved', isRepeated, committed: new Map(committed), ...snapshot };
      }
      const mine = findReservation({ ...item, pk: { S: write.account } }, reservationId);
      if (mine?.leaseHolder === attemptId) return { outcome: 'replayed', ...toReservation(mine) };
      const isTaken =
        mine !== undefined ||
        isClosed(item, reservationId) ||
        otherIds.some((id) => findReservation(item, id) !== undefined);
      if (isTaken) return { outcome: 'conflict' };
      if (write.unlisted?.isBegun && !isBegun(item)) return { outcome: 'absent', isRepeated };
      const counters = parseCounters(item);
      const allowed = inFlightAllowed(item, write.inFlight);
      const isCrowded = liveCount(item, write.inFlight.costCenter) >= allowed;
      if (isCrowded || isOver(write, counters)) {
        const leaseEnds = parseReservations(item).map(({ expiresAt }) => expiresAt);
        const alertStates = parseAlertStates(item);
        const crowded = isCrowded ? { crowdedAt: allowed } : {};
        const seen = { counters, alertStates, leaseEnds, ...snapshotFor(write, item) };
        return { outcome: 'denied', isRepeated, ...crowded, ...seen };
      }
      // Only where the item had to be read after the write: what refused has ended in between.
      if (round === ROUNDS.read) return { outcome: 'conflict' };
    }
  }

  async startSession(start: SessionStart): Promise<boolean> {
    const { account, minute } = start;
    const { written, item } = await this.#update(account, startExpression(start), false, minute);
    // A repeat, or another call of the session at the same time.
    return written || isStarted(item, start);
  }

  async settle(write: SettleWrite): Promise<SettleWriteResult> {
    const { account, reservationId, attemptId, amounts, closes, chargesUnreserved } = write;
    const actual = new Map(amounts.map((amount) => [amount.key, amount.actual]));
    const until = closes ? this.#closedUntil(write) : undefined;
    // A reservation that arrives between the two writes is there for the second round.
    for (let round = 0; round < ROUNDS.settle; round++) {
      const result = await this.#update(account, settleExpression(write, until), write.isOfHolder);
      if (result.written) return settled(write, result.item, actual);
      const item = result.item ?? {};
      const found = findReservation(item, reservationId);
      if (found?.form === 'map' && found.leaseHolder === attemptId) {
        const previous = await this.#update(account, settlePreviousExpression(write, until));
        return previous.written ? settled(write, previous.item, actual) : { outcome: 'replayed' };
      }
      if (until === undefined || isClosed(item, reservationId)) return { outcome: 'replayed' };
      const charge = chargesUnreserved ? write : { ...write, amounts: [] };
      const charged = await this.#update(
        account,
        chargeExpression(charge, until),
        write.isOfHolder,
      );
      if (!charged.written) continue;
      return chargesUnreserved ? settled(write, charged.item, actual) : { outcome: 'replayed' };
    }
    return { outcome: 'replayed' };
  }

  #closedUntil({ closedSeconds = CLOSED_MARKER_SECONDS }: SettleWrite): EpochSeconds {
    return Math.ceil(this.#clock.now() / 1000) + closedSeconds;
  }

  async expire(write: ExpireWrite): Promise<Counters | undefined> {
    const result = await this.#update(write.account, expireExpression(write));
    return result.written ? parseCounters(result.item) : undefined;
  }

  async prune(write: PruneWrite): Promise<void> {
    const { account, markers, counters, alertStates, idleCostCenters: idle } = write;
    const now = Math.floor(this.#clock.now() / 1000);
    for (let i = 0; i < idle.length; i += PRUNE_MAX) {
      await this.#update(account, removeIdleExpression(idle.slice(i, i + PRUNE_MAX), now));
    }
    for (let i = 0; i < markers.length; i += REMOVE_MAX) {
      await this.#update(account, removeMarkersExpression(markers.slice(i, i + REMOVE_MAX)));
    }
    for (const some of inParts(counters, alertStates)) {
      await this.#update(account, removeCountersExpression(some, alertStates));
    }
  }

  async rank(account: AccountKey, place: HolderRank | undefined): Promise<void> {
    await this.#update(account, rankExpression(place));
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
      for (const id of ids) {
        const reservation = findReservation(item, id);
        if (reservation) found.set(item.pk?.S ?? '', toReservation(reservation));
      }
    }
    return found;
  }

  async takeOver(account: AccountKey, seen: AccountReservation, holder: string): Promise<boolean> {
    return (await this.#update(account, takeOverExpression(account, seen, holder))).written;
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
    for await (const item of this.#items(accounts, true)) yield snapshotOf(item, now);
  }

  /**
   * In batches. DynamoDB may answer only a part of the keys (16 MB, or throttled); the rest is
   * asked for again, as long as it answers anything.
   */
  async *#items(accounts: readonly AccountKey[], consistent: boolean): AsyncIterable<AttributeMap> {
    for (let i = 0; i < accounts.length; i += BATCH_GET_MAX) {
      let keys = accounts.slice(i, i + BATCH_GET_MAX).map((account) => key(account));
      for (let silent = 0; keys.length > 0; ) {
        const request = { Keys: keys, ConsistentRead: consistent };
        const command = new BatchGetItemCommand({ RequestItems: { [this.#table]: request } });
        const output = await this.#reach(() => this.#client.send(command));
        const items = output.Responses?.[this.#table] ?? [];
        yield* items;
        keys = output.UnprocessedKeys?.[this.#table]?.Keys ?? [];
        silent = items.length > 0 ? 0 : silent + 1;
        if (silent === ROUNDS.batchGet) throw new LedgerUnavailableError('the ledger is throttled');
      }
    }
  }

  /** One conditional write. When the condition fails, the item as the write met it comes back. */
  async #update(
    account: AccountKey,
    expression: Expression,
    returnsItem = false,
    sortKey = SORT_KEY,
  ): Promise<Written> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: key(account, sortKey),
      ...expression,
      ReturnValues: returnsItem ? 'ALL_NEW' : 'UPDATED_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    let output: UpdateItemCommandOutput;
    try {
      output = await this.#client.send(command);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw unavailable(error);
      const item = error.Item ?? (await this.#readItem(account, sortKey));
      return { written: false, item, sends: error.$metadata.attempts ?? 1 };
    }
    const sends = output.$metadata.attempts ?? 1;
    return { written: true, item: output.Attributes, sends };
  }

  /**
   * For engines that do not return the item with a failed condition. On DynamoDB itself an absent
   * item is one that does not exist, and the read says the same.
   */
  async #readItem(account: AccountKey, sortKey: string): Promise<AttributeMap | undefined> {
    const command = new GetItemCommand({
      TableName: this.#table,
      Key: key(account, sortKey),
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

const key = (account: AccountKey, sortKey = SORT_KEY): AttributeMap => ({
  pk: { S: account },
  sk: { S: sortKey },
});

const toReservation = (stored: StoredReservation): AccountReservation => ({
  reservationId: stored.reservationId,
  leaseHolder: stored.leaseHolder,
  leaseExpiresAt: stored.expiresAt,
  amounts: stored.amounts,
  ...(stored.costCenter !== undefined && { costCenter: stored.costCenter }),
  ...(stored.linked && { linked: stored.linked }),
});

const snapshotFor = ({ account, unlisted }: ReserveWrite, item: AttributeMap) =>
  unlisted && { snapshot: { ...snapshotOf({ ...item, pk: { S: account } }, unlisted.now) } };

const isClosed = (item: AttributeMap, id: string): boolean => item[markerName(id)] !== undefined;

const liveCount = (item: AttributeMap, costCenter: string): number =>
  Number(item[inFlightName(costCenter)]?.N ?? 0);

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
  { isOfHolder }: SettleWrite,
  item: AttributeMap | undefined,
  added: ReadonlyMap<CounterKey, number>,
): SettleWriteResult => ({
  outcome: 'settled',
  counters: parseCounters(item),
  added,
  ...(isOfHolder && { alertStates: parseAlertStates(item), rank: parseRank(item) }),
});
