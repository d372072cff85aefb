/** The traffic in virtual time, against the table in memory, which meters what DynamoDB would bill. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { itemBytes } from '../../../adapters/dynamodb-item-size.ts';
import { answerOf, clientOver } from '../../ledger-simulation/dynamodb/client.ts';
import { DynamoDbModel } from '../../ledger-simulation/dynamodb/model.ts';

import { randomOf } from '../../ledger-simulation/random.ts';
import { Scheduler } from '../../ledger-simulation/scheduler.ts';
import { type Outcome, runCallers } from './closed-loop.ts';
import { type ContenderName, contenderNamed } from './contenders.ts';
import { START, type TrafficOptions, trafficOf } from './traffic.ts';

/** Requests to the table, and the capacity that each takes. */
export interface Metered {
  readonly requests: Readonly<Record<string, number>>;
  readonly writes: number;
  readonly writeUnits: number;
  readonly largestItemBytes: number;
}

export const TABLE = 'ledger';
const WRITE_UNIT_BYTES = 1_024;

export const writeUnitsOf = (bytes: number): number =>
  Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));

export class MeteredTable {
  readonly name = TABLE;
  readonly client: DynamoDBClient;
  readonly #requests: Record<string, number> = {};
  /** By key; kept from write to write, as measuring a large item is slow. */
  readonly #bytes = new Map<string, number>();
  #writeUnits = 0;
  #largest = 0;

  /** @param way waited for before and after each request; absent: none, so a call is one moment. */
  constructor(way?: () => Promise<void>) {
    const model = new DynamoDbModel({
      allOld: true,
      onWrite: ({ pk }, _before, after) => this.#noteWrite(pk, after ? itemBytes(after) : 0),
    });
    this.client = clientOver(async (sent) => {
      this.#requests[sent.operation] = (this.#requests[sent.operation] ?? 0) + 1;
      await way?.();
      try {
        return answerOf(model, sent);
      } catch (error) {
        this.#noteRefusal(sent.input);
        throw error;
      } finally {
        await way?.();
      }
    });
  }

  metered(): Metered {
    const { UpdateItem: writes = 0 } = this.#requests;
    return {
      requests: { ...this.#requests },
      writes,
      writeUnits: this.#writeUnits,
      largestItemBytes: this.#largest,
    };
  }

  /** @throws Error when there are several items, or none. */
  onlyItemBytes(): number {
    const [bytes, ...others] = this.#bytes.values();
    if (bytes === undefined || others.length > 0) throw new Error('the table has one item');
    return bytes;
  }

  #bytesOf(pk: string): number {
    return this.#bytes.get(pk) ?? 0;
  }

  /**
   * An update takes as much as the larger of the item before and after it, a refused one as much as
   * the item that refused:
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html, 2026-11
   */
  #noteWrite(pk: string, after: number): void {
    this.#writeUnits += writeUnitsOf(Math.max(this.#bytesOf(pk), after));
    this.#largest = Math.max(this.#largest, after);
    this.#bytes.set(pk, after);
  }

  #noteRefusal(input: object): void {
    const pk = 'Key' in input ? keyOf(input.Key) : '';
    this.#writeUnits += writeUnitsOf(this.#bytesOf(pk));
  }
}

const keyOf = (key: unknown): string => {
  const pk = typeof key === 'object' && key !== null && 'pk' in key ? key.pk : undefined;
  const text = typeof pk === 'object' && pk !== null && 'S' in pk ? pk.S : undefined;
  return typeof text === 'string' ? text : '';
};

export interface VirtualRun extends TrafficOptions {
  readonly contender: ContenderName;
  readonly callers: number;
  readonly patience: number;
}

export interface VirtualOutcome extends Outcome {
  readonly contender: ContenderName;
  readonly callers: number;
  readonly virtualSeconds: number;
  readonly metered: Metered;
}

/**
 * With `isLocal` every request has its own way, so that the requests of two calls to several shards
 * mix; what then happens between two of them makes only denials at rest certain.
 * Nothing in it depends on this machine: the same seed gives the same outcome everywhere. */
export async function runVirtually(run: VirtualRun): Promise<VirtualOutcome> {
  const { contender, callers, patience, seed } = run;
  const scheduler = new Scheduler(START, randomOf(seed, 'order'), () => undefined);
  const clock = { now: () => scheduler.now };
  const traffic = trafficOf(run);
  const random = randomOf(seed, 'way');
  const way = () => scheduler.sleep(random.integer(1, 4));
  const table = new MeteredTable(run.isLocal ? way : undefined);
  const running = runCallers({
    traffic,
    contender: contenderNamed(contender, traffic, table, clock),
    callers,
    patience,
    waiting: scheduler,
  });
  // Whatever fails is thrown below, once nothing waits any more.
  running.catch(() => undefined);
  await scheduler.run();
  return {
    contender,
    callers,
    ...(await running),
    virtualSeconds: (scheduler.now - START) / 1000,
    metered: table.metered(),
  };
}
