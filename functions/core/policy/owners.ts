/** The owners of limits, each with its own. */
import {
  type CostCenter,
  type Limit,
  type Model,
  ORGANIZATION,
  type Owner,
  type Policy,
} from './policy.ts';

export interface OwnedLimits {
  readonly owner: Owner;
  readonly limits: readonly Limit[];
}

export const ofCostCenter = ({ name, limits }: CostCenter): OwnedLimits => ({
  owner: { kind: 'costCenter', name },
  limits,
});

export const ofModel = ({ alias, limits }: Model): OwnedLimits => ({
  owner: { kind: 'model', name: alias },
  limits,
});

export const ofOrganization = ({ organization }: Policy): OwnedLimits => ({
  owner: ORGANIZATION,
  limits: organization.limits,
});

/** Cost centers, models, the organization: also those without limits. */
export const allOwners = (policy: Policy): readonly OwnedLimits[] => [
  ...[...policy.costCenters.values()].map(ofCostCenter),
  ...[...policy.models.values()].map(ofModel),
  ofOrganization(policy),
];
