/** A policy in a test's ledger table, as Terraform stores it. */
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toPolicyItems } from '../../core/policy/policy-items.ts';
import type { TestLedger } from './ledger.ts';

/** Replaces what is stored; `config` is in the shapes of the tfvars. */
export async function storePolicy(
  { client, table }: Pick<TestLedger, 'client' | 'table'>,
  config: unknown,
): Promise<void> {
  for (const { pk, sk, body } of toPolicyItems(config)) {
    const Item = { pk: { S: pk }, sk: { S: sk }, body: { S: body } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
  }
}
