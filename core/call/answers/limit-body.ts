/** A limit in an answer. */
import type { DenyingLimit } from '../../ledger/denial.ts';
import type { LimitStatus } from '../../ledger/settle.ts';
import { formatUsd } from '../../money.ts';
import { ownerKey } from '../../policy/limit-owners.ts';
import type { Unit } from '../../policy/policy.ts';

/** Integers in the limit's unit; USD also as decimals. */
export interface LimitBody {
  readonly owner: string;
  readonly name: string;
  readonly window: string;
  readonly unit: Unit;
  readonly limit: number;
  readonly used?: number;
  readonly reserved?: number;
  readonly resetsAt: string | null;
  readonly usd?: Readonly<Record<string, string>>;
}

/** The limit that denied a call. */
export interface DenyingLimitBody extends LimitBody {
  readonly requested: number;
  readonly reason: DenyingLimit['reason'];
  readonly ceilingPercent?: number;
}

export function limitBody({ limit, used, reserved, resetsAt }: LimitStatus): LimitBody {
  const amounts = {
    limit: limit.amount,
    ...(used !== undefined && { used }),
    ...(reserved !== undefined && { reserved }),
  };
  return { ...nameOf(limit), ...amounts, resetsAt, ...decimals(limit.unit, amounts) };
}

export function denyingLimitBody(limit: DenyingLimit): DenyingLimitBody {
  const { limit: amount, used, reserved, requested, resetsAt, ceilingPercent, unit } = limit;
  const amounts = { limit: amount, used, reserved, requested };
  return {
    ...nameOf(limit),
    ...amounts,
    reason: limit.reason,
    resetsAt,
    ...(ceilingPercent !== undefined && { ceilingPercent }),
    ...decimals(unit, amounts),
  };
}

const nameOf = ({
  owner,
  name,
  window,
  unit,
}: Pick<DenyingLimit, 'owner' | 'name' | 'window' | 'unit'>) => ({
  owner: ownerKey(owner),
  name,
  window,
  unit,
});

function decimals(unit: Unit, amounts: Readonly<Record<string, number>>) {
  if (unit !== 'usd') return {};
  const entries = Object.entries(amounts).map(([name, amount]) => [name, formatUsd(amount)]);
  return { usd: Object.fromEntries(entries) };
}
