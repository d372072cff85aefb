/** Writes of the sweep other than accounts: the shard layout, and marks on overrides. */
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError } from '../core/errors.ts';
import type { SweepStore } from '../core/ledger/ports.ts';
import { shardLayoutJson } from '../core/ledger/shard-layout.ts';
import { OVERRIDE_PARTITION } from '../core/policy/override-items.ts';
import type { OverrideRecord, ShardLayout } from '../core/policy/policy.ts';
import { type EpochMs, type EpochSeconds, isoTimestamp } from '../core/time.ts';

/** Item with the shard layout, as JSON in `body`. Only the sweep writes it. */
export const LAYOUT_KEY = { pk: 'ledger', sk: 'layout' } as const;

/**
 * Item that a new table is created with: the layout until the sweep has written its own. It is
 * written together with the table, and never changed.
 */
export const INITIAL_LAYOUT_KEY = { pk: 'ledger', sk: 'initial-layout' } as const;

const overrideItemKey = (id: string) => ({ pk: { S: OVERRIDE_PARTITION }, sk: { S: id } });

export const createDynamoDbSweepStore = (client: DynamoDBClient, table: string): SweepStore => ({
  async writeLayout(layout: ShardLayout, seen: ShardLayout): Promise<void> {
    await update(client, {
      TableName: table,
      Key: { pk: { S: LAYOUT_KEY.pk }, sk: { S: LAYOUT_KEY.sk } },
      UpdateExpression: 'SET body = :next',
      ConditionExpression: 'attribute_not_exists(body) OR body = :seen',
      ExpressionAttributeValues: {
        ':next': { S: shardLayoutJson(layout) },
        ':seen': { S: shardLayoutJson(seen) },
      },
    });
  },

  claimAudit(
    { id }: Pick<OverrideRecord, 'id'>,
    { now, staleAt }: { readonly now: EpochMs; readonly staleAt: EpochMs },
  ): Promise<boolean> {
    return update(client, {
      TableName: table,
      Key: overrideItemKey(id),
      UpdateExpression: 'SET claimedUntil = :until',
      ConditionExpression:
        'attribute_exists(body) AND attribute_not_exists(audited) AND ' +
        '(attribute_not_exists(claimedUntil) OR claimedUntil <= :now)',
      ExpressionAttributeValues: { ':until': { N: String(staleAt) }, ':now': { N: String(now) } },
    });
  },

  async markAudited(
    { id }: Pick<OverrideRecord, 'id'>,
    { now, expiresAt }: { readonly now: EpochMs; readonly expiresAt?: EpochSeconds | undefined },
  ): Promise<void> {
    await update(client, {
      TableName: table,
      Key: overrideItemKey(id),
      ConditionExpression: 'attribute_exists(body)',
      ...(expiresAt === undefined
        ? {
            UpdateExpression: 'SET audited = :at REMOVE claimedUntil',
            ExpressionAttributeValues: { ':at': { S: isoTimestamp(now) } },
          }
        : {
            UpdateExpression: 'SET audited = :at, #ttl = :expires REMOVE claimedUntil',
            ExpressionAttributeNames: { '#ttl': 'ttl' },
            ExpressionAttributeValues: {
              ':at': { S: isoTimestamp(now) },
              ':expires': { N: String(expiresAt) },
            },
          }),
    });
  },
});

/** Returns false when the condition is not met. */
async function update(client: DynamoDBClient, input: UpdateItemCommandInput): Promise<boolean> {
  try {
    await client.send(new UpdateItemCommand(input));
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw new LedgerUnavailableError('the ledger did not answer', error);
  }
}
