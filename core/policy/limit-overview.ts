/** Limits as an operator names and sees them: `sales/monthly-budget`, with what overrides it. */

import { quoted } from '../safe-text.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import type { EpochMs } from '../time.ts';
import { dependsOnGroups, limitOfHolder } from './limit-of-holder.ts';
import { ownerKey } from './limit-owners.ts';
import { overrideKey } from './override-items.ts';
import { limitInForce, limitOfHolderInForce } from './overrides.ts';
import type { Holder, Limit, Owner, Per, Policy } from './policy.ts';

/** A limit as it is configured and as it is in force. Amounts in its unit; nano-USD for usd. */
export interface LimitOverview
  extends Pick<Limit, 'name' | 'window' | 'unit' | 'mode' | 'scope' | 'per'>,
    Partial<Readonly<Record<Per, string>>> {
  /** Amounts of groups and users, where it is the limit of everyone. */
  readonly groups?: Readonly<Record<string, number>>;
  readonly users?: Readonly<Record<string, number>>;
  /** The user's amount depends on groups that are not known here; this is the smallest. */
  readonly isOfGroups?: true;
  /** As an operator writes it: `sales/monthly-budget`. */
  readonly limit: string;
  /** As denials name it: `costCenter#sales`. */
  readonly owner: string;
  readonly configured: number;
  readonly inForce: number;
  readonly override?: {
    readonly action: 'raise' | 'lower';
    /** Null: without an end. */
    readonly until: string | null;
    readonly reason: string;
    readonly author: string;
    readonly createdAt: string;
  };
}

/** `sales`, `model:haiku` or `organization`; a cost center of that name is written in full. */
function ownerReference({ kind, name }: Owner): string {
  if (kind === 'model') return `model:${name}`;
  return kind === 'costCenter' && name === 'organization' ? `costCenter:${name}` : name;
}

export const limitReference = ({ owner, name }: Pick<Limit, 'owner' | 'name'>): string =>
  `${ownerReference(owner)}/${name}`;

/** @param named as whose limit it is shown, if each of its kind has a counter of the limit. */
export function limitOverview(
  given: Limit,
  policy: Policy,
  now: EpochMs,
  named?: Holder,
): LimitOverview {
  const holder = named && given.per === named.kind ? named : null;
  const limit = holder ? limitOfHolder(given, holder, undefined) : given;
  const { owner, name, window, unit, mode, scope, amount, per } = limit;
  const override = overrideOf(limit, policy, now);
  const inForce = holder
    ? limitOfHolderInForce(given, policy, now, { holder })
    : limitInForce(limit, policy, now);
  const isOfGroups = holder && !override && dependsOnGroups(given, holder);
  return {
    limit: limitReference(limit),
    owner: ownerKey(owner),
    name,
    window,
    unit,
    mode,
    scope: { ...scope },
    configured: amount,
    inForce: inForce.amount,
    ...(per && { per }),
    ...(holder ? { [holder.kind]: holder.name } : amountsOf(given)),
    ...(isOfGroups && { isOfGroups: true as const }),
    ...(override && { override }),
  };
}

const amountsOf = ({ groups, users }: Limit): Pick<LimitOverview, 'groups' | 'users'> => ({
  ...(groups && { groups: Object.fromEntries(groups) }),
  ...(users && { users: Object.fromEntries(users) }),
});

function overrideOf(limit: Limit, policy: Policy, now: EpochMs): LimitOverview['override'] {
  const key = overrideKey(limit);
  const record = policy.overrideRecords.findLast((each) => each.key === key);
  const override = policy.overrides.get(key);
  if (!record || !override || override.until <= now) return undefined;
  const { action, until, reason, author, createdAt } = record;
  if (action === 'reset') return undefined;
  return { action, until: until ?? null, reason, author, createdAt };
}

/**
 * The limits a reference means: one (`sales/monthly-budget`), or all of an owner (`sales`).
 * @returns what is wrong with it, as a string, when there is none.
 */
export function selectLimits<Each extends Pick<LimitOverview, 'limit'>>(
  limits: readonly Each[],
  reference: string,
): readonly Each[] | string {
  const [owner = '', ...rest] = reference.split('/');
  const own = limits.filter(({ limit }) => limit.startsWith(`${owner}/`));
  if (own.length === 0) {
    const named = limits.find(({ limit }) => limit.endsWith(`/${reference}`));
    return named
      ? `${quoted(reference)} names no owner: did you mean ${quoted(named.limit)}?`
      : unknownValueMessage('owner of limits', owner, ownersOf(limits));
  }
  if (rest.length === 0) return own;
  const found = own.filter(({ limit }) => limit === reference);
  if (found.length > 0) return found;
  return unknownValueMessage(
    'limit',
    reference,
    own.map(({ limit }) => limit),
  );
}

const ownersOf = (limits: readonly Pick<LimitOverview, 'limit'>[]): readonly string[] => [
  ...new Set(limits.map(({ limit }) => limit.split('/')[0] ?? limit)),
];
