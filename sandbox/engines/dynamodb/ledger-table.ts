/** Creates the ledger table as the Terraform module does, and writes the policy to it. */
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { INITIAL_LAYOUT_KEY } from '../../../adapters/dynamodb-sweep.ts';
import { shardLayoutJson } from '../../../core/ledger/shard-layout.ts';
import { POLICY_PARTITION, type PolicyItem } from '../../../core/policy/policy-items.ts';
import { ensureNearestIndex, ledgerTable } from './nearest-index.ts';

interface LedgerTableOptions {
  readonly endpoint: string;
  readonly tableName: string;
  readonly policyItems: readonly PolicyItem[];
  /** Shards of a new table. Absent: no layout is written, which means one shard. */
  readonly shards?: number;
}

const TABLE_WAIT_SECONDS = 30;

/** A client for an engine that takes any credentials. */
export const dynamoDbAt = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
  });

/**
 * Creates the table if needed and replaces its policy items; counters stay unchanged.
 * @throws Error when DynamoDB can't be reached or refuses.
 */
export async function prepareLedgerTable(options: LedgerTableOptions): Promise<void> {
  const client = dynamoDbAt(options.endpoint);
  try {
    const isNew = await createTable(client, options.tableName);
    if (isNew && options.shards)
      await writeInitialLayout(client, options.tableName, options.shards);
    await writePolicy(client, options);
  } finally {
    client.destroy();
  }
}

/** @returns false when it was there already. */
async function createTable(client: DynamoDBClient, tableName: string): Promise<boolean> {
  const creation = client.send(new CreateTableCommand(ledgerTable(tableName)));
  const isNew = await creation.then(
    () => true,
    (error: unknown) => {
      if (error instanceof ResourceInUseException) return false;
      throw error;
    },
  );
  await waitUntilTableExists(
    { client, maxWaitTime: TABLE_WAIT_SECONDS, minDelay: 1 },
    { TableName: tableName },
  );
  if (!isNew) await ensureNearestIndex(client, tableName);
  return isNew;
}

async function writeInitialLayout(
  client: DynamoDBClient,
  TableName: string,
  shards: number,
): Promise<void> {
  const { pk, sk } = INITIAL_LAYOUT_KEY;
  const body = shardLayoutJson([{ shards, from: 0 }]);
  const Item = { pk: { S: pk }, sk: { S: sk }, body: { S: body } };
  await client.send(new PutItemCommand({ TableName, Item }));
}

async function writePolicy(client: DynamoDBClient, options: LedgerTableOptions): Promise<void> {
  const { tableName: TableName, policyItems } = options;
  for (const { pk, sk, body } of policyItems) {
    const Item = { pk: { S: pk }, sk: { S: sk }, body: { S: body } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }
  const kept = new Set(policyItems.map(({ sk }) => sk));
  const pages = paginateQuery(
    { client },
    {
      TableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: POLICY_PARTITION } },
      ProjectionExpression: 'sk',
      ConsistentRead: true,
    },
  );
  for await (const page of pages) {
    for (const { sk } of page.Items ?? []) {
      if (sk?.S === undefined || kept.has(sk.S)) continue;
      const Key = { pk: { S: POLICY_PARTITION }, sk };
      await client.send(new DeleteItemCommand({ TableName, Key }));
    }
  }
}
