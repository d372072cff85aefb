/** Who calls, and which cost centers they may spend from. */
import type { Caller } from '../../caller.ts';
import type { Callers, CostCenter, Policy } from '../../policy/policy.ts';

/** The cost centers a caller is bound to. */
export function boundCostCenters(policy: Policy, caller: Caller): readonly CostCenter[] {
  return [...policy.costCenters.values()].filter(
    ({ callers }) => callers !== undefined && isBound(callers, caller),
  );
}

function isBound(callers: Callers, caller: Caller): boolean {
  if (caller.kind === 'iam') {
    const arn = roleArn(caller.arn);
    return callers.iamRoleArns.some((pattern) => arnMatches(pattern, arn));
  }
  const wanted = Object.entries(callers.jwt);
  return (
    wanted.length > 0 &&
    wanted.every(
      ([claim, value]) => Object.hasOwn(caller.claims, claim) && caller.claims[claim] === value,
    )
  );
}

const ASSUMED_ROLE = /^arn:([\w-]+):sts::(\d{12}):assumed-role\/([^/]+)\/.+$/;

/** The role behind a session; its path is lost in the session's ARN. */
export function roleArn(arn: string): string {
  const [, partition, account, name] = ASSUMED_ROLE.exec(arn) ?? [];
  return name === undefined ? arn : `arn:${partition}:iam::${account}:role/${name}`;
}

/** A session's ARN lacks its role's path, so the pattern's path is left out of the comparison. */
function arnMatches(pattern: string, arn: string): boolean {
  const bare = pattern.replace(/:role\/(?:.*\/)?([^/]*)$/, ':role/$1');
  return wildcard(bare, arn) || wildcard(pattern, arn);
}

/** `*` stands for any characters. Linear in the text for each `*`: no backtracking regex. */
function wildcard(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Whether any cost center names its callers; if none does, tags are taken on trust. */
export const hasCallerBindings = (policy: Policy): boolean =>
  [...policy.costCenters.values()].some(({ callers }) => callers !== undefined);
