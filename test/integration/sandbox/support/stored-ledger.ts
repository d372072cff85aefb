/** Looks into a ledger that a sandbox kept with `--data`, once that sandbox has ended. */
import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { startDynalite } from '../../../../sandbox/engines/dynamodb/dynalite-engine.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** Contents of the account items, added up over shards. */
interface StoredLedger {
  /** Names of reservations that still hold something. */
  readonly live: readonly string[];
  /** Each counter, as `<account without shard>/<counter>`. */
  readonly committed: Readonly<Record<string, number>>;
  readonly settled: Readonly<Record<string, number>>;
  /** Every single counter of every item. */
  readonly figures: readonly number[];
}

export async function readStoredLedger(directory: string): Promise<StoredLedger> {
  const engine = await startDynalite(directory);
  const client = new DynamoDBClient({
    endpoint: engine.url.href,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  try {
    const items: Item[] = [];
    const pages = paginateScan({ client }, { TableName: 'ledger-ledger', ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return summed(items.filter(({ pk }) => pk?.S?.startsWith('account#')));
  } finally {
    client.destroy();
    await engine.close();
  }
}

function summed(items: readonly Item[]): StoredLedger {
  const committed: Record<string, number> = {};
  const settled: Record<string, number> = {};
  const live: string[] = [];
  const figures: number[] = [];
  for (const item of items) {
    const owner = item.pk?.S?.replace(/#\d+$/, '');
    for (const [name, value] of Object.entries(item)) {
      if (name.startsWith('r_')) live.push(name);
      if (!/^[cs]_/.test(name)) continue;
      const sums = name.startsWith('c_') ? committed : settled;
      const key = `${owner}/${name.slice(2)}`;
      figures.push(Number(value.N));
      sums[key] = (sums[key] ?? 0) + Number(value.N);
    }
  }
  return { live, committed, settled, figures };
}
