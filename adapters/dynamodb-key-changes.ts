/** Changes of keys that the audit log does not have yet, as items of the ledger table. */
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { KeyChangeStore } from '../core/jobs/audit-key-changes.ts';
import type { KeyChange } from '../core/telemetry/audit-line.ts';

export const KEY_CHANGE_PARTITION = 'keyChange';
/** Of one page. */
const CHANGES_MAX = 100;

export function createDynamoDbKeyChanges(client: DynamoDBClient, table: string): KeyChangeStore {
  const keyOf = ({ id }: Pick<KeyChange, 'id'>) => ({
    TableName: table,
    Key: { pk: { S: KEY_CHANGE_PARTITION }, sk: { S: id } },
  });
  return {
    pending: (after) =>
      attempt(async () => {
        const { Items = [] } = await client.send(
          new QueryCommand({
            TableName: table,
            Limit: CHANGES_MAX,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': { S: KEY_CHANGE_PARTITION } },
            ...(after && { ExclusiveStartKey: keyOf(after).Key }),
          }),
        );
        return Items.flatMap(toChange);
      }),

    claim: (change, { now, staleAt }) =>
      attempt(async () => {
        try {
          await client.send(
            new UpdateItemCommand({
              ...keyOf(change),
              UpdateExpression: 'SET claimedUntil = :until',
              ConditionExpression:
                'attribute_exists(body) AND ' +
                '(attribute_not_exists(claimedUntil) OR claimedUntil <= :now)',
              ExpressionAttributeValues: {
                ':until': { N: String(staleAt) },
                ':now': { N: String(now) },
              },
            }),
          );
          return true;
        } catch (error) {
          if (error instanceof ConditionalCheckFailedException) return false;
          throw error;
        }
      }),

    remove: (change) =>
      attempt(async () => void (await client.send(new DeleteItemCommand(keyOf(change))))),
  };
}

async function attempt<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new LedgerUnavailableError('the changes of keys could not be read or written', error);
  }
}

/** Written by this project's own command line; another body is left where it is. */
function toChange({ body }: Record<string, AttributeValue>): readonly KeyChange[] {
  try {
    return [JSON.parse(body?.S ?? '')];
  } catch {
    return [];
  }
}
