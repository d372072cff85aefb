/** The owners of limits: their keys, and the limits of each. */
import {
  type CostCenter,
  type Limit,
  type Model,
  ORGANIZATION,
  type Owner,
  type Policy,
} from './policy.ts';

export interface OwnerLimits {
  readonly owner: Owner;
  readonly limits: readonly Limit[];
}

export const costCenterLimits = ({ name, limits }: CostCenter): OwnerLimits => ({
  owner: { kind: 'costCenter', name },
  limits,
});

export const modelLimits = ({ alias, limits }: Model): OwnerLimits => ({
  owner: { kind: 'model', name: alias },
  limits,
});

export const organizationLimits = ({ organization }: Policy): OwnerLimits => ({
  owner: ORGANIZATION,
  limits: organization.limits,
});

/** Cost centers, models, the organization: also those without limits. */
export const allOwnerLimits = (policy: Policy): readonly OwnerLimits[] => [
  ...[...policy.costCenters.values()].map(costCenterLimits),
  ...[...policy.models.values()].map(modelLimits),
  organizationLimits(policy),
];

/**
 * An owner as keys and events name it: `costCenter#sales`, `model#haiku`, `organization`; with a
 * holder `user#sales#alice@example.com`, of the organization `user##alice@example.com`.
 */
export function ownerKey({ kind, name, holder }: Owner): string {
  if (holder) return `${holder.kind}#${kind === 'organization' ? '' : name}#${holder.name}`;
  return kind === 'organization' ? kind : `${kind}#${name}`;
}

/** An owner as overrides and expired reservations name it: the organization in full as well. */
export const fullOwnerKey = ({ kind, name }: Owner): string => `${kind}#${name}`;

/** Every limit of the policy. */
export const allLimits = (policy: Policy): readonly Limit[] =>
  allOwnerLimits(policy).flatMap(({ limits }) => limits);

/** Whether a limit has one counter, in the account of its owner. */
export const isShared = ({ per, window }: Limit): boolean =>
  per === undefined && window !== 'request';

/** The limits that are counted in the accounts of their owners. */
export const sharedLimits = (policy: Policy): readonly Limit[] =>
  allLimits(policy).filter(isShared);
