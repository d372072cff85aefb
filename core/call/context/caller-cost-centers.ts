/** Who calls, and for which cost centers, applications and environments. */
import type { Caller } from '../../caller.ts';
import type { CallerBinding, CostCenter, Policy } from '../../policy/policy.ts';
import { matchesRole, sessionRole } from '../../policy/role-pattern.ts';

/** A cost center, and what binds a caller to it. */
interface BoundCostCenter {
  readonly costCenter: CostCenter;
  readonly bindings: readonly CallerBinding[];
}

/** The cost centers a caller is bound to. */
export function boundCostCenters(policy: Policy, caller: Caller): readonly BoundCostCenter[] {
  return [...policy.costCenters.values()].flatMap((costCenter) => {
    const bindings = bindingsOf(costCenter, caller);
    return bindings.length > 0 ? [{ costCenter, bindings }] : [];
  });
}

const bindingsOf = ({ callers = [] }: CostCenter, caller: Caller): readonly CallerBinding[] =>
  callers.filter((binding) => isBound(binding, caller));

function isBound(binding: CallerBinding, caller: Caller): boolean {
  if (caller.kind === 'iam') {
    const role = sessionRole(caller.arn);
    return role !== undefined && binding.iamRoleArns.some((each) => matchesRole(each, role));
  }
  const wanted = Object.entries(binding.jwt);
  return (
    wanted.length > 0 &&
    wanted.every(
      ([claim, value]) => Object.hasOwn(caller.claims, claim) && caller.claims[claim] === value,
    )
  );
}

/** The bindings that let their caller act for an application. */
export const bindingsFor = (
  bindings: readonly CallerBinding[],
  application: string,
): readonly CallerBinding[] =>
  bindings.filter(({ applications }) => applications?.includes(application) ?? true);

/** Of an application's environments, those that the bindings leave to their caller. */
export const boundEnvironments = (
  bindings: readonly CallerBinding[],
  environments: readonly string[],
): readonly string[] =>
  environments.filter((name) =>
    bindings.some((binding) => binding.environments?.includes(name) ?? true),
  );

/** What stays the same from session to session of a role; other principals are their own ARN. */
export function roleArn(arn: string): string {
  const role = sessionRole(arn);
  return role ? `arn:${role.partition}:iam::${role.account}:role/${role.name}` : arn;
}

/** Whether any cost center names its callers; if none does, tags are taken on trust. */
export const hasCallerBindings = (policy: Policy): boolean =>
  [...policy.costCenters.values()].some(({ callers }) => callers !== undefined);
