/** The policies of a plan, twice: resolved by the product, and as the oracle understands them. */
import { overrideKey } from '../../core/policy/override-items.ts';
import { ORGANIZATION, type Owner, type Policy } from '../../core/policy/policy.ts';
import { policyOf } from '../support/policy.ts';
import type { Who } from './callers.ts';
import type { CallPlan, LimitPlan, Plan } from './plan.ts';

/** USD per million tokens. Odd prices, so that rounding has something to round. */
const PRICES = {
  big: { input: 3.003, output: 15.007 },
  small: { input: 0.301, output: 1.207 },
} as const;
/** The same in nano-USD per million tokens, written out so as not to depend on the product. */
const NANO = {
  big: { input: 3_003_000_000n, output: 15_007_000_000n },
  small: { input: 301_000_000n, output: 1_207_000_000n },
} as const;
/** As the product says: a change is in force everywhere within this time. */
export const POLICY_CACHE_MS = 60_000;

export type ModelName = keyof typeof PRICES;

/** A policy and when it was written. */
export interface Version {
  readonly from: number;
  readonly shards: number;
  readonly limits: readonly LimitPlan[];
  readonly policy: Policy;
}

export function versionsOf(plan: Plan): readonly Version[] {
  const start = Date.parse(plan.start);
  const versions = [versionOf(plan, 0, plan.shards, plan.limits)];
  for (const change of [...plan.changes].sort((a, b) => a.at - b.at)) {
    const last = versions[versions.length - 1];
    const limits = (last?.limits ?? []).map((limit) => changedLimit(limit, change));
    versions.push(versionOf(plan, start + change.at, change.shards ?? last?.shards ?? 1, limits));
  }
  return versions;
}

function changedLimit(
  limit: LimitPlan,
  { percent = 100, user }: Plan['changes'][number],
): LimitPlan {
  const of = (amount: number) => Math.max(1, Math.floor((amount * percent) / 100));
  const { amount, users, groups, overridden } = limit;
  if (user)
    return limit.per === 'user' ? { ...limit, overridden: of(overridden ?? amount) } : limit;
  return {
    ...limit,
    amount: of(amount),
    ...(users && { users: { ann: of(users.ann) } }),
    ...(groups && { groups: { contractors: of(groups.contractors) } }),
  };
}

function versionOf(
  plan: Plan,
  from: number,
  shards: number,
  limits: readonly LimitPlan[],
): Version {
  const of = (owner: LimitPlan['owner']) =>
    limits.filter((limit) => limit.owner === owner).map(variableOf);
  const center = (name: 'alpha' | 'beta') => ({
    model: 'big',
    models: ['big', 'small'],
    applications: ['faq'],
    limits: of(`costCenter#${name}`),
  });
  const price = (name: ModelName) => ({
    ...PRICES[name],
    cache_read: PRICES[name].input,
    cache_write: PRICES[name].input,
    cache_write_1h: PRICES[name].input,
  });
  const model = (name: ModelName) => ({
    model_id: `acme.${name}-v1:0`,
    context_tokens: 100_000,
    max_output_tokens: 1_000,
    price: price(name),
  });
  const policy = policyOf({
    name: 'simulated',
    models: { big: { ...model('big'), limits: of('model#big') }, small: model('small') },
    applications: { faq: { environments: ['dev', 'production'] } },
    cost_centers: { alpha: center('alpha'), beta: center('beta') },
    organization: { limits: of('organization') },
    ledger: {
      shards,
      lease_seconds: plan.leaseSeconds,
      unknown_outcome: plan.expired,
      in_flight_max: plan.inFlightMax,
      wait_seconds: plan.waitSeconds,
      new_sessions_per_minute: plan.newSessionsPerMinute,
      on_ledger_error: plan.onLedgerError,
    },
  });
  const inFlightRestrictedMax = Math.min(plan.inFlightRestrictedMax, plan.inFlightMax);
  const ledger = { ...policy.ledger, inFlightRestrictedMax };
  return { from, shards, limits, policy: { ...policy, ledger, overrides: overridesOf(limits) } };
}

/** Overrides of the limits of ann; they end after the run. */
function overridesOf(limits: readonly LimitPlan[]): Policy['overrides'] {
  return new Map(
    limits.flatMap(({ owner: ownerKey, name, overridden: amount }) => {
      if (amount === undefined) return [];
      const holder = { kind: 'user', name: 'ann' } as const;
      const [kind, of = ''] = ownerKey.split('#');
      const owner: Owner =
        kind === 'costCenter' ? { kind, name: of, holder } : { ...ORGANIZATION, holder };
      const key = overrideKey({ owner, name });
      return [[key, { key, amount, until: Number.MAX_SAFE_INTEGER }] as const];
    }),
  );
}

function variableOf(plan: LimitPlan) {
  const { owner: _, amount, ceiling, notifyAt, overridden: __, users, groups, ...limit } = plan;
  const inUnit = (value: number) => (limit.unit === 'usd' ? Number(decimalUsd(value)) : value);
  return {
    ...limit,
    amount: inUnit(amount),
    ...(users && { users: { ann: inUnit(users.ann) } }),
    ...(groups && { groups: { contractors: inUnit(groups.contractors) } }),
    ...(ceiling && { ceilings: [ceiling] }),
    ...(notifyAt && { notify_at: notifyAt }),
  };
}

const decimalUsd = (nano: number) =>
  `${Math.floor(nano / 1e9)}.${String(nano % 1e9).padStart(9, '0')}`;

/** The version of a host whose cache may be that much out of date. */
export const versionAt = (versions: readonly Version[], at: number): Version => {
  const found = versions.filter(({ from }) => from <= at).at(-1) ?? versions[0];
  if (!found) throw new Error('a plan has a policy');
  return found;
};

/** Amount that a limit leaves a call of that model, or undefined where the two have nothing to do. */
export function ceilingOf(
  limit: LimitPlan,
  call: Who & Pick<CallPlan, 'environment'>,
  model: ModelName,
): number | undefined {
  const isOwn =
    limit.owner === 'organization' ||
    limit.owner === `costCenter#${call.costCenter}` ||
    limit.owner === `model#${model}`;
  if (!isOwn) return undefined;
  if (limit.environment !== undefined && limit.environment !== call.environment) return undefined;
  if (limit.model !== undefined && limit.model !== model) return undefined;
  if (limit.mode === 'observe') return Number.POSITIVE_INFINITY;
  const { ceiling } = limit;
  const isLower =
    ceiling && (ceiling.environment === undefined || ceiling.environment === call.environment);
  const amount = amountOf(limit, call);
  return isLower ? Math.floor((amount * ceiling.percent) / 100) : amount;
}

/** Amount of the limit for the caller: the smallest where the groups that decide are not known. */
export function amountOf(limit: LimitPlan, { user, groups }: Who): number {
  const { amount, per, users, overridden } = limit;
  if (per === 'user' && user === 'ann' && overridden !== undefined) return overridden;
  if (user === 'ann' && users) return users.ann;
  if (!limit.groups) return amount;
  const { contractors } = limit.groups;
  if (!groups) return Math.min(amount, contractors);
  return groups.length > 0 ? contractors : amount;
}

/** UTC only: `2026-11`, `2026-W48`, `2026-11-23`, `2026-11-23T14`, `2026-11-23T14:05`, `total`. */
export function periodOf(window: LimitPlan['window'], at: number): string {
  if (window === 'total') return window;
  if (window === 'week') {
    // The simulated calls are in the last weeks of November; Monday, 2026-11-23 begins week 48.
    const weeks = Math.floor((at - Date.UTC(2026, 10, 23)) / (7 * 86_400_000));
    return `2026-W${48 + weeks}`;
  }
  return new Date(at).toISOString().slice(0, { month: 7, day: 10, hour: 13, minute: 16 }[window]);
}

/** When a period of that name is over; `total` never is. */
export function periodEnd(name: string): number {
  if (name === 'total') return Number.POSITIVE_INFINITY;
  const [, week] = /^2026-W(\d\d)$/.exec(name) ?? [];
  if (week !== undefined) return Date.UTC(2026, 10, 23) + (Number(week) - 47) * 7 * 86_400_000;
  const [year = 0, month = 1, day, hour, minute] = name.split(/[-T:]/).map(Number);
  if (day === undefined) return Date.UTC(year, month);
  if (hour === undefined) return Date.UTC(year, month - 1, day + 1);
  if (minute === undefined) return Date.UTC(year, month - 1, day, hour + 1);
  return Date.UTC(year, month - 1, day, hour, minute + 1);
}

/** Amount that a limit counts for a call that read and wrote so many tokens. */
export function amountIn(
  unit: LimitPlan['unit'],
  model: ModelName,
  tokens: { readonly input: number; readonly output: number },
): number {
  switch (unit) {
    case 'requests':
      return 1;
    case 'tokens':
      return tokens.input + tokens.output;
    case 'input_tokens':
      return tokens.input;
    case 'output_tokens':
      return tokens.output;
    case 'usd': {
      const { input, output } = NANO[model];
      const perMillion = BigInt(tokens.input) * input + BigInt(tokens.output) * output;
      return Number((perMillion + 999_999n) / 1_000_000n);
    }
  }
}
