/** The three ways to hold a limit, as they meet the traffic. */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from '../../../adapters/dynamodb-ledger.ts';
import { accountKey } from '../../../core/ledger/account-keys.ts';
import { reserve } from '../../../core/ledger/reserve.ts';
import type { ReserveRequest } from '../../../core/ledger/reserve-request.ts';
import { settle } from '../../../core/ledger/settle.ts';
import { shardNumbers } from '../../../core/ledger/shard-layout.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import type { Clock, EpochMs } from '../../../core/time.ts';
import { type Call, MODEL, SCOPE, type Traffic } from './traffic.ts';

/** Notes what an approved call really cost, once it has ended. */
export type Settle = () => Promise<void>;

export interface Contender {
  /** @returns undefined when the call is denied. */
  decide(call: Call): Promise<Settle | undefined>;
  /** Amount that it counted as spent, nano-USD; compared with what was spent once all is at rest. */
  counted(): Promise<number>;
}

export interface Table {
  readonly client: DynamoDBClient;
  readonly name: string;
}

export const CONTENDERS = ['ledger', 'read-then-write', 'counter-2min', 'counter-5min'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

export const LABELS: Readonly<Record<ContenderName, string>> = {
  ledger: 'this ledger',
  'read-then-write': 'read, then write',
  'counter-2min': 'counter, 2 min late',
  'counter-5min': 'counter, 5 min late',
};

const MINUTE_MS = 60_000;

export function contenderNamed(
  name: ContenderName,
  traffic: Traffic,
  table: Table,
  clock: Clock,
): Contender {
  switch (name) {
    case 'ledger':
      return ledger(traffic, table, clock);
    case 'read-then-write':
      return readThenWrite(traffic, table);
    case 'counter-2min':
      return laggingCounter(traffic, clock, 2 * MINUTE_MS);
    case 'counter-5min':
      return laggingCounter(traffic, clock, 5 * MINUTE_MS);
  }
}

export const reserveRequestOf = (
  policy: Policy,
  { id, attemptId, worstCase }: Call,
  now: EpochMs,
): ReserveRequest => ({
  policy,
  scope: SCOPE,
  candidates: [{ model: MODEL, worstCase }],
  reservationId: id,
  attemptId,
  now,
  endsBy: now,
});

/** The product itself: its reserving and settling, over its adapter. */
function ledger({ policy }: Traffic, table: Table, clock: Clock): Contender {
  const store = new DynamoDbLedger(table.client, table.name, clock);
  const owner = { kind: 'costCenter', name: SCOPE.costCenter } as const;
  const accounts = shardNumbers(policy.ledger.shards).map((shard) => accountKey(owner, shard));
  return {
    decide: async (call) => {
      const decision = await reserve(store, reserveRequestOf(policy, call, clock.now()));
      if (decision.outcome === 'conflict') throw new Error(`two calls have the id ${call.id}`);
      if (decision.outcome === 'denied') return undefined;
      return async () => void (await settle(store, decision.reservation, call.actual));
    },
    counted: async () => {
      const counters = [...(await store.read(accounts)).values()].flatMap((each) => [
        ...each.values(),
      ]);
      return counters.reduce((sum, { settled }) => sum + settled, 0);
    },
  };
}

/**
 * Reads what is spent, decides, and adds the cost when the call has ended. In its favour it asks
 * for room for the worst case, reads consistently, and adds atomically.
 */
function readThenWrite({ limitNanoUsd }: Traffic, { client, name }: Table): Contender {
  const target = { TableName: name, Key: { pk: { S: 'account#spent' }, sk: { S: 'counters' } } };
  const counted = async () => {
    const { Item } = await client.send(new GetItemCommand({ ...target, ConsistentRead: true }));
    return Number(Item?.spent?.N ?? 0);
  };
  return {
    decide: async ({ worstCase, actual }) => {
      if ((await counted()) + worstCase.usd > limitNanoUsd) return undefined;
      return async () => {
        const UpdateExpression = 'ADD spent :cost';
        const ExpressionAttributeValues = { ':cost': { N: String(actual.usd) } };
        const input = { ...target, UpdateExpression, ExpressionAttributeValues };
        await client.send(new UpdateItemCommand(input));
      };
    },
    counted,
  };
}

/**
 * A metric that shows what was spent some minutes ago. In its favour it counts money instead of
 * tokens, misses nothing, does not round to whole periods, and room is asked for the worst case.
 */
function laggingCounter({ limitNanoUsd }: Traffic, clock: Clock, lagMs: number): Contender {
  const hidden: { readonly at: number; readonly cost: number }[] = [];
  let shown = 0;
  let next = 0;
  const showUntil = (at: number) => {
    for (let entry = hidden[next]; entry && entry.at <= at; entry = hidden[next]) {
      shown += entry.cost;
      next += 1;
    }
  };
  return {
    decide: async ({ worstCase, actual }) => {
      showUntil(clock.now() - lagMs);
      if (shown + worstCase.usd > limitNanoUsd) return undefined;
      return async () => void hidden.push({ at: clock.now(), cost: actual.usd });
    },
    counted: async () => hidden.reduce((sum, { cost }) => sum + cost, 0),
  };
}
