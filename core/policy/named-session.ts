/** The session that a call names, and who can begin only so many of them in a minute. */
import { type CallIdentity, holderOf } from './limit-of-holder.ts';
import type { Holder, Owner } from './policy.ts';
import { UNKNOWN } from './user-name.ts';

export interface NamedSession {
  /** Of the limits, with the caller as its holder. */
  readonly owner: Required<Owner>;
  readonly name: string;
}

/** @returns undefined for a call that names no session. */
export function namedSession(owner: Owner, who: CallIdentity): NamedSession | undefined {
  if (who.session === undefined) return undefined;
  return { owner: { ...owner, holder: starterOf(who) }, name: who.session };
}

/** Its key, otherwise its user, otherwise its role; all others together. */
function starterOf(who: CallIdentity): Holder {
  if (who.key === undefined && who.user !== undefined) return holderOf('user', who);
  return { kind: 'key', name: who.key ?? who.role ?? UNKNOWN };
}
