/**
 * Report of the limits that each user, key or session has for itself: of one of them, or of those
 * that have used half of a limit, the nearest to it first. The others are not listed: there may be
 * any number of them.
 */
import type { Digest } from '../../call/idempotency/ports.ts';
import { callIdentity } from '../../call/identity/call-identity.ts';
import type { Caller } from '../../caller.ts';
import { counterKey, holderOwnerOf, isHolderAccount } from '../../ledger/account-keys.ts';
import type { NearestHolders, RankedHolder } from '../../ledger/nearest-holders.ts';
import { rankList } from '../../ledger/rank-holder.ts';
import { dependsOnGroups } from '../../policy/limit-of-holder.ts';
import {
  costCenterLimits,
  type OwnerLimits,
  organizationLimits,
} from '../../policy/limit-owners.ts';
import { limitsOfHolder } from '../../policy/limits-in-all-cost-centers.ts';
import { limitInForce } from '../../policy/overrides.ts';
import type { CostCenter, Owner, Per, Policy } from '../../policy/policy.ts';
import { type EpochMs, isoTimestamp } from '../../time.ts';
import { periodAt } from '../../windows.ts';
import { type LimitUsage, readLimitUsage, type UsagePorts } from './limit-usage.ts';

/** `amount` of a limit and its groups, of which `limit` is the smallest: those of the user are not known. */
interface AmountsOfGroups {
  readonly amount: number;
  readonly groups: Readonly<Record<string, number>>;
}

interface HeldUsage extends LimitUsage {
  readonly dependsOn?: AmountsOfGroups;
}

interface HolderUsage {
  /** `costCenter`, or absent for the limits of the organization. */
  readonly costCenter?: string;
  readonly per: Per;
  /** Of the user, the family of the key, or the hash of the session. */
  readonly name: string;
  readonly limits: readonly HeldUsage[];
}

interface CallerPorts extends Pick<UsagePorts, 'ledger'> {
  readonly digest: Digest;
}

interface CallerQuery {
  readonly caller: Caller;
  /** As the caller named it. */
  readonly session?: string | undefined;
  readonly centers: readonly CostCenter[];
  readonly pers: readonly Per[];
}

interface HoldersReport {
  readonly asOf: string;
  readonly per: Per;
  readonly holders: readonly HolderUsage[];
  /** To ask for the next page with. */
  readonly next?: string;
}

interface HolderPorts extends Pick<UsagePorts, 'ledger'> {
  readonly nearest: NearestHolders;
}

interface HolderQuery {
  readonly per: Per;
  readonly centers: readonly CostCenter[];
  /** Whether limits of the organization are included. */
  readonly isWhole: boolean;
  /** Only this one. */
  readonly name?: string | undefined;
  readonly count: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** The limits of one caller in each of `centers`. @throws LedgerUnavailableError */
export async function usageOfCaller(
  { ledger, digest }: CallerPorts,
  policy: Policy,
  { centers, pers, ...sender }: CallerQuery,
  now: EpochMs,
): Promise<readonly HolderUsage[]> {
  const usage = await Promise.all(
    centers.map(async (center) => {
      const who = callIdentity(digest, policy, center, sender);
      const owners = limitsOfHolder(policy, who, pers, now, [center]);
      const own = await usageOfOwners({ ledger }, policy, owners, now);
      return who.groups ? own : own.map((each) => withAmounts(policy, each, now));
    }),
  );
  // The limits of the organization are the same in every cost center.
  const once = usage
    .flat()
    .map((each) => [`${each.costCenter}/${each.per}/${each.name}`, each] as const);
  return [...new Map(once).values()];
}

/** @throws LedgerUnavailableError. @returns undefined where `after` is no page of this report. */
export async function holdersReport(
  ports: HolderPorts,
  policy: Policy,
  query: HolderQuery,
  now: EpochMs,
): Promise<HoldersReport | undefined> {
  const { per, centers, name } = query;
  const head = { asOf: isoTimestamp(now), per };
  if (name !== undefined) {
    const owners = limitsOfHolder(policy, { [per]: name }, [per], now, centers);
    const visible = owners.filter(({ owner }) => query.isWhole || owner.kind === 'costCenter');
    const holders = await usageOfOwners(ports, policy, visible, now);
    return { ...head, holders: holders.map((each) => withAmounts(policy, each, now)) };
  }
  const page = await nearestPage(ports.nearest, listsOf(policy, query, now), query);
  if (!page) return undefined;
  const owners = page.holders.flatMap(({ account }) => {
    const owner = holderOwnerOf(account);
    return owner ? ownLimits(policy, owner, now) : [];
  });
  const holders = await usageOfOwners(ports, policy, owners, now);
  return {
    ...head,
    holders: holders.map((each) => withAmounts(policy, each, now)),
    ...(page.next !== undefined && { next: page.next }),
  };
}

/** Where only the groups of the user, which no one has sent here, say which amount applies. */
function withAmounts(policy: Policy, usage: HolderUsage, now: EpochMs): HolderUsage {
  const { costCenter = '', per, name } = usage;
  const center = policy.costCenters.get(costCenter);
  const { limits } = center ? costCenterLimits(center) : organizationLimits(policy);
  return {
    ...usage,
    limits: usage.limits.map((used) => {
      const configured = limits.find((limit) => limit.name === used.name);
      if (!configured || used.override || !dependsOnGroups(configured, { kind: per, name })) {
        return used;
      }
      const { amount, groups = new Map() } = limitInForce(configured, policy, now);
      return { ...used, dependsOn: { amount, groups: Object.fromEntries(groups) } };
    }),
  };
}

const ownLimits = (
  policy: Policy,
  { holder, ...owner }: Required<Pick<Owner, 'holder'>> & Owner,
  now: EpochMs,
): readonly OwnerLimits[] => {
  const center = owner.kind === 'costCenter' ? policy.costCenters.get(owner.name) : undefined;
  return limitsOfHolder(
    policy,
    { [holder.kind]: holder.name },
    [holder.kind],
    now,
    center ? [center] : [],
  ).filter((each) => each.owner.kind === owner.kind);
};

async function usageOfOwners(
  { ledger }: Pick<UsagePorts, 'ledger'>,
  policy: Policy,
  owners: readonly OwnerLimits[],
  now: EpochMs,
): Promise<readonly HolderUsage[]> {
  const usage = await readLimitUsage({ ledger }, policy, owners, now);
  return owners.flatMap(({ owner: { kind, name, holder } }, at) => {
    const limits = usage[at]?.limits ?? [];
    if (!holder) return [];
    const costCenter = kind === 'costCenter' ? { costCenter: name } : {};
    return [{ ...costCenter, per: holder.kind, name: holder.name, limits }];
  });
}

/** The lists of the index in which those that were asked for can be. */
function listsOf(policy: Policy, query: HolderQuery, now: EpochMs): readonly string[] {
  const { per, centers, isWhole } = query;
  const owners = [
    ...centers.map(costCenterLimits),
    ...(isWhole ? [organizationLimits(policy)] : []),
  ];
  return owners.flatMap(({ owner, limits }) =>
    limits
      .filter((limit) => limit.per === per)
      .map((limit) => {
        const { name } = periodAt(limit.window, now, policy.timeZone);
        const holder = { kind: per, name: '' };
        return rankList({ ...owner, holder }, counterKey(limit.name, name));
      }),
  );
}

interface Page {
  readonly holders: readonly RankedHolder[];
  readonly next?: string;
}

/** Merges the lists; a page goes on in each of them after the last that was taken from it. */
async function nearestPage(
  nearest: NearestHolders,
  lists: readonly string[],
  { count, after }: HolderQuery,
): Promise<Page | undefined> {
  const last = after === undefined ? new Map<string, RankedHolder>() : parseCursor(after, lists);
  if (!last) return undefined;
  const found = await Promise.all(
    lists.map((list) => {
      const from = last.get(list);
      return nearest.list(list, { count: count + 1, ...(from && { after: from }) });
    }),
  );
  const all = found.flat().sort((a, b) => b.percent - a.percent);
  const holders = all.slice(0, count);
  if (all.length <= count) return { holders };
  for (const each of holders) last.set(each.list, each);
  return { holders, next: cursorOf([...last.values()]) };
}

const cursorOf = (last: readonly RankedHolder[]): string =>
  encodeURIComponent(
    JSON.stringify(last.map(({ list, account, percent }) => [list, account, percent])),
  );

/** Of a forged cursor: a longer one is of no item. */
const ACCOUNT_MAX = 500;

function parseCursor(
  text: string,
  lists: readonly string[],
): Map<string, RankedHolder> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(decodeURIComponent(text));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const last = new Map<string, RankedHolder>();
  for (const each of value) {
    const [list, account, percent]: readonly unknown[] = Array.isArray(each) ? each : [];
    const isOurs = typeof list === 'string' && lists.includes(list);
    const isHolder = typeof account === 'string' && isHolderAccount(account);
    if (!isOurs || !isHolder || account.length > ACCOUNT_MAX) return undefined;
    if (typeof percent !== 'number' || !Number.isFinite(percent)) return undefined;
    last.set(list, { list, account, percent });
  }
  return last;
}
