/** Hosts of the release before reservations became short texts: they write maps. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  accountAttribute,
  type Expression,
  number,
  Placeholders,
  parseAlertStates,
  parseCounters,
} from '../../adapters/dynamodb-ledger-expressions.ts';
import {
  type AttributeMap,
  findReservation,
  markerName,
  previousReservationName,
} from '../../adapters/dynamodb-reservation-encoding.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { LedgerStore, ReserveWrite, ReserveWriteResult } from '../../core/ledger/ports.ts';
import { changed } from './changed-store.ts';

const ROUNDS_MAX = 5;

/** The store as it is, but for how it reserves. */
export const previousRelease = (
  store: LedgerStore,
  client: DynamoDBClient,
  table: string,
): LedgerStore => changed(store, { reserve: (write) => reserveMap(client, table, write) });

async function reserveMap(
  client: DynamoDBClient,
  table: string,
  write: ReserveWrite,
): Promise<ReserveWriteResult> {
  const key = { pk: { S: write.account }, sk: { S: 'counters' } };
  const command = new UpdateItemCommand({
    TableName: table,
    Key: key,
    ...mapExpression(write),
    ReturnValues: 'UPDATED_NEW',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });
  let isRepeated = false;
  try {
    for (let round = 1; ; round++) {
      const { written, item = {}, sends } = await sent(client, command);
      isRepeated ||= sends > 1;
      if (written) {
        const committed = [...parseCounters(item)].map(
          ([counter, state]) => [counter, state.committed] as const,
        );
        return { outcome: 'reserved', isRepeated, committed: new Map(committed) };
      }
      const get = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
      const met = Object.keys(item).length > 0 ? item : ((await client.send(get)).Item ?? {});
      const refusal = refusalOf(write, met, isRepeated);
      if (refusal) return refusal;
      if (round === ROUNDS_MAX) return { outcome: 'conflict' };
    }
  } catch (error) {
    throw new LedgerUnavailableError('the table did not answer', error);
  }
}

async function sent(client: DynamoDBClient, command: UpdateItemCommand) {
  try {
    const { Attributes, $metadata } = await client.send(command);
    return { written: true, item: Attributes, sends: $metadata.attempts ?? 1 };
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { written: false, item: error.Item, sends: error.$metadata.attempts ?? 1 };
  }
}

function refusalOf(
  write: ReserveWrite,
  item: AttributeMap,
  isRepeated: boolean,
): ReserveWriteResult | undefined {
  const mine = findReservation(item, write.reservationId);
  if (mine?.leaseHolder === write.attemptId) {
    const { reservationId, leaseHolder, expiresAt: leaseExpiresAt, amounts } = mine;
    return { outcome: 'replayed', reservationId, leaseHolder, leaseExpiresAt, amounts };
  }
  const others = write.otherIds.map((id) => findReservation(item, id));
  const isTaken = [mine, ...others].some((each) => each !== undefined);
  if (isTaken || item[markerName(write.reservationId)]) return { outcome: 'conflict' };
  const counters = parseCounters(item);
  const isOver = write.amounts.some(
    ({ key, amount, ceiling }) =>
      ceiling !== undefined && (counters.get(key)?.committed ?? 0) + amount > ceiling,
  );
  if (!isOver) return undefined;
  const alertStates = parseAlertStates(item);
  return { outcome: 'denied', counters, alertStates, isRepeated, leaseEnds: [] };
}

function mapExpression(write: ReserveWrite): Expression {
  const p = new Placeholders();
  const reservation = p.name(previousReservationName(write.reservationId));
  const others = [markerName(write.reservationId), ...write.otherIds.map(previousReservationName)];
  const sets = [`${reservation} = ${p.value(mapOf(write))}`];
  const conditions = [reservation, ...others.map((name) => p.name(name))].map(
    (name) => `attribute_not_exists(${name})`,
  );
  const zero = p.value(number(0));
  for (const { key, amount, ceiling } of write.amounts) {
    const committed = p.name(accountAttribute.committed(key));
    sets.push(`${committed} = if_not_exists(${committed}, ${zero}) + ${p.value(number(amount))}`);
    if (ceiling === undefined) continue;
    const left = ceiling - amount;
    const fits = `${committed} <= ${p.value(number(left))}`;
    conditions.push(left >= 0 ? `(attribute_not_exists(${committed}) OR ${fits})` : fits);
  }
  return p.expression(`SET ${sets.join(', ')}`, conditions.join(' AND '));
}

const mapOf = ({ leaseExpiresAt, attemptId, amounts }: ReserveWrite): AttributeValue => ({
  M: {
    e: number(leaseExpiresAt),
    n: { S: attemptId },
    a: { M: Object.fromEntries(amounts.map(({ key, amount }) => [key, number(amount)])) },
  },
});
