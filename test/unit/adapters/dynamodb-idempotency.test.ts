/** Idempotency records on a real engine, with real concurrency. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DynamoDbIdempotency } from '../../../adapters/dynamodb-idempotency.ts';
import { problemDetails } from '../../../core/call/answers/answers.ts';
import type { ClaimWrite } from '../../../core/call/idempotency/ports.ts';
import { LedgerUnavailableError } from '../../../core/errors.ts';
import { startLedger, type TestLedger } from '../../support/ledger.ts';

let table: TestLedger;
let store: DynamoDbIdempotency;
let records = 0;
let record = '';

beforeAll(async () => {
  table = await startLedger();
  store = new DynamoDbIdempotency(table.client, table.table);
});
afterAll(() => table.close());
beforeEach(() => {
  record = `record-${++records}`;
});

const NOW = 1_000_000;
const write = (attempt: string, over: Partial<ClaimWrite> = {}): ClaimWrite => ({
  record,
  fingerprint: 'the request',
  attemptId: attempt,
  requestId: `id of ${attempt}`,
  now: NOW,
  runningUntil: NOW + 100,
  expiresAt: NOW + 1_000,
  ...over,
});

const answer = problemDetails(
  'invocation_failed',
  { requestId: 'id of a', timestamp: 't' },
  'failed',
);

const stored = async () => {
  const Key = { pk: { S: `idempotency#${record}` }, sk: { S: 'request' } };
  const command = new GetItemCommand({ TableName: table.table, Key, ConsistentRead: true });
  return (await table.client.send(command)).Item ?? {};
};

describe('a claim', () => {
  test('is held by one of fifty calls at once, and the others learn its id', async () => {
    const attempts = Array.from({ length: 50 }, (_, i) => `attempt-${i}`);
    const results = await Promise.all(attempts.map((attempt) => store.claim(write(attempt))));
    const winners = attempts.filter((_, i) => results[i]?.outcome === 'claimed');
    expect(winners).toHaveLength(1);
    const others = results.filter(({ outcome }) => outcome !== 'claimed');
    expect(others).toEqual(
      Array(49).fill({ outcome: 'running', requestId: `id of ${winners[0]}` }),
    );
  });

  test('of the same attempt is held already, and lives as long as its latest try', async () => {
    await store.claim(write('a'));
    const again = write('a', { now: NOW + 50, runningUntil: NOW + 150 });
    expect(await store.claim(again)).toEqual({ outcome: 'claimed' });
    const other = write('b', { now: NOW + 149 });
    expect(await store.claim(other)).toMatchObject({ outcome: 'running' });
  });

  test('is not shortened by a late copy of an earlier try', async () => {
    await store.claim(write('a'));
    await store.claim(write('a', { now: NOW + 50, runningUntil: NOW + 150 }));
    expect(await store.claim(write('a'))).toEqual({ outcome: 'claimed' });
    const other = write('b', { now: NOW + 149 });
    expect(await store.claim(other)).toMatchObject({ outcome: 'running' });
  });

  test('is taken over from a dead call, from its time on, by one of many', async () => {
    await store.claim(write('a'));
    const early = write('b', { now: NOW + 99 });
    expect(await store.claim(early)).toEqual({ outcome: 'running', requestId: 'id of a' });
    const late = ['c', 'd', 'e', 'f'].map((attempt) =>
      write(attempt, { now: NOW + 100, runningUntil: NOW + 200 }),
    );
    const results = await Promise.all(late.map((each) => store.claim(each)));
    expect(results.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
  });

  test.each([
    ['running', 'running'],
    ['dead', 'dead'],
    ['completed', 'completed'],
  ])('for another request is refused while the record is %s', async (state) => {
    await store.claim(write('a'));
    if (state === 'completed') await store.complete(write('a'), answer, NOW + 1_000);
    const now = state === 'dead' ? NOW + 500 : NOW;
    const other = write('b', { fingerprint: 'another request', now });
    expect(await store.claim(other)).toEqual({ outcome: 'reused', requestId: 'id of a' });
  });

  test('meets nothing of a record whose time is over, deleted or not', async () => {
    await store.claim(write('a'));
    await store.complete(write('a'), answer, NOW + 1_000);
    const before = write('b', { now: NOW + 999, fingerprint: 'another request' });
    expect(await store.claim(before)).toMatchObject({ outcome: 'reused' });
    const after = write('b', { now: NOW + 1_000, fingerprint: 'another request' });
    expect(await store.claim(after)).toEqual({ outcome: 'claimed' });
    expect(await stored()).not.toHaveProperty('answer');
  });
});

describe('a completed record', () => {
  test('gives its answer to every repeat, and to none a claim', async () => {
    await store.claim(write('a'));
    await store.complete(write('a'), answer, NOW + 1_000);
    const kept = { outcome: 'completed', requestId: 'id of a', answer };
    expect(await store.claim(write('b', { now: NOW + 500 }))).toEqual(kept);
    // A copy of the first claim that was on its way for long.
    expect(await store.claim(write('a'))).toEqual(kept);
  });

  test('stays as it is when it is completed again', async () => {
    await store.claim(write('a'));
    await store.complete(write('a'), answer, NOW + 1_000);
    const before = await stored();
    await store.complete(write('a'), answer, NOW + 1_000);
    expect(await stored()).toEqual(before);
  });

  test('has a time to live for the table', async () => {
    await store.claim(write('a'));
    expect(await stored()).toMatchObject({ ttl: { N: String(NOW + 1_000) } });
    await store.complete(write('a'), answer, NOW + 2_000);
    expect(await stored()).toMatchObject({ ttl: { N: String(NOW + 2_000) } });
  });
});

describe('a released record', () => {
  test('is free at once, also for another request and for a clock that is behind', async () => {
    await store.claim(write('a'));
    await store.release(write('a'), NOW + 10);
    const other = write('b', { now: NOW, fingerprint: 'another request' });
    expect(await store.claim(other)).toEqual({ outcome: 'claimed' });
  });

  test('holds nothing but its key and its end', async () => {
    await store.claim(write('a'));
    await store.release(write('a'), NOW + 10);
    expect(Object.keys(await stored()).sort()).toEqual(['pk', 'sk', 'ttl']);
  });
});

describe('the end of a call that lost its record', () => {
  test.each(['complete', 'release'])('%s leaves the new holder alone', async (how) => {
    await store.claim(write('a'));
    await store.claim(write('b', { now: NOW + 100, runningUntil: NOW + 200 }));
    const before = await stored();
    if (how === 'complete') await store.complete(write('a'), answer, NOW + 1_000);
    else await store.release(write('a'), NOW + 100);
    expect(await stored()).toEqual(before);
  });

  test('makes no record where there is none', async () => {
    await store.complete(write('a'), answer, NOW + 1_000);
    await store.release(write('a'), NOW);
    expect(await stored()).toEqual({});
  });
});

test('a table that does not answer is reported as such, by every method', async () => {
  const nowhere = new DynamoDbIdempotency(table.client, 'no-such-table');
  await expect(nowhere.claim(write('a'))).rejects.toThrow(LedgerUnavailableError);
  await expect(nowhere.complete(write('a'), answer, NOW)).rejects.toThrow(LedgerUnavailableError);
  await expect(nowhere.release(write('a'), NOW)).rejects.toThrow(LedgerUnavailableError);
});
