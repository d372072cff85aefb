/** From the tfvars to the policy: all defaults are filled in here and nowhere else. */
import { invariant } from '../errors.ts';
import { joinPath } from '../input-path.ts';
import type { InputProblem } from '../input-problem.ts';
import { unknownValueMessage } from '../schema-errors.ts';
import { toUnvalidated } from '../unvalidated.ts';
import { crossFieldProblems } from './cross-checks.ts';
import { limitAmount } from './limit-amount.ts';
import { limitName } from './limit-checks.ts';
import { OPERATIONS_VARIABLES } from './operations-variables.ts';
import {
  type BindingConfig,
  type CostCenterConfig,
  type LimitConfig,
  POLICY_SCHEMA,
  type PolicyConfig,
} from './policy.schema.ts';
import {
  type CallerBinding,
  type CostCenter,
  type LedgerSettings,
  type Limit,
  type Model,
  ORGANIZATION,
  type Owner,
  type Policy,
  type Scope,
  type TagKeys,
  type UserClaims,
} from './policy.ts';
import { type Placement, type ResolvedModel, resolveModel } from './resolve-model.ts';
import { isPolicyConfig, schemaProblems, withoutNulls } from './schema-check.ts';
import { unlimitedCostCenters } from './unlimited-cost-centers.ts';
import { userClaimProblems, userClaimsOf } from './user-claims.ts';
import { namedUser } from './user-name.ts';

export interface ResolveOptions extends Partial<Placement> {
  /** `<costCenter>/<application>/<environment>/<alias>` -> ARN, as the module's output has it. */
  readonly inferenceProfiles?: ReadonlyMap<string, string>;
  /** Of a stored policy; otherwise they are read from `api.jwt`. */
  readonly userClaims?: UserClaims;
}

interface Warned {
  /** Problems that do not prevent the policy from being applied. */
  readonly warnings: readonly InputProblem[];
}

type Resolution = Warned &
  ({ readonly policy: Policy } | { readonly problems: readonly [InputProblem, ...InputProblem[]] });

/** Region if none is given. */
export const DEFAULT_REGION = 'us-east-1';

/** Prefix of every resource where the tfvars give none; the root module's default. */
const DEFAULT_NAME = 'bedrock-cost-sentry';

/**
 * Resolves the tfvars of the module. Variables that are about operations only (tags, alarms, ...)
 * are passed over; every problem of the rest is reported at once, in the order of the document.
 */
export function resolvePolicy(config: unknown, options: ResolveOptions = {}): Resolution {
  const { document, unknown } = policyPart(withoutNulls(config));
  const { region = DEFAULT_REGION, plannedAt, isStored = false } = options;
  const models = [...toUnvalidated(toUnvalidated(document).get('models'))].map(
    ([alias, value]) =>
      [
        alias,
        resolveModel(joinPath('models', alias), value, { region, plannedAt, isStored }),
      ] as const,
  );
  const [first, ...others] = [
    ...unknown,
    ...schemaProblems(document),
    ...models.flatMap(([, resolution]) => resolution.problems),
    ...crossFieldProblems(document, isStored),
    ...(isStored ? [] : userClaimProblems(toUnvalidated(withoutNulls(config)))),
  ];
  const warnings = [
    ...models.flatMap(([, resolution]) => resolution.warnings),
    ...(isStored ? [] : unlimitedCostCenters(document)),
  ];
  if (first) return { problems: [first, ...others], warnings };
  invariant(isPolicyConfig(document), 'a document without problems has the form of a policy');
  const resolved = new Map(models.flatMap(([alias, { model }]) => (model ? [[alias, model]] : [])));
  const userClaims = options.userClaims ?? userClaimsOf(toUnvalidated(withoutNulls(config)));
  return { policy: toPolicy(document, resolved, { ...options, region, userClaims }), warnings };
}

/** Leaves out operations variables, and refuses what is neither those nor the policy's. */
function policyPart(config: unknown): { document: unknown; unknown: InputProblem[] } {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    return { document: config, unknown: [] };
  }
  const own = new Set(Object.keys(POLICY_SCHEMA.properties));
  const known = [...own, ...OPERATIONS_VARIABLES];
  const unknown = Object.keys(config)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: joinPath('', name),
      message: unknownValueMessage('variable', name, known),
    }));
  const document = Object.fromEntries(Object.entries(config).filter(([name]) => own.has(name)));
  return { document, unknown };
}

function toPolicy(
  config: PolicyConfig,
  models: ReadonlyMap<string, ResolvedModel>,
  {
    inferenceProfiles,
    region,
    userClaims,
  }: ResolveOptions & Required<Pick<ResolveOptions, 'region' | 'userClaims'>>,
): Policy {
  const profiles = groupByCostCenter(inferenceProfiles ?? new Map());
  const ledger = toLedger(config);
  return {
    name: config.name ?? DEFAULT_NAME,
    region,
    timeZone: config.time_zone ?? 'UTC',
    execution: config.execution ?? 'direct',
    logPrompts: config.log_prompts ?? false,
    ...(config.default_cost_center !== undefined && {
      defaultCostCenter: config.default_cost_center,
    }),
    userClaims,
    ledger,
    applications: new Map(
      Object.entries(config.applications).map(([name, application]) => [
        name,
        toApplication(name, application),
      ]),
    ),
    models: new Map([...models].map(([alias, model]) => [alias, toModel(alias, model, config)])),
    costCenters: new Map(
      Object.entries(config.cost_centers).map(([name, center]) => [
        name,
        toCostCenter(name, center, profiles.get(name) ?? new Map()),
      ]),
    ),
    organization: {
      limits: toLimits(ORGANIZATION, config.organization?.limits),
    },
    tagKeys: toTagKeys(config.tag_keys),
    proxy: {
      enabled: config.proxy?.enabled ?? false,
      allowOrigins: config.proxy?.allow_origins ?? [],
      allowFields: config.proxy?.allow_fields ?? [],
      userClaims: claimNames(config.proxy?.jwt),
    },
    operators: {
      iamRoleArns: config.operators?.iam_role_arns ?? [],
      jwt: config.operators?.jwt ?? {},
    },
    // Values of the table take precedence; without a table, only the configuration counts.
    shardLayout: [{ shards: ledger.shards, from: 0 }],
    overrides: new Map(),
    overrideRecords: [],
  };
}

const claimNames = ({
  user_claim: user,
  groups_claim: groups,
}: NonNullable<NonNullable<PolicyConfig['proxy']>['jwt']> | Record<string, never> = {}) => ({
  ...(user !== undefined && { user }),
  ...(groups !== undefined && { groups }),
});

const toTagKeys = (config: PolicyConfig['tag_keys']): TagKeys => ({
  costCenter: config?.cost_center ?? 'costCenter',
  application: config?.application ?? 'applicationId',
  environment: config?.environment ?? 'environment',
});

/** So many calls in flight of one cost center keep an item with three limits below 32 KB. */
const IN_FLIGHT_MAX = 400;
const LIMITS_OF_IN_FLIGHT_MAX = 3;
/** Of one cost center in an item that others pay for: about one write unit. */
const RESTRICTED_MAX = 20;

/** An agent begins few; a caller that needs more names another one in each request. */
const NEW_SESSIONS_PER_MINUTE = 60;

/** With more limits of one owner a reservation is larger: fewer of them are as large together. */
function inFlightMaxOf({ cost_centers, models, organization }: PolicyConfig): number {
  const owners = [...Object.values(cost_centers), ...Object.values(models), organization];
  const most = Math.max(...owners.map((owner) => owner?.limits?.length ?? 0));
  const share = LIMITS_OF_IN_FLIGHT_MAX / Math.max(LIMITS_OF_IN_FLIGHT_MAX, most);
  return Math.floor(IN_FLIGHT_MAX * share);
}

function toLedger(policy: PolicyConfig): LedgerSettings {
  const config = policy.ledger ?? {};
  const inFlightMax = config.in_flight_max ?? inFlightMaxOf(policy);
  return {
    shards: config.shards ?? 1,
    leaseSeconds: config.lease_seconds ?? 420,
    historyWindows: config.history_windows ?? 3,
    reservation: config.reservation ?? 'strict',
    unknownOutcome: config.unknown_outcome ?? config.expired_reservation ?? 'charge',
    inFlightMax,
    inFlightRestrictedMax: Math.min(RESTRICTED_MAX, inFlightMax),
    newSessionsPerMinute: config.new_sessions_per_minute ?? NEW_SESSIONS_PER_MINUTE,
    waitSeconds: config.wait_seconds ?? 0,
    onLedgerError: config.on_ledger_error ?? 'deny',
  };
}

function toModel(alias: string, model: ResolvedModel, config: PolicyConfig): Model {
  const limits = config.models[alias]?.limits;
  return { ...model, alias, limits: toLimits({ kind: 'model', name: alias }, limits) };
}

function toCostCenter(
  name: string,
  config: CostCenterConfig,
  inferenceProfiles: ReadonlyMap<string, string>,
): CostCenter {
  const model = config.model ?? config.models[0];
  invariant(model !== undefined, 'a cost center has at least one model');
  return {
    name,
    tagValue: config.tag_value ?? name,
    model,
    models: config.models,
    applications: config.applications,
    limits: toLimits({ kind: 'costCenter', name }, config.limits),
    ...toCallers(config.callers),
    alertEmails: config.alert_emails ?? [],
    inferenceProfiles,
  };
}

function toApplication(
  name: string,
  { environments, default_environment: defaultEnvironment }: PolicyConfig['applications'][string],
) {
  return { name, environments, ...(defaultEnvironment !== undefined && { defaultEnvironment }) };
}

function toCallers(config: CostCenterConfig['callers']): Pick<CostCenter, 'callers'> {
  const bindings: readonly BindingConfig[] = [config ?? []].flat();
  return bindings.length > 0 ? { callers: bindings.map(toBinding) } : {};
}

const toBinding = (config: BindingConfig): CallerBinding => ({
  iamRoleArns: config.iam_role_arns ?? [],
  jwt: config.jwt ?? {},
  ...(config.applications && { applications: config.applications }),
  ...(config.environments && { environments: config.environments }),
  trustSessionNames: config.trust_session_names ?? false,
});

function toLimits(owner: Owner, limits: readonly LimitConfig[] | undefined): readonly Limit[] {
  return (limits ?? []).map((limit) => {
    const amount = limitAmount(limit.unit, limit.amount);
    invariant(typeof amount === 'number', 'amounts are checked before limits are made');
    return {
      owner,
      name: limitName(limit),
      window: limit.window,
      unit: limit.unit,
      mode: limit.mode ?? 'enforce',
      amount,
      scope: toScope(limit),
      notifyAt: [...(limit.notify_at ?? [])].sort((left, right) => left - right),
      ceilings: (limit.ceilings ?? []).map((ceiling) => ({
        percent: ceiling.percent,
        scope: toScope(ceiling),
        ...(ceiling.fallback !== undefined && { fallback: ceiling.fallback }),
      })),
      ...(limit.per !== undefined && { per: limit.per }),
      ...(limit.groups && { groups: toAmounts(limit.unit, limit.groups) }),
      ...(limit.users && { users: toAmounts(limit.unit, byCountedName(limit.users)) }),
    };
  });
}

/** Terraform cannot bring every name into the form in which it is counted. */
function byCountedName(users: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const counted = new Map<string, number>();
  for (const [given, amount] of Object.entries(users)) {
    const name = namedUser(given) ?? given;
    counted.set(name, Math.min(amount, counted.get(name) ?? amount));
  }
  return Object.fromEntries(counted);
}

function toAmounts(
  unit: Limit['unit'],
  amounts: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(amounts).map(([name, given]) => {
      const amount = limitAmount(unit, given);
      invariant(typeof amount === 'number', 'amounts are checked before limits are made');
      return [name, amount];
    }),
  );
}

interface ScopeConfig {
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly model?: string | undefined;
}

const toScope = ({ application, environment, model }: ScopeConfig): Scope => ({
  ...(application !== undefined && { application }),
  ...(environment !== undefined && { environment }),
  ...(model !== undefined && { model }),
});

/** Splits `<costCenter>/<rest>` once, so that resolving stays linear in the number of profiles. */
function groupByCostCenter(
  profiles: ReadonlyMap<string, string>,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const groups = new Map<string, Map<string, string>>();
  for (const [key, arn] of profiles) {
    const slash = key.indexOf('/');
    const name = key.slice(0, slash);
    const group = groups.get(name) ?? new Map<string, string>();
    groups.set(name, group.set(key.slice(slash + 1), arn));
  }
  return groups;
}
