/** Conditions that hold once every call has ended and every lease is over. */

import { parseAlertStates } from '../../adapters/dynamodb-ledger-expressions.ts';
import { ownerKeyOfAccount, splitCounterKey } from '../../core/ledger/account-keys.ts';
import { ownerPrefix } from './callers.ts';
import type { Item } from './dynamodb/values.ts';
import type { Oracle, Truth } from './oracle.ts';
import type { LimitPlan, Plan } from './plan.ts';
import { amountIn, ceilingOf, type ModelName, periodOf } from './policies.ts';
import type { SimulatedRun } from './simulated-run.ts';
import { Violation } from './violation.ts';

/** Within the three windows kept and the last hour; the final sweeps come half an hour late. */
const WATCHED_MS = {
  minute: 0,
  hour: 3_000_000,
  day: 3_000_000,
  week: 3_000_000,
  month: 3_000_000,
  total: 0,
} as const;

/** I2, I3 and I6 at rest: each delivery was settled once, at exactly what it used. */
export function checkAtRest(plan: Plan, oracle: Oracle, items: readonly Item[]): void {
  for (const item of items) {
    const left = Object.keys(item).filter((name) => name.startsWith('r_'));
    if (left.length > 0) throw new Violation('I2', `${item.pk?.S} still holds ${left}`);
  }
  for (const [id, { committed, settled }] of oracle.totals) {
    if (committed !== settled) {
      throw new Violation('I2', `${id} rests at ${committed} committed, ${settled} settled`);
    }
  }
  for (const truth of oracle.truths.values()) {
    for (const id of truth.everHeld) checkCharged(plan, truth, id);
    for (const id of truth.settled.keys()) checkCharged(plan, truth, id);
    checkComplete(plan, truth);
  }
}

function checkCharged(plan: Plan, truth: Truth, id: string): void {
  const settled = truth.settled.get(id) ?? 0;
  const committed = truth.committed.get(id) ?? 0;
  if (committed !== settled) {
    throw new Violation('I2', `${truth.call.id} rests at ${committed} and ${settled} on ${id}`);
  }
  // Denied in one window and served in the next: it is charged in that one, and only there.
  if (isChargedElsewhere(truth, id)) {
    if (settled === 0) return;
    throw new Violation('I3', `${truth.call.id} was charged on ${id} and in another window`);
  }
  const once = allowedCharges(plan, truth, id);
  // The second of two ends with its lease.
  const allowed = truth.heldTwice.has(id)
    ? once.flatMap((charge) => [charge, charge + worstOn(plan, truth, id)])
    : once;
  // Held in several shards, a part may be settled and the rest left to the lease.
  const isBetween = settled >= Math.min(...allowed) && settled <= Math.max(...allowed);
  const isMixed = isSharded(plan) && allowed.length > 1 && isBetween;
  if (!allowed.includes(settled) && !isMixed) {
    const what = `${truth.call.id} was charged ${settled} on ${id}, not ${allowed.join(' or ')}`;
    throw new Violation(allowed.length === 1 ? 'I6' : 'I3', what);
  }
}

const isChargedElsewhere = (truth: Truth, id: string): boolean =>
  [...truth.settled].some(
    ([other, amount]) => other !== id && limitNameOf(other) === limitNameOf(id) && amount > 0,
  );

/** `<owner>/<limit>` of `<owner>/<limit>_<period>`. */
const limitNameOf = (id: string): string => id.slice(0, id.lastIndexOf('_'));

const isSharded = ({ shards, changes }: Plan): boolean =>
  [{ shards }, ...changes].some((each) => (each.shards ?? 1) > 1);

/** Every recorded denial and fallback was published, and is recorded as published. */
export function checkAlertStates(
  { oracle, versions, scheduler }: SimulatedRun,
  items: readonly Item[],
): void {
  for (const item of items) {
    const owner = ownerKeyOfAccount(item.pk?.S ?? '');
    for (const [key, marks] of parseAlertStates(item)) {
      const { limitName, periodName } = splitCounterKey(key);
      const limit = versions
        .at(-1)
        ?.limits.find((each) => each.owner === owner && each.name === limitName);
      if (!limit || !isWatched(periodName, limit.window, scheduler.now)) continue;
      for (const [mark, isPublished] of marks) {
        const idOf = (each: string) => `${owner}/${limitName}/${periodName}/${each}`;
        const event = idOf(mark);
        // After an alert of a fast rate, one of a slow rate is not needed.
        const events = mark === 'burn-slow' ? [event, idOf('burn-fast')] : [event];
        if (isPublished && events.some((each) => oracle.published.has(each))) continue;
        throw new Violation(
          'alerts',
          `${event} is recorded${isPublished ? ' as published' : ''}, and was not published`,
        );
      }
    }
  }
}

/** Every threshold that settled usage has reached was published, whatever failed on the way. */
export function checkPublished({ oracle, versions, scheduler }: SimulatedRun): void {
  for (const { owner, name, window, amount, notifyAt = [], per } of versions.at(-1)?.limits ?? []) {
    // Only the next call of the user publishes what a call could not.
    if (per) continue;
    for (const [id, { settled }] of oracle.totals) {
      const period = id.slice(`${owner}/${name}_`.length);
      if (id !== `${owner}/${name}_${period}` || !isWatched(period, window, scheduler.now))
        continue;
      for (const percent of notifyAt) {
        if (BigInt(settled) * 100n < BigInt(amount) * BigInt(percent)) continue;
        const event = `${owner}/${name}/${period}/${percent}`;
        if (oracle.published.has(event)) continue;
        throw new Violation('thresholds', `${event} was reached by ${settled} and never published`);
      }
    }
  }
}

/** The sweep looks back one hour, and as many windows as are kept. */
function isWatched(period: string, window: LimitPlan['window'], now: number): boolean {
  return period >= periodOf(window, now - WATCHED_MS[window]);
}

function limitOf(plan: Plan, id: string): LimitPlan {
  const limit = plan.limits.find((each) => {
    const name = limitNameOf(id);
    return name.startsWith(ownerPrefix(each)) && name.endsWith(`/${each.name}`);
  });
  if (!limit) throw new Violation('I3', `${id} belongs to no limit`);
  return limit;
}

/** Outcome of the sweep for a reservation that was not settled. */
const swept = (plan: Plan, worst: number): number => (plan.expired === 'charge' ? worst : 0);

function allowedCharges(plan: Plan, truth: Truth, id: string): readonly number[] {
  const { unit } = limitOf(plan, id);
  const inUnit = (model: ModelName, tokens: { input: number; output: number } | undefined) =>
    tokens ? amountIn(unit, model, tokens) : 0;
  const { decision, model, billed, settlements, worst } = truth;
  if (decision === 'denied') return [0];
  // In another shard a late write of the step's first run can wait for its lease.
  if (truth.isReleasedTooLarge && !isSharded(plan)) return [0];
  if (decision === undefined || decision === 'other' || !model) {
    // Whether something was reserved is not known to the caller; then the lease settles it.
    const every = (['big', 'small'] as const).map((each) => swept(plan, inUnit(each, worst[each])));
    // A release whose answer was lost may have taken effect.
    const isSure = decision === 'approved' && !settlements.has('pending');
    return settlements.has('released') ? [0] : isSure ? every : [0, ...every];
  }
  // Reserved for the expensive model and released; the cheap one has nothing to do with this limit.
  if (ceilingOf(limitOf(plan, id), truth.call, model) === undefined) return [0];
  const actual = inUnit(model, billed?.tokens);
  const left = swept(plan, inUnit(model, worst[model]));
  if (billed?.isKnown) {
    const charged = billed.isUnreadable ? inUnit(model, worst[model]) : actual;
    if (settlements.has('settled')) return [charged];
    // Its answer may have been lost on the way to the recording step.
    if (settlements.has('worst_case') && truth.call.execution !== 'stream')
      return [inUnit(model, worst[model])];
    return decision === 'unreserved' ? [charged, left, 0] : [charged, left];
  }
  const isSettled = settlements.size > 0 && !settlements.has('pending');
  if (truth.isRefusalRecorded && isSettled) return [0];
  if (settlements.has('released')) return [0];
  if (billed) return decision === 'unreserved' ? [left, 0] : [left];
  return [0, left];
}

const worstOn = (plan: Plan, { call, model, worst }: Truth, id: string): number => {
  const alias = model ?? call.model;
  return swept(
    plan,
    amountIn(limitOf(plan, id).unit, alias, worst[alias] ?? { input: 0, output: 0 }),
  );
};

/** A call that was settled must be so on every limit at once, the same on all. */
function checkComplete(plan: Plan, truth: Truth): void {
  if (!truth.billed?.isKnown || truth.decision !== 'approved') return;
  for (const id of truth.everHeld) {
    if (isChargedElsewhere(truth, id)) continue;
    const settled = truth.settled.get(id) ?? 0;
    if (settled === 0 && plan.expired === 'charge' && limitOf(plan, id).unit === 'requests') {
      throw new Violation('I3', `${truth.call.id} was answered and never charged on ${id}`);
    }
  }
}
