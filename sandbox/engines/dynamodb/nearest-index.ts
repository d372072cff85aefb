/** The index of those near to a limit, also for a ledger table that an earlier release made. */
import {
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateScan,
  UpdateTableCommand,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import {
  NEAR_LIST,
  NEAR_PERCENT,
  NEAREST_INDEX,
} from '../../../adapters/dynamodb-ledger-expressions.ts';

const WAIT_SECONDS = 30;
const POLL_MS = 200;

const NEAREST = {
  IndexName: NEAREST_INDEX,
  KeySchema: [
    { AttributeName: NEAR_LIST, KeyType: 'HASH' as const },
    { AttributeName: NEAR_PERCENT, KeyType: 'RANGE' as const },
  ],
  Projection: { ProjectionType: 'KEYS_ONLY' as const },
};

const ATTRIBUTES = [
  { AttributeName: 'pk', AttributeType: 'S' as const },
  { AttributeName: 'sk', AttributeType: 'S' as const },
  { AttributeName: NEAR_LIST, AttributeType: 'S' as const },
  { AttributeName: NEAR_PERCENT, AttributeType: 'N' as const },
];

/** The ledger table, as the Terraform module creates it. */
export const ledgerTable = (TableName: string): CreateTableCommandInput => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: ATTRIBUTES,
  GlobalSecondaryIndexes: [NEAREST],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
});

/**
 * Adds the index to a table without one. dynalite cannot: its tables are written again, before
 * anything else uses them.
 */
export async function ensureNearestIndex(client: DynamoDBClient, TableName: string): Promise<void> {
  if ((await statusOf(client, TableName)) === 'ACTIVE') return;
  const isAdded = await addIndex(client, TableName);
  if (!isAdded) {
    await rewriteTable(client, TableName);
    return;
  }
  for (let waited = 0; waited < WAIT_SECONDS * 1_000; waited += POLL_MS) {
    if ((await statusOf(client, TableName)) === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(
    `the table ${TableName} has no index "${NEAREST_INDEX}" after ${WAIT_SECONDS} s: start again when it is active`,
  );
}

/** @returns false on dynalite, which takes indexes of provisioned tables only, and then adds none. */
async function addIndex(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const change = {
    TableName,
    AttributeDefinitions: ATTRIBUTES,
    GlobalSecondaryIndexUpdates: [{ Create: NEAREST }],
  };
  try {
    await client.send(new UpdateTableCommand(change));
    return true;
  } catch (error) {
    if (error instanceof Error && DYNALITE.test(error.message)) return false;
    throw error;
  }
}

const DYNALITE = /globalSecondaryIndexUpdates\.1\.member\.create\.provisionedThroughput/;

async function statusOf(client: DynamoDBClient, TableName: string): Promise<string | undefined> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const index = Table?.GlobalSecondaryIndexes?.find((each) => each.IndexName === NEAREST_INDEX);
  return index && (index.IndexStatus ?? 'ACTIVE');
}

async function rewriteTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const items: Record<string, AttributeValue>[] = [];
  const pages = paginateScan({ client }, { TableName, ConsistentRead: true });
  for await (const { Items = [] } of pages) items.push(...Items);
  await client.send(new DeleteTableCommand({ TableName }));
  await waitUntilTableNotExists({ client, maxWaitTime: WAIT_SECONDS, minDelay: 1 }, { TableName });
  await client.send(new CreateTableCommand(ledgerTable(TableName)));
  for (const Item of items) await client.send(new PutItemCommand({ TableName, Item }));
}
