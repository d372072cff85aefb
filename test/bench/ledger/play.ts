/** Callers in a closed loop: each asks, waits for the answer, and asks again. */
import type { Contender } from './contenders.ts';
import { type Denials, Spending } from './spending.ts';
import { type Call, callAsking, type Traffic } from './traffic.ts';

export interface Waiting {
  sleep(milliseconds: number): Promise<void>;
}

export interface Play {
  readonly traffic: Traffic;
  readonly contender: Contender;
  readonly callers: number;
  /** A caller gives up after this many denials in a row. */
  readonly patience: number;
  readonly waiting: Waiting;
}

export interface Outcome {
  readonly limitNanoUsd: number;
  readonly spentNanoUsd: number;
  readonly overshootNanoUsd: number;
  readonly overshootPercent: number;
  /** Spent, in percent of the limit. */
  readonly utilizationPercent: number;
  readonly approved: number;
  readonly denied: number;
  readonly denials: Denials;
  readonly mostInFlight: number;
}

/** Plays until every caller has given up, then probes the line at rest. */
export async function play(run: Play): Promise<Outcome> {
  const { traffic, contender, callers } = run;
  const spending = new Spending(traffic.limitNanoUsd);
  await Promise.all(
    Array.from({ length: callers }, (_, caller) => callInLoop(run, spending, caller)),
  );
  await probe(run, spending);
  const counted = await contender.counted();
  if (counted !== spending.settled) {
    throw new Error(`${counted} nano-USD were counted, and ${spending.settled} were spent`);
  }
  return outcomeOf(spending);
}

async function callInLoop(run: Play, spending: Spending, caller: number): Promise<void> {
  let refusals = 0;
  for (let index = 0; refusals < run.patience; index++) {
    const call = run.traffic.callOf(caller, index);
    refusals = (await callOnce(run, spending, call)) ? 0 : refusals + 1;
  }
}

/**
 * In virtual time a decision and the write after it are one moment each: nothing else happens
 * between them and what is noted of them.
 */
async function callOnce(run: Play, spending: Spending, call: Call): Promise<boolean> {
  const { contender, waiting } = run;
  await waiting.sleep(call.thinkMs);
  await waiting.sleep(call.wayMs);
  const settle = await contender.decide(call);
  if (settle) spending.approve(call);
  else spending.deny(call);
  await waiting.sleep(call.wayMs);
  if (!settle) return false;
  await waiting.sleep(call.modelMs);
  await waiting.sleep(call.wayMs);
  await settle();
  spending.settle(call);
  await waiting.sleep(call.wayMs);
  return true;
}

/** With nothing in flight, one nano-USD too much must be refused, and exactly what is left not. */
async function probe(run: Play, spending: Spending): Promise<void> {
  const left = spending.limit - spending.settled;
  if (left < 0) return;
  await callOnce(run, spending, callAsking('too much', left + 1, left + 1));
  if (left > 0) await callOnce(run, spending, callAsking('what is left', left, 0));
}

function outcomeOf(spending: Spending): Outcome {
  const { limit, settled, approved, denials, mostInFlight } = spending;
  const overshoot = Math.max(0, settled - limit);
  const { founded, unfounded, transient, ownWorstCase } = denials;
  return {
    limitNanoUsd: limit,
    spentNanoUsd: settled,
    overshootNanoUsd: overshoot,
    overshootPercent: (100 * overshoot) / limit,
    utilizationPercent: (100 * settled) / limit,
    approved,
    denied: founded + unfounded + transient + ownWorstCase,
    denials,
    mostInFlight,
  };
}
