/** What the sweep writes beside the accounts: the shard layout, and marks on overrides. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import { layoutJson } from '../core/ledger/layout.ts';
import type { SettingsStore } from '../core/ledger/ports.ts';
import { OVERRIDE_PARTITION } from '../core/policy/overrides.ts';
import type { OverrideRecord, ShardLayout } from '../core/policy/policy.ts';

/** Item that holds the shard layout, as JSON in `body`. */
export const LAYOUT_KEY = { pk: 'ledger', sk: 'layout' } as const;

export class DynamoDbSettings implements SettingsStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async writeLayout(layout: ShardLayout, seen: ShardLayout): Promise<void> {
    await this.#update({
      TableName: this.#table,
      Key: { pk: { S: LAYOUT_KEY.pk }, sk: { S: LAYOUT_KEY.sk } },
      UpdateExpression: 'SET body = :next',
      ConditionExpression: 'attribute_not_exists(body) OR body = :seen',
      ExpressionAttributeValues: {
        ':next': { S: layoutJson(layout) },
        ':seen': { S: layoutJson(seen) },
      },
    });
  }

  claimAudit({ key, createdAt }: Pick<OverrideRecord, 'key' | 'createdAt'>): Promise<boolean> {
    return this.#update({
      TableName: this.#table,
      Key: { pk: { S: OVERRIDE_PARTITION }, sk: { S: key } },
      UpdateExpression: 'SET audited = :at',
      // An override replaced or removed since it was loaded is not the one to write down.
      ConditionExpression: 'contains(body, :at) AND attribute_not_exists(audited)',
      ExpressionAttributeValues: { ':at': { S: createdAt } },
    });
  }

  /** Returns false when the condition did not hold. */
  async #update(input: UpdateItemCommandInput): Promise<boolean> {
    try {
      await this.#client.send(new UpdateItemCommand(input));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw new LedgerUnavailableError('the ledger did not answer', error);
    }
  }
}
