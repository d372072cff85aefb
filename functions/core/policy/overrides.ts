/**
 * Overrides: an operator raises or lowers one limit for a while, without a deployment. They are
 * items of their own in the ledger table, loaded with the policy. A broken one is passed over.
 */
import { limitAmount } from './limits.ts';
import { looseOf, numberOf, stringOf } from './loose.ts';
import type { Limit, Override, OverrideRecord, Owner, Policy } from './policy.ts';

export const OVERRIDE_PARTITION = 'override';
const TEXT_MAX = 500;

/** An item of partition `override`; `body` is the JSON of an OverrideBody. */
export interface OverrideItem {
  readonly sk: string;
  readonly body: string;
  readonly audited: boolean;
}

/** `amount` or `by` in the configuration's units (USD as decimals); a reset has neither. */
export interface OverrideBody {
  readonly amount?: number;
  readonly by?: number;
  /** ISO 8601. */
  readonly until: string;
  readonly reason: string;
  readonly author: string;
  readonly createdAt: string;
}

export interface LoadedOverrides {
  readonly overrides: ReadonlyMap<string, Override>;
  readonly records: readonly OverrideRecord[];
  /** What was passed over, for the log. */
  readonly warnings: readonly string[];
}

const ownerKey = ({ kind, name }: Owner): string => `${kind}#${name}`;

export const overrideKey = ({ owner, name }: Pick<Limit, 'owner' | 'name'>): string =>
  `${ownerKey(owner)}/${name}`;

/** Reads the stored overrides against the limits they are about. */
export function readOverrides(policy: Policy, items: Iterable<OverrideItem>): LoadedOverrides {
  const limits = new Map(limitsOf(policy).map((limit) => [overrideKey(limit), limit]));
  const overrides = new Map<string, Override>();
  const records: OverrideRecord[] = [];
  const warnings: string[] = [];
  for (const item of items) {
    const read = readOverride(item, limits.get(item.sk));
    if (typeof read === 'string') {
      warnings.push(`the override ${JSON.stringify(item.sk.slice(0, TEXT_MAX))} ${read}`);
      continue;
    }
    records.push(read);
    const { key, amount, until } = read;
    if (amount === undefined || until === undefined) continue;
    overrides.set(key, { key, amount, until: Date.parse(until) });
  }
  return { overrides, records, warnings };
}

/** The limit as it holds at a moment: with the amount of its override until that one ends. */
export function limitInForce(limit: Limit, policy: Policy, at: number): Limit {
  if (policy.overrides.size === 0) return limit;
  const override = policy.overrides.get(overrideKey(limit));
  return override && at < override.until ? { ...limit, amount: override.amount } : limit;
}

/** Every limit of the policy. */
export const limitsOf = (policy: Policy): readonly Limit[] => [
  ...[...policy.costCenters.values()].flatMap(({ limits }) => limits),
  ...[...policy.models.values()].flatMap(({ limits }) => limits),
  ...policy.organization.limits,
];

/**
 * The amount an override gives a limit, in the limit's unit; a string says what is wrong with it.
 * @param base the configured limit.
 */
export function overrideAmount(
  base: Limit,
  change: { readonly amount?: number | undefined; readonly by?: number | undefined },
): number | string {
  const { amount, by } = change;
  if ((amount === undefined) === (by === undefined)) return 'needs one of an amount and a change';
  if (amount !== undefined) return limitAmount(base.unit, amount);
  const step = limitAmount(base.unit, Math.abs(by ?? 0));
  if (typeof step === 'string') return step;
  const total = base.amount + Math.sign(by ?? 0) * step;
  if (total <= 0) return 'would leave nothing of the limit: it must stay above 0';
  return Number.isSafeInteger(total) ? total : 'would make the limit too large';
}

function readOverride(
  { sk, body, audited }: OverrideItem,
  limit: Limit | undefined,
): OverrideRecord | string {
  const loose = looseOf(parse(body));
  const [reason, author] = [stringOf(loose, 'reason'), stringOf(loose, 'author')];
  const [until, createdAt] = [stringOf(loose, 'until'), stringOf(loose, 'createdAt')];
  if (reason === undefined || author === undefined || createdAt === undefined) {
    return 'is not one of ours';
  }
  if (until === undefined || Number.isNaN(Date.parse(until))) return 'has no end';
  const common = {
    key: sk,
    reason: reason.slice(0, TEXT_MAX),
    author: author.slice(0, TEXT_MAX),
    createdAt,
    audited,
  };
  const change = { amount: numberOf(loose, 'amount'), by: numberOf(loose, 'by') };
  if (change.amount === undefined && change.by === undefined) return { ...common, action: 'reset' };
  if (!limit) return 'is about a limit that is not in the policy';
  const amount = overrideAmount(limit, change);
  if (typeof amount === 'string') return amount;
  return { ...common, action: amount < limit.amount ? 'lower' : 'raise', until, amount };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
