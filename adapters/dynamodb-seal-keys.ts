/** The key for seals, in an item of the ledger table that is created at its first use. */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { SealKeys } from '../core/call/state-seal/ports.ts';
import { SealKeyError } from '../core/call/state-seal/seals.ts';
import type { Clock, EpochMs } from '../core/time.ts';

interface SealKeyOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  /** Makes a new key; absent: this function only reads. */
  readonly newKey?: () => string;
}

const KEY = { pk: { S: 'seal' }, sk: { S: 'key' } };
/** A wrong seal makes the key be read again, at most this often. */
const RELOAD_MS = 10_000;

export function createSealKeys(options: SealKeyOptions): SealKeys {
  let known: string | undefined;
  let readAt: EpochMs | undefined;

  async function read(): Promise<string | undefined> {
    readAt = options.clock.now();
    try {
      known = (await stored(options)) ?? (await created(options));
      return known;
    } catch (error) {
      throw new SealKeyError('the key for seals cannot be read', error);
    }
  }

  return {
    load: async () => known ?? read(),
    reload: async () => {
      const age = readAt === undefined ? Infinity : Math.abs(options.clock.now() - readAt);
      return age < RELOAD_MS ? known : read();
    },
  };
}

async function stored({ client, tableName }: SealKeyOptions): Promise<string | undefined> {
  const get = new GetItemCommand({ TableName: tableName, Key: KEY, ConsistentRead: true });
  return (await client.send(get)).Item?.body?.S;
}

/** The first key written stays: a concurrent writer gets that one. */
async function created({ client, tableName, newKey }: SealKeyOptions): Promise<string | undefined> {
  if (!newKey) return undefined;
  const update = new UpdateItemCommand({
    TableName: tableName,
    Key: KEY,
    UpdateExpression: 'SET #body = if_not_exists(#body, :new)',
    ExpressionAttributeNames: { '#body': 'body' },
    ExpressionAttributeValues: { ':new': { S: newKey() } },
    ReturnValues: 'ALL_NEW',
  });
  return (await client.send(update)).Attributes?.body?.S;
}
