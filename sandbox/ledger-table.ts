/** Makes the ledger's table as the Terraform module does, and writes the policy into it. */
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { POLICY_PARTITION, type PolicyItem } from '../functions/core/policy/items.ts';

interface LedgerTableOptions {
  readonly endpoint: string;
  readonly tableName: string;
  readonly policyItems: readonly PolicyItem[];
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
 * Afterwards the table exists and holds exactly these policy items; counters stay as they were.
 * @throws Error when DynamoDB can't be reached or refuses.
 */
export async function prepareLedgerTable(options: LedgerTableOptions): Promise<void> {
  const client = dynamoDbAt(options.endpoint);
  try {
    await createTable(client, options.tableName);
    await writePolicy(client, options);
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, tableName: string): Promise<void> {
  const created = client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  await created.catch((error: unknown) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  await waitUntilTableExists(
    { client, maxWaitTime: TABLE_WAIT_SECONDS, minDelay: 1 },
    { TableName: tableName },
  );
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
