/** Samples of usage in the ledger's table: one item next to the owner's first account item. */
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { StoredHistory, UsageHistory } from '../core/insight/forecast/ports.ts';
import type { OwnerHistory } from '../core/insight/forecast/usage-samples.ts';
import { historyJson, parseHistory } from '../core/insight/forecast/usage-samples-json.ts';
import { accountKey, ownerKeyOfAccount } from '../core/ledger/account-keys.ts';
import type { Owner } from '../core/policy/policy.ts';

const SORT_KEY = 'usage-history';
const BATCH_GET_MAX = 100;
const ROUNDS_MAX = 5;

type Key = Record<string, AttributeValue>;

export const createDynamoDbUsageHistory = (
  client: DynamoDBClient,
  table: string,
): UsageHistory => ({
  async read(owners: readonly Owner[]): Promise<ReadonlyMap<string, StoredHistory>> {
    const found = new Map<string, StoredHistory>();
    for (let i = 0; i < owners.length; i += BATCH_GET_MAX) {
      let keys = owners.slice(i, i + BATCH_GET_MAX).map(keyOf);
      // Items not returned after a few rounds are omitted this time: they only affect forecasts.
      for (let round = 0; keys.length > 0 && round < ROUNDS_MAX; round++) {
        const { items, rest } = await get(client, table, keys);
        for (const { pk, body, revision } of items) {
          const limits = parseHistory(body?.S ?? '');
          found.set(ownerKeyOfAccount(pk?.S ?? ''), { limits, revision: Number(revision?.N ?? 0) });
        }
        keys = rest;
      }
    }
    return found;
  },

  async write(owner: Owner, limits: OwnerHistory, seenRevision: number): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: keyOf(owner),
      UpdateExpression: 'SET body = :body, revision = :next',
      ConditionExpression: 'attribute_not_exists(revision) OR revision = :seen',
      ExpressionAttributeValues: {
        ':body': { S: historyJson(limits) },
        ':next': { N: String(seenRevision + 1) },
        ':seen': { N: String(seenRevision) },
      },
    });
    try {
      await client.send(command);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return;
      throw new LedgerUnavailableError('the ledger did not answer', error);
    }
  },
});

async function get(
  client: DynamoDBClient,
  table: string,
  keys: Key[],
): Promise<{ readonly items: readonly Key[]; readonly rest: Key[] }> {
  const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } });
  try {
    const { Responses, UnprocessedKeys } = await client.send(command);
    return { items: Responses?.[table] ?? [], rest: UnprocessedKeys?.[table]?.Keys ?? [] };
  } catch (error) {
    throw new LedgerUnavailableError('the ledger did not answer', error);
  }
}

const keyOf = (owner: Owner): Key => ({ pk: { S: accountKey(owner, 0) }, sk: { S: SORT_KEY } });
