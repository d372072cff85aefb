/** Keys as items of the ledger table, and the day of their last use as items that the proxy may write. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import type {
  KeyPage,
  KeyQuery,
  KeyStore,
  StoredKey,
} from '../core/call/identity/manage-proxy-keys.ts';
import { isTokenId } from '../core/call/identity/proxy-key-format.ts';
import type {
  CredentialRecord,
  KeyReader,
  KeyRecord,
} from '../core/call/identity/proxy-key-record.ts';
import { LedgerUnavailableError, SentryError } from '../core/errors.ts';
import type { KeyChange } from '../core/telemetry/audit-line.ts';
import { KEY_CHANGE_PARTITION } from './dynamodb-key-changes.ts';
import { DynamoDbTokens } from './dynamodb-tokens.ts';

const PARTITION = 'key';
const USE_PARTITION = 'keyUse';
/** An ended key can be listed for this long. */
const KEPT_SECONDS = 90 * 86_400;
/** Before and after all ids. */
const [FIRST_ID, LAST_ID] = ['0', 'zzzzzzzzzz'];
const USE_KEPT_SECONDS = 400 * 86_400;

type Item = Record<string, AttributeValue>;

export class DynamoDbKeys implements KeyReader, KeyStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  read(id: string): Promise<CredentialRecord | undefined> {
    if (isTokenId(id)) return new DynamoDbTokens(this.#client, this.#tableName).readToken(id);
    return this.#attempt('read', async () => {
      const Key = { pk: { S: PARTITION }, sk: { S: id } };
      const command = new GetItemCommand({ TableName: this.#tableName, Key, ConsistentRead: true });
      const { Item } = await this.#client.send(command);
      return Item && toRecord(Item);
    });
  }

  used(id: string, day: string): Promise<void> {
    const ttl = Math.floor(Date.parse(day) / 1000) + USE_KEPT_SECONDS;
    const item = { pk: USE_PARTITION, sk: id, day };
    return this.#put({ ...textItem(item), ttl: { N: String(ttl) } });
  }

  add(record: KeyRecord): Promise<void> {
    return this.#put(itemOf(record));
  }

  async replace(seen: KeyRecord, record: KeyRecord): Promise<boolean> {
    try {
      await this.#put(itemOf(record), {
        ConditionExpression: 'body = :seen',
        ExpressionAttributeValues: { ':seen': { S: JSON.stringify(seen) } },
      });
      return true;
    } catch (error) {
      if (error instanceof SentryError && error.cause instanceof ConditionalCheckFailedException) {
        return false;
      }
      throw error;
    }
  }

  recordChange(change: KeyChange): Promise<void> {
    const item = { pk: KEY_CHANGE_PARTITION, sk: change.id, body: JSON.stringify(change) };
    return this.#put(textItem(item));
  }

  async list({ count, after = FIRST_ID }: KeyQuery): Promise<KeyPage<StoredKey>> {
    const found = await this.#query(PARTITION, [after, LAST_ID], count + 2);
    const items = found.filter(({ sk }) => sk?.S !== after).slice(0, count + 1);
    const page = items.slice(0, count);
    const [first, last] = [page[0], page.at(-1)].map((item) => item?.sk?.S);
    if (first === undefined || last === undefined) return { keys: [] };
    const uses = await this.#query(USE_PARTITION, [first, last]);
    const days = new Map(uses.map(({ sk, day }) => [sk?.S, day?.S]));
    const keys = page.flatMap((item) => {
      const record = toRecord(item);
      const lastUsedOn = days.get(item.sk?.S);
      return record ? [{ ...record, ...(lastUsedOn !== undefined && { lastUsedOn }) }] : [];
    });
    return { keys, ...(items.length > count && { next: last }) };
  }

  #put(item: Item, condition: Partial<PutItemCommandInput> = {}): Promise<void> {
    return this.#attempt('write', async () => {
      const input = { TableName: this.#tableName, Item: item, ...condition };
      await this.#client.send(new PutItemCommand(input));
    });
  }

  /** @param ids the first and the last one, both included. */
  #query(partition: string, ids: readonly [string, string], most = Infinity) {
    return this.#attempt('list', async () => {
      const items: Item[] = [];
      const [from, to] = ids;
      const input = {
        TableName: this.#tableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: {
          ':pk': { S: partition },
          ':from': { S: from },
          ':to': { S: to },
        },
        ...(most !== Infinity && { Limit: most }),
      };
      for await (const { Items = [] } of paginateQuery({ client: this.#client }, input)) {
        items.push(...Items);
        if (items.length >= most) break;
      }
      return items;
    });
  }

  async #attempt<T>(what: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown error';
      throw new LedgerUnavailableError(
        `the table could not be reached to ${what} keys (${reason})`,
        error,
      );
    }
  }
}

const textItem = (values: Readonly<Record<string, string>>): Item =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { S: value }]));

function itemOf(record: KeyRecord): Item {
  const { id, expiresAt, revokedAt } = record;
  const end = Math.min(expiresAt ?? Infinity, revokedAt ?? Infinity);
  return {
    ...textItem({ pk: PARTITION, sk: id, body: JSON.stringify(record) }),
    ...(end !== Infinity && { ttl: { N: String(Math.ceil(end / 1000) + KEPT_SECONDS) } }),
  };
}

/** An unreadable item is not a key. */
function toRecord({ body }: Item): KeyRecord | undefined {
  try {
    const value: unknown = JSON.parse(body?.S ?? '');
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is KeyRecord =>
  typeof value === 'object' &&
  value !== null &&
  'secretHash' in value &&
  typeof value.secretHash === 'string' &&
  'costCenter' in value &&
  typeof value.costCenter === 'string';
