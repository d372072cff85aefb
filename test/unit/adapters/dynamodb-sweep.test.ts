import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createDynamoDbSweepStore, LAYOUT_KEY } from '../../../adapters/dynamodb-sweep.ts';
import { LedgerUnavailableError } from '../../../core/errors.ts';
import type { SweepStore } from '../../../core/ledger/ports.ts';
import { ONE_SHARD, shardLayoutJson } from '../../../core/ledger/shard-layout.ts';
import type { ShardLayout } from '../../../core/policy/policy.ts';
import { startLedger, type TestLedger } from '../../support/ledger.ts';

let table: TestLedger;
let settings: SweepStore;

beforeAll(async () => {
  table = await startLedger();
  settings = createDynamoDbSweepStore(table.client, table.table);
});
afterAll(() => table.close());

const read = async (pk: string, sk: string) => {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const command = new GetItemCommand({ TableName: table.table, Key, ConsistentRead: true });
  return (await table.client.send(command)).Item;
};

describe('the shard layout', () => {
  const stored = async () => (await read(LAYOUT_KEY.pk, LAYOUT_KEY.sk))?.body?.S;
  const two: ShardLayout = [...ONE_SHARD, { shards: 2, from: 1_000 }];
  const four: ShardLayout = [...ONE_SHARD, { shards: 4, from: 2_000 }];

  test('is written where none is, replaced by who saw it, and kept against who did not', async () => {
    await settings.writeLayout(two, ONE_SHARD);
    expect(await stored()).toBe(shardLayoutJson(two));
    await settings.writeLayout(four, ONE_SHARD);
    expect(await stored()).toBe(shardLayoutJson(two));
    await settings.writeLayout(four, two);
    expect(await stored()).toBe(shardLayoutJson(four));
  });

  test('of several writers at once, one wins', async () => {
    const seen = four;
    const wanted = [8, 16, 32].map((shards): ShardLayout => [...four, { shards, from: 3_000 }]);
    await Promise.all(wanted.map((layout) => settings.writeLayout(layout, seen)));
    expect(wanted.map(shardLayoutJson)).toContain(await stored());
  });
});

describe('an override', () => {
  const now = Date.parse('2026-11-23T11:00:00Z');
  const claim = { now, staleAt: now + 1_000 };
  let id = '';
  let ids = 0;

  beforeEach(async () => {
    id = `costCenter#sales/limit@2026-11-23T11:00:00Z@${++ids}`;
    const Item = { pk: { S: 'override' }, sk: { S: id }, body: { S: '{}' } };
    await table.client.send(new PutItemCommand({ TableName: table.table, Item }));
  });

  test('is claimed by exactly one of many sweeps', async () => {
    const claims = Array.from({ length: 10 }, () => settings.claimAudit({ id }, claim));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
    expect(await read('override', id)).not.toHaveProperty('audited');
  });

  test('is claimed again once the claim has timed out', async () => {
    expect(await settings.claimAudit({ id }, claim)).toBe(true);
    const later = (at: number) => ({ now: at, staleAt: at + 1_000 });
    expect(await settings.claimAudit({ id }, later(now + 999))).toBe(false);
    expect(await settings.claimAudit({ id }, later(now + 1_000))).toBe(true);
  });

  test('that was written down is not claimed again, and goes by itself', async () => {
    await settings.claimAudit({ id }, claim);
    await settings.markAudited({ id }, { now, expiresAt: 1_800_000_000 });
    expect(await read('override', id)).toMatchObject({
      audited: { S: '2026-11-23T11:00:00.000Z' },
      ttl: { N: '1800000000' },
    });
    const muchLater = { now: now + 1e9, staleAt: now + 2e9 };
    expect(await settings.claimAudit({ id }, muchLater)).toBe(false);
  });

  test('that was removed is not brought back', async () => {
    const gone = { id: 'costCenter#sales/gone' };
    expect(await settings.claimAudit(gone, claim)).toBe(false);
    await settings.markAudited(gone, { now, expiresAt: 1_800_000_000 });
    expect(await read('override', gone.id)).toBeUndefined();
  });
});

test('a table that does not answer is the ledger being unavailable', async () => {
  const elsewhere = createDynamoDbSweepStore(table.client, 'no-such-table');
  await expect(elsewhere.claimAudit({ id: 'k' }, { now: 0, staleAt: 1 })).rejects.toThrow(
    LedgerUnavailableError,
  );
});
