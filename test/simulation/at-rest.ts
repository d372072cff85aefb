/** What must be true once every call has ended and every lease is over. */

import type { Item } from './dynamodb/values.ts';
import { type Oracle, type Truth, Violation } from './oracle.ts';
import type { Plan } from './plan.ts';
import { amountIn, type ModelName } from './policies.ts';

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
  const allowed = allowedCharges(plan, truth, id);
  if (!allowed.includes(settled)) {
    const what = `${truth.call.id} was charged ${settled} on ${id}, not ${allowed.join(' or ')}`;
    throw new Violation(allowed.length === 1 ? 'I6' : 'I3', what);
  }
}

function unitOf(plan: Plan, id: string) {
  const limit = plan.limits.find(({ owner, name }) => id.startsWith(`${owner}/${name}_`));
  if (!limit) throw new Violation('I3', `${id} belongs to no limit`);
  return limit.unit;
}

/** What the sweep makes of a reservation nobody settled. */
const swept = (plan: Plan, worst: number): number => (plan.expired === 'charge' ? worst : 0);

function allowedCharges(plan: Plan, truth: Truth, id: string): readonly number[] {
  const unit = unitOf(plan, id);
  const inUnit = (model: ModelName, tokens: { input: number; output: number } | undefined) =>
    tokens ? amountIn(unit, model, tokens) : 0;
  const { decision, model, billed, settlements, worst } = truth;
  if (decision === 'denied') return [0];
  if (decision === undefined || decision === 'other' || !model) {
    // Whether something was reserved is not known to the caller; then the lease settles it.
    const every = (['big', 'small'] as const).map((each) => swept(plan, inUnit(each, worst[each])));
    const isSure = decision === 'approved';
    return settlements.has('released') ? [0] : isSure ? every : [0, ...every];
  }
  const actual = inUnit(model, billed?.tokens);
  const left = swept(plan, inUnit(model, worst[model]));
  if (billed?.isKnown) {
    const isAcknowledged = settlements.has('settled') || settlements.has('settledLate');
    if (isAcknowledged) return [actual];
    return decision === 'unreserved' ? [actual, left, 0] : [actual, left];
  }
  if (settlements.has('released')) return [0];
  if (billed) return decision === 'unreserved' ? [left, 0] : [left];
  return [0, left];
}

/** A call that was settled must be so on every limit at once, the same on all. */
function checkComplete(plan: Plan, truth: Truth): void {
  if (!truth.billed?.isKnown || truth.decision !== 'approved') return;
  for (const id of truth.everHeld) {
    const settled = truth.settled.get(id) ?? 0;
    if (settled === 0 && plan.expired === 'charge' && unitOf(plan, id) === 'requests') {
      throw new Violation('I3', `${truth.call.id} was answered and never charged on ${id}`);
    }
  }
}
