/**
 * DynamoDB write capacity that one call takes, measured on items with many reservations in
 * them, and what one account sustains with that, computed.
 */
import { contenderNamed } from './contenders.ts';
import { START, type Traffic, trafficOf } from './traffic.ts';
import { MeteredTable, writeUnitsOf } from './virtual.ts';

/** One call more on an account with so many reservations in flight. */
export interface WriteCost {
  readonly inFlight: number;
  /** With the call's own reservation in it. */
  readonly itemBytes: number;
  readonly writesPerCall: number;
  readonly unitsToReserve: number;
  readonly unitsToSettle: number;
  /** Of a call that is refused; it makes one write, in vain. */
  readonly unitsToRefuse: number;
}

/** Calls per second of one account: computed, not measured. */
export interface Sustained {
  readonly shards: number;
  readonly callSeconds: number;
  readonly callsPerSecond: number;
  readonly inFlightPerShard: number;
  readonly unitsPerCall: number;
}

/**
 * Write units per second that DynamoDB gives a partition, and so an item:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html, 2026-11
 */
const UNITS_PER_SECOND = 1_000;
/** Far more than all the reservations take. */
const AMPLE_USD = 1_000_000;

export async function measureWriteCost(seed: number, inFlight: number): Promise<WriteCost> {
  const table = new MeteredTable();
  const clock = { now: () => START };
  const traffic = trafficOf({ seed, limitUsd: AMPLE_USD });
  const { decide } = contenderNamed('ledger', traffic, table, clock);
  const reserveNext = async (index: number) => {
    const settle = await decide(traffic.callOf(0, index));
    if (!settle) throw new Error('an ample limit denies nothing');
    return settle;
  };
  // Once settled the account has all its counters, as it has for most of a window.
  await (await reserveNext(0))();
  for (let index = 1; index <= inFlight; index++) await reserveNext(index);
  const before = table.metered();
  const settle = await reserveNext(inFlight + 1);
  const reserved = table.metered();
  const itemBytes = table.onlyItemBytes();
  await settle();
  const settled = table.metered();
  return {
    inFlight,
    itemBytes,
    writesPerCall: settled.writes - before.writes,
    unitsToReserve: reserved.writeUnits - before.writeUnits,
    unitsToSettle: settled.writeUnits - reserved.writeUnits,
    unitsToRefuse: await measureRefusal(traffic, table, inFlight),
  };
}

/** A call that asks for more than the whole limit meets the same item. */
async function measureRefusal(traffic: Traffic, table: MeteredTable, inFlight: number) {
  const { decide } = contenderNamed('ledger', traffic, table, { now: () => START });
  const call = traffic.callOf(0, inFlight + 2);
  const usd = traffic.limitNanoUsd + 1;
  const before = table.metered().writeUnits;
  if (await decide({ ...call, worstCase: { ...call.worstCase, usd } })) {
    throw new Error('more than the limit was reserved');
  }
  return table.metered().writeUnits - before;
}

/**
 * By Little's law `rate * seconds` calls are in flight, and each makes the item larger and so every
 * write more expensive: the highest rate at which the writes still fit. Sizes between the measured
 * ones are interpolated.
 */
export function sustained(
  costs: readonly WriteCost[],
  shards: number,
  callSeconds: number,
): Sustained {
  const unitsAt = (rate: number): number => 2 * writeUnitsOf(bytesAt(costs, rate * callSeconds));
  let low = 0;
  let high = UNITS_PER_SECOND;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (middle * unitsAt(middle) <= UNITS_PER_SECOND) low = middle;
    else high = middle;
  }
  return {
    shards,
    callSeconds,
    callsPerSecond: Math.floor(low * shards),
    inFlightPerShard: Math.floor(low * callSeconds),
    unitsPerCall: unitsAt(low),
  };
}

function bytesAt(costs: readonly WriteCost[], inFlight: number): number {
  const sorted = [...costs].sort((a, b) => a.inFlight - b.inFlight);
  const above = Math.max(
    1,
    sorted.findIndex((cost) => cost.inFlight >= inFlight),
  );
  const [left, right] = [sorted[above - 1], sorted[above]];
  if (!left || !right) throw new Error('two sizes are needed to tell those between them');
  const slope = (right.itemBytes - left.itemBytes) / (right.inFlight - left.inFlight);
  return left.itemBytes + slope * (inFlight - left.inFlight);
}
