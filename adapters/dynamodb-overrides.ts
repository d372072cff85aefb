/** Operators' changes of limits, as items of the ledger table. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import { OVERRIDE_PARTITION, type OverrideItem } from '../core/policy/override-items.ts';
import type { OverrideStore } from '../core/policy/ports.ts';

export class DynamoDbOverrides implements OverrideStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async write({ sk, body }: Pick<OverrideItem, 'sk' | 'body'>): Promise<void> {
    const write = new PutItemCommand({
      TableName: this.#table,
      Item: { pk: { S: OVERRIDE_PARTITION }, sk: { S: sk }, body: { S: body } },
      // A repeat after a lost answer must not take the audit's mark away again.
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    try {
      await this.#client.send(write);
    } catch (error) {
      // Keys are unique, so what is there is this very change.
      if (error instanceof ConditionalCheckFailedException) return;
      throw new LedgerUnavailableError('the override could not be written', error);
    }
  }
}
