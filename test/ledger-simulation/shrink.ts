/**
 * Makes a failing plan smaller: takes pieces away for as long as it still fails in the same way.
 */
import type { CallPlan, Plan } from './plan.ts';
import { runPlan } from './run.ts';
import type { RunOptions, RunResult } from './simulated-run.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly tries: number;
}

/** Bounds the time: each try is a whole run. */
const TRIES_MAX = 600;

export async function shrink(plan: Plan, result: RunResult, options: RunOptions): Promise<Shrunk> {
  let best = { plan, result };
  let tries = 0;
  const stillFails = async (smaller: Plan): Promise<boolean> => {
    tries += 1;
    const again = await runPlan(smaller, options);
    if (again.violation?.invariant !== result.violation?.invariant) return false;
    best = { plan: smaller, result: again };
    return true;
  };
  for (let isSmaller = true; isSmaller && tries < TRIES_MAX; ) {
    isSmaller = false;
    for (const smaller of smallerPlans(best.plan)) {
      if (tries >= TRIES_MAX) break;
      // Later candidates were made from the larger plan, so begin again after each success.
      if (await stillFails(smaller)) {
        isSmaller = true;
        break;
      }
    }
  }
  return { ...best, tries };
}

/** From the coarsest cut to the finest. */
function* smallerPlans(plan: Plan): Generator<Plan> {
  for (const calls of without(plan.calls)) yield { ...plan, calls };
  for (const sweeps of without(plan.sweeps)) yield { ...plan, sweeps };
  for (const crashes of without(plan.crashes)) yield { ...plan, crashes };
  for (const changes of without(plan.changes)) yield { ...plan, changes };
  for (const limits of without(plan.limits)) if (limits.length > 0) yield { ...plan, limits };
  for (const [i, call] of plan.calls.entries()) {
    for (const simpler of simplerCalls(call)) {
      yield { ...plan, calls: plan.calls.map((each, at) => (at === i ? simpler : each)) };
    }
  }
  if (plan.shards > 1) yield { ...plan, shards: 1 };
  if (plan.hosts.some((skew) => skew !== 0)) yield { ...plan, hosts: plan.hosts.map(() => 0) };
  if (plan.latency > 0) yield { ...plan, latency: 0 };
  if (!plan.allOld) yield { ...plan, allOld: true };
}

/** The list without its halves, quarters, ..., single elements. */
function* without<T>(list: readonly T[]): Generator<readonly T[]> {
  for (
    let size = Math.ceil(list.length / 2);
    size >= 1;
    size = size > 1 ? Math.ceil(size / 2) : 0
  ) {
    for (let from = 0; from < list.length; from += size) {
      yield [...list.slice(0, from), ...list.slice(from + size)];
    }
  }
}

function* simplerCalls(call: CallPlan): Generator<CallPlan> {
  const faults = Object.entries(call.faults);
  if (faults.length > 0) yield { ...call, faults: {} };
  for (const rest of without(faults)) {
    if (rest.length > 0) yield { ...call, faults: Object.fromEntries(rest) };
  }
  if (call.pauses.some((pause) => pause > 0)) yield { ...call, pauses: [0, 0, 0] };
  if (call.stream) {
    const { leavesAfter: _, crashesAt: __, ...stream } = call.stream;
    if (_ !== undefined || __ !== undefined) yield { ...call, stream };
    if (stream.end !== 'whole') yield { ...call, stream: { ...call.stream, end: 'whole' } };
    if (stream.events > 1) yield { ...call, stream: { ...call.stream, events: 1 } };
  }
  if (call.isTooLarge) yield { ...call, isTooLarge: false };
  if (call.execution === 'workflow') yield { ...call, execution: 'direct' };
  for (const answers of without(call.answers)) if (answers.length > 0) yield { ...call, answers };
}
