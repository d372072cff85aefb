/** The caller of a simulated call, and the counters on which it is to be counted. */
import { createHash } from 'node:crypto';
import type { Caller } from '../../core/caller.ts';
import type { CallPlan, LimitPlan } from './plan.ts';

export type Who = Pick<CallPlan, 'costCenter'> &
  Partial<Pick<CallPlan, 'user' | 'key' | 'hasRotatedKey' | 'groups' | 'session'>>;

/** IAM Identity Center names the session after the user. */
const SSO_SESSION = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef';

export function callerOf({
  costCenter,
  user,
  key,
  hasRotatedKey,
  groups,
}: Who): Caller | undefined {
  if (key === undefined) return user && { kind: 'iam', arn: `${SSO_SESSION}/${user}` };
  const family = `${costCenter}${key}`;
  return {
    kind: 'key',
    costCenter,
    ...(user && { user }),
    ...(groups && { groups }),
    ...(hasRotatedKey ? { id: `${family}-rotated`, family } : { id: family }),
  };
}

/** A key belongs to one cost center, and counts with those that it was rotated to. */
const familyOf = ({ costCenter, key }: Who) => key && `${costCenter}${key}`;

/** One name of two callers is two sessions; a caller is a key, or else a user. */
export function sessionOf(who: Who): string | undefined {
  if (who.session === undefined) return undefined;
  const caller = familyOf(who) ?? who.user ?? null;
  const text = JSON.stringify([caller, who.session]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

const NAMES: Readonly<Record<NonNullable<LimitPlan['per']>, (who: Who) => string | undefined>> = {
  user: ({ user }) => user,
  key: familyOf,
  session: sessionOf,
};

/** The owner of the counter that a call is counted on. */
export function counterOwner({ owner, per }: Pick<LimitPlan, 'owner' | 'per'>, who: Who): string {
  return per ? `${ownerPrefix({ owner, per })}${NAMES[per](who) ?? 'unknown'}` : owner;
}

/** Owners of the counters of all users, keys or sessions begin with it. */
export const ownerPrefix = ({ owner, per }: Pick<LimitPlan, 'owner' | 'per'>): string =>
  per ? `${per}#${owner === 'organization' ? '' : owner.replace('costCenter#', '')}#` : owner;

/** The caller that begins the session, as the item that counts its new sessions names it. */
export function starterOf({ owner }: Pick<LimitPlan, 'owner'>, who: Who): string {
  const per = who.key === undefined && who.user !== undefined ? 'user' : 'key';
  return counterOwner({ owner, per }, who);
}
