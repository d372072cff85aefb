/**
 * The resolved policy: what every other part of the product reads. Defaults are filled in, names
 * are checked, amounts are integers. `resolve-policy.ts` creates it from the tfvars shapes.
 */
import type { PricedModel } from '../pricing/catalogue.ts';
import type { Window } from '../windows.ts';

export const UNITS = ['requests', 'tokens', 'input_tokens', 'output_tokens', 'usd'] as const;
export type Unit = (typeof UNITS)[number];

export const MODES = ['enforce', 'observe'] as const;
type Mode = (typeof MODES)[number];

/** How the steps of a call run: in Step Functions, or in the gateway. */
export const EXECUTIONS = ['workflow', 'direct'] as const;
export type Execution = (typeof EXECUTIONS)[number];

/** Narrows a limit or a ceiling to the requests that match every given part. */
export interface Scope {
  readonly application?: string;
  readonly environment?: string;
  readonly model?: string;
}

/** A lower effective limit, in percent of the limit, for the requests its scope matches. */
interface Ceiling {
  readonly percent: number;
  readonly scope: Scope;
  /** Alias of the model to try instead when this ceiling refuses. */
  readonly fallback?: string;
}

export type OwnerKind = 'costCenter' | 'model' | 'organization';

export const PERS = ['user', 'key', 'session'] as const;
/** Whose counter of a limit a call is counted on, where each has one. */
export type Per = (typeof PERS)[number];

/** One of those that a limit with `per` counts apart. */
export interface Holder {
  readonly kind: Per;
  readonly name: string;
}

/** Owner of a limit; the organization's name is always "organization". */
export interface Owner {
  readonly kind: OwnerKind;
  readonly name: string;
  /** Of a counter under a limit with `per`. */
  readonly holder?: Holder;
}

export const ORGANIZATION: Owner = { kind: 'organization', name: 'organization' };

export interface Limit {
  readonly owner: Owner;
  /** Unique within its owner. */
  readonly name: string;
  readonly window: Window;
  readonly unit: Unit;
  readonly mode: Mode;
  /** A safe integer: requests, tokens, or nano-USD. */
  readonly amount: number;
  readonly scope: Scope;
  /** Percents of settled use at which to notify, ascending, each 1 to 100. */
  readonly notifyAt: readonly number[];
  readonly ceilings: readonly Ceiling[];
  /** Each user, key or session has a separate counter. */
  readonly per?: Per;
  /** Amounts of people in these groups, instead of `amount`. */
  readonly groups?: ReadonlyMap<string, number>;
  /** Amounts of these people, instead of all others. */
  readonly users?: ReadonlyMap<string, number>;
}

export interface Application {
  readonly name: string;
  readonly environments: readonly string[];
  /** Environment of a request that does not set one. */
  readonly defaultEnvironment?: string;
}

export interface Model extends PricedModel {
  readonly alias: string;
  /** How parameters are handled that the model does not support. */
  readonly unsupportedParameters: 'refuse' | 'drop';
  /** Further ids that callers can write for it; `*` matches any characters. */
  readonly also?: readonly string[];
  /** Whether the module makes application inference profiles for it. */
  readonly inferenceProfile: boolean;
  readonly limits: readonly Limit[];
}

/** Callers of a cost center, and what they may call for; a caller that matches any entry is bound. */
export interface CallerBinding {
  /** Role ARNs; `*` matches any characters of a role's name. */
  readonly iamRoleArns: readonly string[];
  /** Claims that must all be present with exactly these values. */
  readonly jwt: Readonly<Record<string, string>>;
  /** When given, only these of the cost center's applications. */
  readonly applications?: readonly string[];
  /** When given, only these environments. */
  readonly environments?: readonly string[];
  /** Whether the session names of these roles say who the user is. */
  readonly trustSessionNames: boolean;
}

/** Identities that may change limits and keys, and see the usage of all. */
export type Operators = Pick<CallerBinding, 'iamRoleArns' | 'jwt'>;

/** The claims of a token that say who its user is. */
export interface UserClaims {
  readonly user?: string;
  readonly groups?: string;
}

export interface CostCenter {
  readonly name: string;
  /** Value of its tag in the bill: the name, unless the policy has another. */
  readonly tagValue: string;
  /** Alias a request gets when it names the cost center as its model. */
  readonly model: string;
  readonly models: readonly string[];
  readonly applications: readonly string[];
  readonly limits: readonly Limit[];
  /** Absent: the cost center names no callers. Never empty. */
  readonly callers?: readonly CallerBinding[];
  readonly alertEmails: readonly string[];
  /** `<application>/<environment>/<alias>` -> ARN of the application inference profile. */
  readonly inferenceProfiles: ReadonlyMap<string, string>;
}

export type UnknownOutcome = 'charge' | 'release';

export interface LedgerSettings {
  readonly shards: number;
  readonly leaseSeconds: number;
  readonly historyWindows: number;
  readonly reservation: 'strict' | 'count';
  /** Settlement of a call with unknown outcome: its worst case, or zero. */
  readonly unknownOutcome: UnknownOutcome;
  /** Calls of one cost center that an account's item may have in flight. */
  readonly inFlightMax: number;
  /** The same in an account that others share, after many of its calls did not complete. */
  readonly inFlightRestrictedMax: number;
  /** Sessions that one caller may begin in a minute, where sessions have limits. */
  readonly newSessionsPerMinute: number;
  /** How long a call waits for calls in flight to leave enough, before it is denied. */
  readonly waitSeconds: number;
  readonly onLedgerError: 'deny' | 'allow';
}

/** A number of shards and the windows it is for: those that begin at `from` or later. */
export interface ShardsSince {
  readonly shards: number;
  /** Milliseconds since 1970; the first entry of a layout also counts for everything before. */
  readonly from: number;
}

/** Ascending by `from`. */
export type ShardLayout = readonly [ShardsSince, ...ShardsSince[]];

/** A limit's amount for a while, set by an operator and not by the configuration. */
export interface Override {
  /** `<owner kind>#<owner name>/<limit name>`. */
  readonly key: string;
  /** In the limit's unit, as in `Limit.amount`. */
  readonly amount: number;
  /** First moment at which it no longer holds, in milliseconds since 1970. */
  readonly until: number;
}

/** An operator's change of a limit, as it is stored: also one that does not hold any more. */
export interface OverrideRecord {
  /** Unique among all that are stored. */
  readonly id: string;
  readonly key: string;
  readonly action: 'raise' | 'lower' | 'reset';
  readonly reason: string;
  readonly author: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Absent for a reset, and for a change without an end. */
  readonly until?: string;
  /** In `unit`; both are absent for a reset. */
  readonly amount?: number;
  readonly unit?: Unit;
  /** Never deleted, as it may replace a change without an end. */
  readonly isKept?: true;
  readonly audited: boolean;
}

/** The front for clients of model APIs. */
interface ProxySettings {
  readonly enabled: boolean;
  /** Of JWTs that the proxy accepts. */
  readonly userClaims: UserClaims;
  /** Web pages that may call it from a browser. */
  readonly allowOrigins: readonly string[];
  /** Paths of fields that are passed on although they are on no list. */
  readonly allowFields: readonly string[];
}

/** Keys of the tags on inference profiles, and so in the bill. */
export interface TagKeys {
  readonly costCenter: string;
  readonly application: string;
  readonly environment: string;
}

export interface Policy {
  readonly name: string;
  readonly tagKeys: TagKeys;
  /** Where it is deployed: what bare model ids cost depends on it. */
  readonly region: string;
  readonly timeZone: string;
  readonly execution: Execution;
  readonly logPrompts: boolean;
  readonly defaultCostCenter?: string;
  readonly userClaims: UserClaims;
  readonly ledger: LedgerSettings;
  readonly applications: ReadonlyMap<string, Application>;
  readonly models: ReadonlyMap<string, Model>;
  readonly costCenters: ReadonlyMap<string, CostCenter>;
  readonly organization: { readonly limits: readonly Limit[] };
  readonly proxy: ProxySettings;
  readonly operators: Operators;
  /** Over how many items each window's counters are split; see `ledger/shard-layout.ts`. */
  readonly shardLayout: ShardLayout;
  /** The layout is the one that the table was made with, and the sweep has not taken it over. */
  readonly hasInitialLayout?: boolean;
  /** By key. Whether one holds is asked of the clock at the time of use. */
  readonly overrides: ReadonlyMap<string, Override>;
  /** All that is stored, for the audit log; the oldest first. */
  readonly overrideRecords: readonly OverrideRecord[];
}
