/**
 * The same calls against a real engine over loopback, in real time: whether the table in memory
 * flatters. Answers of the model come a hundred times sooner, so that a run is short.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { startDynalite } from '../../../sandbox/engines/dynamodb/dynalite-engine.ts';
import { prepareLedgerTable } from '../../../sandbox/engines/dynamodb/ledger-table.ts';
import { type Outcome, runCallers } from './closed-loop.ts';
import { type ContenderName, contenderNamed } from './contenders.ts';
import { START, trafficOf } from './traffic.ts';
import { runVirtually } from './virtual.ts';

export interface EngineRow {
  readonly contender: ContenderName;
  readonly callers: number;
  readonly engine: Outcome;
  /** The table in memory with the same calls, as often and as fast. */
  readonly model: Outcome;
}

/** Those that need a table. */
const ON_TABLE = ['ledger', 'read-then-write'] as const;
export const ENGINE_LIMIT_USD = 1;
const PACE = 0.01;
const PATIENCE = 5;

export async function compareWithEngine(
  seed: number,
  callerCounts: readonly number[],
  report: (line: string) => void,
): Promise<readonly EngineRow[]> {
  const engine = await startDynalite();
  try {
    const rows: EngineRow[] = [];
    for (const callers of callerCounts) {
      for (const contender of ON_TABLE) {
        report(`on a real engine: ${contender}, callers: ${callers}`);
        const options = { seed, limitUsd: ENGINE_LIMIT_USD, pace: PACE };
        rows.push({
          contender,
          callers,
          engine: await runOnEngine(engine.url, contender, callers, seed),
          model: await runVirtually({ ...options, contender, callers, patience: PATIENCE }),
        });
      }
    }
    return rows;
  } finally {
    await engine.close();
  }
}

async function runOnEngine(url: URL, contender: ContenderName, callers: number, seed: number) {
  const endpoint = url.toString();
  const name = `${contender}-${callers}`;
  await prepareLedgerTable({ endpoint, tableName: name, policyItems: [] });
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: new NodeHttpHandler({ httpAgent: { keepAlive: true, maxSockets: callers } }),
  });
  const traffic = trafficOf({ seed, limitUsd: ENGINE_LIMIT_USD, pace: PACE, isLocal: true });
  const begun = performance.now();
  const clock = { now: () => START + Math.round(performance.now() - begun) };
  const sleep = (milliseconds: number) =>
    milliseconds === 0
      ? Promise.resolve()
      : new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  try {
    return await runCallers({
      traffic,
      contender: contenderNamed(contender, traffic, { client, name }, clock),
      callers,
      patience: PATIENCE,
      waiting: { sleep },
    });
  } finally {
    client.destroy();
  }
}
