/** A ledger on a real engine; unless another is given, dynalite in this process. */
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbLedger } from '../../adapters/dynamodb-ledger.ts';
import { parseCounters } from '../../adapters/dynamodb-ledger-expressions.ts';
import type { AccountKey, Counters } from '../../core/ledger/ports.ts';
import type { Clock } from '../../core/time.ts';
import { startDynalite } from '../../sandbox/engines/dynamodb/dynalite-engine.ts';
import { prepareLedgerTable } from '../../sandbox/engines/dynamodb/ledger-table.ts';

/** A clock that does not move until it is set. */
export class ManualClock implements Clock {
  at: number;
  constructor(iso = '2026-11-23T14:05:30.000Z') {
    this.at = Date.parse(iso);
  }
  now(): number {
    return this.at;
  }
  set(iso: string): void {
    this.at = Date.parse(iso);
  }
}

export interface TestLedger {
  readonly ledger: DynamoDbLedger;
  readonly client: DynamoDBClient;
  readonly clock: ManualClock;
  readonly table: string;
  /** Requests that reached the engine, by operation. */
  readonly requests: Map<string, number>;
  /** The raw attributes of an account item. */
  attributes(account: AccountKey): Promise<Record<string, unknown>>;
  counters(account: AccountKey): Promise<Counters>;
  close(): Promise<void>;
}

/** A ledger for all tests of a file, on a separate engine. */
export function sharedLedger(): { readonly table: TestLedger } {
  let table: TestLedger | undefined;
  beforeAll(async () => {
    table = await startLedger();
  });
  afterAll(() => table?.close());
  return {
    get table() {
      if (!table) throw new Error('the tests have not begun');
      return table;
    },
  };
}

let tables = 0;

/** A ledger on a separate engine. */
export async function startLedger(): Promise<TestLedger> {
  const engine = await startDynalite();
  const ledger = await openLedger(engine.url);
  const close = async () => {
    await ledger.close();
    await engine.close();
  };
  return { ...ledger, close };
}

/** A ledger in a new table of a running engine. */
export async function openLedger(engine: URL): Promise<TestLedger> {
  const table = `ledger-${++tables}`;
  const endpoint = engine.toString();
  await prepareLedgerTable({ endpoint, tableName: table, policyItems: [] });
  const requests = new Map<string, number>();
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      (args) => {
        const name = commandName.replace(/Command$/, '');
        requests.set(name, (requests.get(name) ?? 0) + 1);
        return next(args);
      },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const clock = new ManualClock();
  const item = async (account: AccountKey) => {
    const Key = { pk: { S: account }, sk: { S: 'counters' } };
    const command = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
    return (await client.send(command)).Item ?? {};
  };
  return {
    ledger: new DynamoDbLedger(client, table, clock),
    client,
    clock,
    table,
    requests,
    attributes: item,
    counters: async (account) => parseCounters(await item(account)),
    close: async () => client.destroy(),
  };
}
