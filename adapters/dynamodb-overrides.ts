/** Operators' changes of limits, as items of the ledger table. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import { OVERRIDE_PARTITION, type OverrideItem } from '../core/policy/override-items.ts';
import type { OverrideStore } from '../core/policy/ports.ts';

export const createDynamoDbOverrides = (client: DynamoDBClient, table: string): OverrideStore => ({
  async write({ sk, body }: Pick<OverrideItem, 'sk' | 'body'>): Promise<void> {
    const write = new PutItemCommand({
      TableName: table,
      Item: { pk: { S: OVERRIDE_PARTITION }, sk: { S: sk }, body: { S: body } },
      // A repeat after a lost response must not remove the mark of the audit.
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    try {
      await client.send(write);
    } catch (error) {
      // Keys are unique, so an existing item is the same change.
      if (error instanceof ConditionalCheckFailedException) return;
      throw new LedgerUnavailableError('the override could not be written', error);
    }
  },
});
