/** Who calls, and for which cost centers, applications and environments. */
import { type Caller, isVerifiedClaim, type KeyCaller, ownClaim } from '../../caller.ts';
import type { CallerBinding, CostCenter, Operators, Policy } from '../../policy/policy.ts';
import { matchesRole, sessionRole } from '../../policy/role-pattern.ts';

/** A cost center, and what binds a caller to it. */
interface BoundCostCenter {
  readonly costCenter: CostCenter;
  readonly bindings: readonly CallerBinding[];
}

/** The cost centers a caller is bound to. */
export function boundCostCenters(policy: Policy, caller: Caller): readonly BoundCostCenter[] {
  if (caller.kind === 'key') {
    const costCenter = policy.costCenters.get(caller.costCenter);
    return costCenter ? [{ costCenter, bindings: [EVERYTHING] }] : [];
  }
  return [...policy.costCenters.values()].flatMap((costCenter) => {
    const bindings = bindingsOf(costCenter, caller);
    return bindings.length > 0 ? [{ costCenter, bindings }] : [];
  });
}

/** A key can name what its binding leaves open. */
const EVERYTHING: CallerBinding = { iamRoleArns: [], jwt: {}, trustSessionNames: false };

type MatchedCaller = Exclude<Caller, KeyCaller>;

/** Whether a caller may do what operators do; a key never can. */
export const isOperator = ({ operators }: Policy, caller: Caller): boolean =>
  caller.kind !== 'key' && isBound(operators, caller);

/** Bindings of a caller to a cost center. */
export const bindingsOf = (
  { callers = [] }: CostCenter,
  caller: MatchedCaller,
): readonly CallerBinding[] => callers.filter((binding) => isBound(binding, caller));

function isBound(binding: Operators, caller: MatchedCaller): boolean {
  if (caller.kind === 'iam') {
    const role = sessionRole(caller.arn);
    return role !== undefined && binding.iamRoleArns.some((each) => matchesRole(each, role));
  }
  const { claims } = caller;
  const wanted = Object.entries(binding.jwt);
  return (
    wanted.length > 0 &&
    wanted.every(
      ([name, value]) => ownClaim(claims, name) === value && isVerifiedClaim(claims, name),
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

/** The stable part of a role's session ARN; for other principals the ARN. */
export function roleArn(arn: string): string {
  const role = sessionRole(arn);
  return role ? `arn:${role.partition}:iam::${role.account}:role/${role.name}` : arn;
}

/**
 * Whether a caller's cost centers are limited to those it is bound to; else tags are trusted. Tags
 * sent to the proxy never are: a caller would gain from the removal of the last binding.
 */
export const isBindingChecked = (policy: Policy, caller: Caller): boolean =>
  caller.kind === 'key' ||
  (caller.kind === 'iam' && caller.token !== undefined) ||
  (caller.kind === 'jwt' && caller.isProxied === true) ||
  hasCallerBindings(policy);

/** Whether any cost center names its callers; if none does, tags are taken on trust. */
const hasCallerBindings = (policy: Policy): boolean =>
  [...policy.costCenters.values()].some(({ callers }) => callers !== undefined);
