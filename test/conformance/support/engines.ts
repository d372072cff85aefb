/** DynamoDB engines of several makers: what the ledger relies on must hold on each of them. */
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import dynalite from 'dynalite';
import { close, LOOPBACK, listen } from '../../../sandbox/base/loopback-server.ts';
import {
  type DynamoDbEngine,
  startDynalite,
} from '../../../sandbox/engines/dynamodb/dynalite-engine.ts';

type Departure =
  /** Looks at the condition before it looks for faults in the expressions. */
  | 'late faults'
  /** Ends with HTTP status 500 where an operand has the wrong type. */
  | 'crash on wrong type'
  /**
   * UPDATED_NEW leaves out what was set to the value it had, and adds the key of a new item;
   * UPDATED_OLD returns the whole map that a path leads into.
   */
  | 'updated attributes'
  /** A page that its limit ended has no LastEvaluatedKey when nothing follows. */
  | 'last page';

/** How many call at once, in tests of single requests, of several per call, and of calls' ends. */
interface Callers {
  readonly many: number;
  readonly some: number;
  readonly ending: number;
}

const HUNDREDS: Callers = { many: 300, some: 120, ending: 100 };
/** An engine that takes requests in turn shows nothing more with more callers. */
const DOZENS: Callers = { many: 80, some: 60, ending: 40 };

export interface ConformanceEngine {
  readonly name: string;
  readonly callers: Callers;
  /** Whether a failed condition returns the item, as DynamoDB itself does. */
  readonly returnsItem: boolean;
  /** Where it is known to answer otherwise than DynamoDB does; there it is no witness. */
  readonly departures: readonly Departure[];
  start(): Promise<DynamoDbEngine>;
}

/** As the sandbox runs it: taught to return the item of a failed condition. */
export const patchedDynalite: ConformanceEngine = {
  name: 'dynalite that returns the item of a failed condition',
  callers: HUNDREDS,
  returnsItem: true,
  departures: [],
  start: () => startDynalite(),
};

/** Teaching changes dynalite for a whole process, so both kinds never meet in one test file. */
export const unpatchedDynalite: ConformanceEngine = {
  name: 'dynalite as it comes',
  callers: HUNDREDS,
  returnsItem: false,
  departures: [],
  start: async () => {
    const server = dynalite({ createTableMs: 0 });
    return { url: new URL(await listen(server)), close: () => close(server) };
  },
};

/** In another process, in another language, by other people. */
export const moto: ConformanceEngine = {
  name: 'moto',
  callers: DOZENS,
  returnsItem: true,
  departures: ['late faults', 'crash on wrong type', 'updated attributes', 'last page'],
  start: async () => {
    const child = spawn('moto-dynamodb', ['0'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const port = await portOf(child);
    return { url: new URL(`http://${LOOPBACK}:${port}`), close: () => end(child) };
  },
};

/** @throws Error with what the process said, when it ended before it listened. */
async function portOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<string> {
  let errors = '';
  // Read to the end: a full pipe would stop the engine.
  child.stderr.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk}`.slice(-2_000);
  });
  const gone = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new Error(`moto-dynamodb: ${error.message}`)));
    child.once('exit', (code) =>
      reject(new Error(`moto-dynamodb ended with exit code ${code}: ${errors}`)),
    );
  });
  const listening = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /^listening on (\d+)$/.exec(line)?.[1];
      if (port !== undefined) return port;
    }
    return gone;
  })();
  const port = await Promise.race([listening, gone]);
  // From here on its end is ours.
  gone.catch(() => undefined);
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
