/** The user, key and session of a call, for limits that each user, key or session has for itself. */

import { type Caller, type IamCaller, isVerifiedClaim, ownClaim } from '../../caller.ts';
import { canonicalJson } from '../../canonical-json.ts';
import type { CallIdentity } from '../../policy/limit-of-holder.ts';
import type { CostCenter, Policy, UserClaims } from '../../policy/policy.ts';
import { sessionRole, sessionUser } from '../../policy/role-pattern.ts';
import { claimedUser, namedUser } from '../../policy/user-name.ts';
import { bindingsOf, roleArn } from '../context/caller-cost-centers.ts';
import type { Digest } from '../idempotency/ports.ts';

/** The sender of a call, as far as the call says. */
interface Sender {
  readonly caller?: Caller | undefined;
  /** As the caller named it. */
  readonly session?: string | undefined;
  /** Of the request itself: counts only where nothing says who calls. */
  readonly user?: string | undefined;
}

export function callIdentity(
  digest: Digest,
  policy: Policy,
  costCenter: CostCenter,
  sender: Sender,
): CallIdentity {
  const { caller, session, user } = sender;
  const person = caller
    ? personOf(policy, costCenter, caller)
    : { user: user === undefined ? undefined : namedUser(user) };
  const key = caller && keyOf(costCenter, caller);
  const isNamed = key !== undefined || person.user !== undefined;
  const role = !isNamed && caller?.kind === 'iam' ? roleArn(caller.arn) : undefined;
  return {
    ...(person.user !== undefined && { user: person.user }),
    ...(person.groups && { groups: person.groups }),
    ...(key !== undefined && { key }),
    ...(session !== undefined && {
      ...(role !== undefined && { role }),
      session: sessionName(digest, [key ?? person.user ?? role ?? null, session]),
    }),
  };
}

type Person = { readonly user: string | undefined; readonly groups?: readonly string[] };

function personOf(policy: Policy, costCenter: CostCenter, caller: Caller): Person {
  switch (caller.kind) {
    case 'key':
      return {
        user: caller.user === undefined ? undefined : namedUser(caller.user),
        ...(caller.groups && { groups: caller.groups }),
      };
    case 'iam':
      return { user: sessionPerson(costCenter, caller) };
    case 'jwt':
      return claimedPerson(
        caller.isProxied ? policy.proxy.userClaims : policy.userClaims,
        caller.claims,
      );
  }
}

/** A key counts with its family, a token with all tokens of its identity. */
function keyOf(costCenter: CostCenter, caller: Caller): string | undefined {
  if (caller.kind === 'key') return caller.family ?? caller.id;
  if (caller.kind !== 'iam' || caller.token === undefined) return undefined;
  return trustedSession(costCenter, caller) ? caller.arn : roleArn(caller.arn);
}

function sessionPerson(costCenter: CostCenter, caller: IamCaller): string | undefined {
  const session = trustedSession(costCenter, caller);
  return session && namedUser(session.name);
}

/** Identity Center names its sessions after people; of other roles, the caller names the session. */
function trustedSession(costCenter: CostCenter, caller: IamCaller) {
  const session = sessionRole(caller.arn) && sessionUser(caller.arn);
  if (!session) return undefined;
  const isTrusted =
    session.isIdentityCenter ||
    bindingsOf(costCenter, caller).some(({ trustSessionNames }) => trustSessionNames);
  return isTrusted ? session : undefined;
}

const DEFAULT_USER_CLAIM = 'sub';

/** The user and groups that the claims of a token name. */
export function claimedPerson(
  userClaims: UserClaims,
  claims: Readonly<Record<string, string>>,
): Person {
  const { user: name = DEFAULT_USER_CLAIM, groups: groupsName } = userClaims;
  const claim = ownClaim(claims, name);
  const user =
    claim === undefined || !isVerifiedClaim(claims, name)
      ? undefined
      : claimedUser(ownClaim(claims, 'iss') ?? '', claim);
  const text = groupsName === undefined ? undefined : ownClaim(claims, groupsName);
  const groups = text === undefined ? undefined : namesIn(text);
  return { user, ...(groups && { groups }) };
}

/** JSON, or an object as an HTTP API writes it: which groups it means is not known. */
const NO_NAMES = /["{}]|\bmap\[|^(?:null|<nil>)$/;

/** An HTTP API hands a list of a claim on as `[one two]`. */
function namesIn(text: string): readonly string[] | undefined {
  if (NO_NAMES.test(text)) return undefined;
  const names = text.replace(/^\[|\]$/g, '').split(/[\s,]+/);
  return names.filter((name) => name !== '');
}

const SESSION_LENGTH = 32;

/** The same name of another caller is another session. */
const sessionName = (digest: Digest, parts: readonly (string | null)[]): string =>
  digest.sha256(canonicalJson(parts)).slice(0, SESSION_LENGTH);

const SESSION_MAX = 128;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The problem of a session's name from outside, or undefined. */
export function sessionProblem(session: string): string | undefined {
  const length = [...session].length;
  if (length >= 1 && length <= SESSION_MAX && !UNPRINTABLE.test(session)) return undefined;
  return `must be 1 to ${SESSION_MAX} printable characters, got ${length}`;
}
