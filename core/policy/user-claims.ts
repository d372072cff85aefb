/** Which claims of a token say who its user is, and when the configuration has to name them. */
import type { InputProblem } from '../input-problem.ts';
import { asList, stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';
import type { UserClaims } from './policy.ts';

/** Of the variable `api`. */
export function userClaimsOf(config: UnvalidatedObject): UserClaims {
  const jwt = toUnvalidated(toUnvalidated(config.get('api')).get('jwt'));
  const [user, groups] = [stringField(jwt, 'user_claim'), stringField(jwt, 'groups_claim')];
  return { ...(user !== undefined && { user }), ...(groups !== undefined && { groups }) };
}

/**
 * Where keys or roles name users too, the same person can call in two ways: a claim that is not
 * the name there would give two allowances.
 */
export function userClaimProblems(config: UnvalidatedObject): InputProblem[] {
  const api = toUnvalidated(config.get('api'));
  const isJwt = stringField(api, 'authorization') === 'jwt' && api.has('jwt');
  const proxyJwt = toUnvalidated(toUnvalidated(config.get('proxy')).get('jwt'));
  const unnamed = [
    ...(isJwt && userClaimsOf(config).user === undefined ? ['api.jwt.user_claim'] : []),
    ...(proxyJwt.size > 0 && !proxyJwt.has('user_claim') ? ['proxy.jwt.user_claim'] : []),
  ];
  if (unnamed.length === 0 || !hasUserLimit(config) || !hasOtherNames(config)) return [];
  const message =
    'is required, as limits with per = "user" count the users of keys or roles too: name the claim that equals the name of the user there, usually "email"';
  return unnamed.map((path) => ({ path, message }));
}

function hasUserLimit(config: UnvalidatedObject): boolean {
  const owners = [
    config.get('organization'),
    ...toUnvalidated(config.get('cost_centers')).values(),
  ];
  return owners.some((owner) =>
    asList(toUnvalidated(owner).get('limits')).some(
      (limit) => toUnvalidated(limit).get('per') === 'user',
    ),
  );
}

function hasOtherNames(config: UnvalidatedObject): boolean {
  const hasKeys = toUnvalidated(config.get('proxy')).get('enabled') === true;
  const bindings = [...toUnvalidated(config.get('cost_centers')).values()].flatMap((center) => {
    const callers = toUnvalidated(center).get('callers');
    return Array.isArray(callers) ? callers : [callers];
  });
  return (
    hasKeys || bindings.some((each) => asList(toUnvalidated(each).get('iam_role_arns')).length > 0)
  );
}
