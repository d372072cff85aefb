/** Tokens as items of the ledger table, and for each identity an item with those that are live. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TokenRecord } from '../core/call/identity/proxy-key-record.ts';
import type { LiveTokens, TokenStore } from '../core/call/identity/tokens.ts';
import { LedgerUnavailableError } from '../core/errors.ts';
import { parseJson } from '../core/parse-json.ts';
import type { KeyChange } from '../core/telemetry/audit-line.ts';
import { toUnvalidated } from '../core/unvalidated.ts';
import { KEY_CHANGE_PARTITION } from './dynamodb-key-changes.ts';

const TOKEN_PARTITION = 'token';
const OWNER_PARTITION = 'tokenOwner';
/** An ended token can be looked up for this long. */
const KEPT_SECONDS = 7 * 86_400;

export class DynamoDbTokens implements TokenStore {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  tokensOf(arn: string): Promise<LiveTokens> {
    return attempt(async () => {
      const Key = { pk: { S: OWNER_PARTITION }, sk: { S: arn } };
      const command = new GetItemCommand({ TableName: this.#tableName, Key, ConsistentRead: true });
      const { Item } = await this.#client.send(command);
      const body = Item?.body?.S;
      if (body === undefined) return { expiries: new Map() };
      const expiries = [...toUnvalidated(parseJson(body))].flatMap(([id, end]) =>
        typeof end === 'number' ? [[id, end] as const] : [],
      );
      return { expiries: new Map(expiries), version: body };
    });
  }

  replaceTokensOf(
    arn: string,
    { version }: LiveTokens,
    expiries: ReadonlyMap<string, number>,
  ): Promise<boolean> {
    return attempt(async () => {
      const body = JSON.stringify(Object.fromEntries(expiries));
      const condition =
        version === undefined
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: 'body = :seen',
              ExpressionAttributeValues: { ':seen': { S: version } },
            };
      try {
        const last = Math.max(...expiries.values());
        await this.#put({ pk: OWNER_PARTITION, sk: arn, body }, last, condition);
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    });
  }

  readToken(id: string): Promise<TokenRecord | undefined> {
    return attempt(async () => {
      const Key = { pk: { S: TOKEN_PARTITION }, sk: { S: id } };
      const command = new GetItemCommand({ TableName: this.#tableName, Key, ConsistentRead: true });
      const { Item } = await this.#client.send(command);
      const value: unknown = parseJson(Item?.body?.S ?? '');
      return isRecord(value) ? value : undefined;
    });
  }

  writeToken(record: TokenRecord): Promise<void> {
    const item = { pk: TOKEN_PARTITION, sk: record.id, body: JSON.stringify(record) };
    return attempt(() => this.#put(item, record.expiresAt));
  }

  recordChange(change: KeyChange): Promise<void> {
    const item = { pk: KEY_CHANGE_PARTITION, sk: change.id, body: JSON.stringify(change) };
    return attempt(() => this.#put(item));
  }

  async #put(
    values: Readonly<Record<string, string>>,
    endsAt?: number,
    condition: {
      readonly ConditionExpression?: string;
      readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
    } = {},
  ): Promise<void> {
    const Item: Record<string, AttributeValue> = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, { S: value }]),
    );
    if (endsAt !== undefined) Item.ttl = { N: String(Math.ceil(endsAt / 1000) + KEPT_SECONDS) };
    await this.#client.send(new PutItemCommand({ TableName: this.#tableName, Item, ...condition }));
  }
}

async function attempt<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new LedgerUnavailableError('the table could not be reached for tokens', error);
  }
}

/** An unreadable item is not a token. */
function isRecord(value: unknown): value is TokenRecord {
  const fields = toUnvalidated(value);
  const isText = (name: string): boolean => typeof fields.get(name) === 'string';
  return (
    ['id', 'secretHash', 'arn'].every(isText) &&
    ['caller', 'operator'].includes(String(fields.get('kind'))) &&
    typeof fields.get('expiresAt') === 'number'
  );
}
