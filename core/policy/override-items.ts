/**
 * Overrides as they are stored. Each is a separate item of the ledger table, so that none is lost
 * before the audit log has it; the newest about a limit counts, even after its end. An item that
 * cannot be read is ignored with a warning.
 */

import { parseJson } from '../parse-json.ts';
import { quoted } from '../safe-text.ts';
import { DAY_MS, type EpochMs, type EpochSeconds } from '../time.ts';
import { numberField, stringField, toUnvalidated, type UnvalidatedObject } from '../unvalidated.ts';
import { NEVER } from '../windows.ts';
import { limitAmount } from './limit-amount.ts';
import { allLimits, fullOwnerKey } from './limit-owners.ts';
import {
  type Holder,
  type Limit,
  type Override,
  type OverrideRecord,
  PERS,
  type Policy,
  UNITS,
} from './policy.ts';

export const OVERRIDE_PARTITION = 'override';
/** Characters of a reason or an author. */
export const OVERRIDE_TEXT_MAX = 500;
export const OVERRIDE_DAYS_MAX = 366;
export const OVERRIDE_MS_MAX = OVERRIDE_DAYS_MAX * DAY_MS;
/** Margin over the longest override, for the skew of clocks. */
const KEPT_MS = OVERRIDE_MS_MAX + 2 * DAY_MS;
const ACTIONS = ['raise', 'lower', 'reset'] as const;
/** Names of limits and their owners do not contain it. */
const SEPARATOR = '@';

/** An item of partition `override`; `body` is the JSON of an OverrideBody. */
export interface OverrideItem {
  /** `<owner kind>#<owner name>/<limit name>@<createdAt>@<unique id>`. */
  readonly sk: string;
  readonly body: string;
  readonly audited: boolean;
}

interface Common {
  readonly reason: string;
  readonly author: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of a limit that never resets: it may replace one without an end, and is never deleted. */
  readonly isKept?: true;
}

export type OverrideBody =
  | (Common & {
      readonly action: 'raise' | 'lower';
      /** As a configuration has it: USD as a decimal. */
      readonly amount: number;
      readonly unit: Limit['unit'];
      /** ISO 8601; absent: without an end. */
      readonly until?: string;
    })
  | (Common & { readonly action: 'reset' });

interface LoadedOverrides {
  readonly overrides: ReadonlyMap<string, Override>;
  /** The oldest first. */
  readonly records: readonly OverrideRecord[];
  /** About ignored items, for the log. */
  readonly warnings: readonly string[];
}

/**
 * The name of a user may hold any character, so what could end it is escaped. Letters of other
 * alphabets stay as they are: escaped, a long name would not fit into a sort key.
 */
const escapedName = (name: string): string => name.replace(/[\0-\x7f]+/g, encodeURIComponent);

export const overrideKey = ({ owner, name }: Pick<Limit, 'owner' | 'name'>): string => {
  const limit = `${fullOwnerKey(owner)}/${name}`;
  return owner.holder ? `${limit}/${owner.holder.kind}/${escapedName(owner.holder.name)}` : limit;
};

/** Whose amount an override changes, where it is not that of a whole limit. */
export function holderOfOverride(key: string): Holder | undefined {
  const [, , kindName, name] = key.split('/');
  const kind = PERS.find((each) => each === kindName);
  return kind && name !== undefined ? { kind, name: decodeURIComponent(name) } : undefined;
}

/** The sort key of a new item. */
export const overrideSortKey = (key: string, createdAt: string, uuid: string): string =>
  [key, createdAt, uuid].join(SEPARATOR);

/**
 * When a stored change can be deleted: by then every change that it replaced has ended, and cannot
 * take effect again. Undefined: never.
 */
export const overrideExpiresAt = ({
  createdAt,
  isKept,
}: Pick<OverrideRecord, 'createdAt' | 'isKept'>): EpochSeconds | undefined =>
  isKept ? undefined : Math.ceil((Date.parse(createdAt) + KEPT_MS) / 1000);

/** Reads the stored overrides against the limits they are about. */
export function parseOverrides(
  policy: Policy,
  items: Iterable<OverrideItem>,
  at: EpochMs,
): LoadedOverrides {
  const limits = new Map(allLimits(policy).map((limit) => [overrideKey(limit), limit]));
  const records: OverrideRecord[] = [];
  const warnings: string[] = [];
  const ignore = (sk: string, why: string) => {
    warnings.push(`the override ${JSON.stringify(sk.slice(0, OVERRIDE_TEXT_MAX))} ${why}`);
  };
  for (const item of items) {
    const read = readOverride(item);
    if (typeof read === 'string') ignore(item.sk, read);
    else records.push(read);
  }
  records.sort(byAge);
  const overrides = new Map<string, Override>();
  // The newest about a limit comes last.
  for (const [key, record] of new Map(records.map((each) => [each.key, each]))) {
    const override = toOverride(record);
    if (!override || override.until <= at) continue;
    const misfit = misfitOf(record, limits.get(limitKeyOf(key)));
    if (misfit === undefined) overrides.set(key, override);
    else ignore(record.id, misfit);
  }
  return { overrides, records, warnings };
}

/** `costCenter#sales/day-usd/user/alice%40example.com` is about the limit `costCenter#sales/day-usd`. */
export const limitKeyOf = (key: string): string => key.split('/').slice(0, 2).join('/');

function toOverride({ key, amount, until }: OverrideRecord): Override | undefined {
  if (amount === undefined) return undefined;
  return { key, amount, until: until === undefined ? NEVER : Date.parse(until) };
}

/** An amount in another unit than its limit's has no meaning. */
function misfitOf({ unit, until }: OverrideRecord, limit: Limit | undefined): string | undefined {
  if (!limit) return 'is about a limit that is not in the policy';
  if (until === undefined && limit.window !== 'total') return 'has no end, but its limit resets';
  return limit.unit === unit ? undefined : `is in ${unit}, but its limit is in ${limit.unit} now`;
}

const byAge = (left: OverrideRecord, right: OverrideRecord): number =>
  Date.parse(left.createdAt) - Date.parse(right.createdAt) || (left.id < right.id ? -1 : 1);

function readOverride({ sk, body, audited }: OverrideItem): OverrideRecord | string {
  const fields = toUnvalidated(parseJson(body));
  const [reason, author] = [stringField(fields, 'reason'), stringField(fields, 'author')];
  const createdAt = stringField(fields, 'createdAt');
  const action = ACTIONS.find((each) => each === stringField(fields, 'action'));
  const created = Date.parse(createdAt ?? '');
  if (reason === undefined || author === undefined || createdAt === undefined || !action) {
    return 'is not one of ours';
  }
  if (Number.isNaN(created)) return 'has no valid creation time';
  const common = {
    id: sk,
    key: sk.split(SEPARATOR)[0] ?? sk,
    action,
    reason: reason.slice(0, OVERRIDE_TEXT_MAX),
    author: author.slice(0, OVERRIDE_TEXT_MAX),
    createdAt,
    audited,
    ...(fields.get('isKept') === true && { isKept: true as const }),
  };
  if (action === 'reset') return common;
  const change = readChange(fields, created);
  return typeof change === 'string' ? change : { ...common, ...change };
}

function readChange(
  fields: UnvalidatedObject,
  createdAt: EpochMs,
): Pick<OverrideRecord, 'amount' | 'unit' | 'until'> | string {
  const until = stringField(fields, 'until');
  const isEndless = until === undefined && fields.get('isKept') === true;
  const end = isEndless ? createdAt : Date.parse(until ?? '');
  if (Number.isNaN(end)) return 'has no end';
  if (end - createdAt > OVERRIDE_MS_MAX) return `lasts longer than ${OVERRIDE_DAYS_MAX} days`;
  const unit = UNITS.find((each) => each === stringField(fields, 'unit'));
  if (!unit) return `is in no unit: ${quoted(fields.get('unit'))}`;
  const amount = limitAmount(unit, numberField(fields, 'amount') ?? 0);
  if (typeof amount === 'string') return amount;
  return { amount, unit, ...(until !== undefined && { until }) };
}
