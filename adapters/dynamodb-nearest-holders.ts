/** The index of the ledger table that lists those who are near to a limit. */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { NearestHolders } from '../core/ledger/nearest-holders.ts';
import { SORT_KEY } from './dynamodb-ledger.ts';
import { NEAR_LIST, NEAR_PERCENT, NEAREST_INDEX } from './dynamodb-ledger-expressions.ts';

export const createDynamoDbNearestHolders = (
  client: DynamoDBClient,
  tableName: string,
): NearestHolders => ({
  async list(list, { count, after }) {
    const command = new QueryCommand({
      TableName: tableName,
      IndexName: NEAREST_INDEX,
      KeyConditionExpression: '#list = :list',
      ExpressionAttributeNames: { '#list': NEAR_LIST },
      ExpressionAttributeValues: { ':list': { S: list } },
      ScanIndexForward: false,
      Limit: count,
      ...(after && {
        ExclusiveStartKey: {
          pk: { S: after.account },
          sk: { S: SORT_KEY },
          [NEAR_LIST]: { S: list },
          [NEAR_PERCENT]: { N: String(after.percent) },
        },
      }),
    });
    try {
      const { Items = [] } = await client.send(command);
      return Items.map((item) => ({
        list,
        account: item.pk?.S ?? '',
        percent: Number(item[NEAR_PERCENT]?.N),
      }));
    } catch (error) {
      throw new LedgerUnavailableError('the index of users cannot be read', error);
    }
  },
});
