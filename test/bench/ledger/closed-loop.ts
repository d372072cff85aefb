/** Callers in a closed loop: each asks, waits for the answer, and asks again. */
import type { Contender } from './contenders.ts';
import { type Denials, Spending } from './spending.ts';
import { type Call, callAsking, type Traffic } from './traffic.ts';

export interface Waiting {
  sleep(milliseconds: number): Promise<void>;
}

export interface ClosedLoop {
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
  /** With nothing in flight, a call for exactly what was left was denied. */
  readonly refusesWhatIsLeft: boolean;
}

/** Plays until every caller has given up, then asks for all that is left. */
export async function runCallers(run: ClosedLoop): Promise<Outcome> {
  const { traffic, contender, callers } = run;
  const spending = new Spending(traffic.limitNanoUsd);
  await Promise.all(
    Array.from({ length: callers }, (_, caller) => callInLoop(run, spending, caller)),
  );
  const refusesWhatIsLeft = !(await grantsWhatIsLeft(run, spending));
  const counted = await contender.counted();
  if (counted !== spending.settled) {
    throw new Error(`${counted} nano-USD were counted, and ${spending.settled} were spent`);
  }
  return { ...outcomeOf(spending), refusesWhatIsLeft };
}

async function callInLoop(run: ClosedLoop, spending: Spending, caller: number): Promise<void> {
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
async function callOnce(run: ClosedLoop, spending: Spending, call: Call): Promise<boolean> {
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

/** At rest; one nano-USD more is asked for first, and would show as overshoot. */
async function grantsWhatIsLeft(run: ClosedLoop, spending: Spending): Promise<boolean> {
  const left = spending.limit - spending.settled;
  if (left < 0) return true;
  await callOnce(run, spending, callAsking('too much', left + 1, left + 1));
  return left === 0 || callOnce(run, spending, callAsking('what is left', left, 0));
}

function outcomeOf(spending: Spending): Omit<Outcome, 'refusesWhatIsLeft'> {
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
