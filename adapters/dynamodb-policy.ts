/**
 * The policy from the ledger table, with the shard layout and the overrides: three reads, or four
 * of a table without a sweep yet, kept for a minute, shared by concurrent callers.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { LedgerUnavailableError, PolicyUnavailableError, SentryError } from '../core/errors.ts';
import type { InputProblem } from '../core/input-problem.ts';
import { ONE_SHARD, parseShardLayout } from '../core/ledger/shard-layout.ts';
import {
  OVERRIDE_PARTITION,
  type OverrideItem,
  parseOverrides,
} from '../core/policy/override-items.ts';
import type { Policy, ShardLayout } from '../core/policy/policy.ts';
import { fromPolicyItems, POLICY_PARTITION } from '../core/policy/policy-items.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import { resolvePolicy } from '../core/policy/resolve-policy.ts';
import type { Clock, EpochMs } from '../core/time.ts';
import { INITIAL_LAYOUT_KEY, LAYOUT_KEY } from './dynamodb-sweep.ts';

interface PolicyStoreOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  /** Of the functions, for a policy that does not say where it is deployed. */
  readonly region?: string | undefined;
  /** Called when a refresh failed and the last good policy is still in use. */
  readonly warn: (message: string) => void;
  /** Whether a read sees every write before it, at twice the price. */
  readonly isConsistent?: boolean;
}

const REFRESH = {
  /** How long a loaded policy is used without looking: a change takes effect within this time. */
  freshMs: 60_000,
  /** How long before that a call begins to look, in the background. */
  aheadMs: 20_000,
  /** How long the last good policy holds while none can be loaded; then nothing is allowed. */
  staleMs: 600_000,
  /** Time between attempts while refreshing fails, so that a struggling table is not hammered. */
  retryMs: 10_000,
};

const PAGES_MAX = 64;
const PROBLEMS_SHOWN = 5;

interface Loaded {
  readonly policy: Policy;
  readonly loadedAt: EpochMs;
  /** From then on, the next caller looks again. */
  readonly refreshAt: EpochMs;
}

/** A policy source over the `policy` partition of the ledger table. */
export function createDynamoDbPolicySource(options: PolicyStoreOptions): PolicySource {
  let last: Loaded | undefined;
  let loading: Promise<Policy> | undefined;

  async function refresh(): Promise<Policy> {
    try {
      const policy = await query(options);
      const loadedAt = options.clock.now();
      last = { policy, loadedAt, refreshAt: loadedAt + REFRESH.freshMs };
      return policy;
    } catch (error) {
      const now = options.clock.now();
      if (!last || now - last.loadedAt > REFRESH.staleMs) throw asUnavailable(error);
      last = { ...last, refreshAt: now + REFRESH.retryMs };
      const age = Math.round((now - last.loadedAt) / 1000);
      options.warn(`the policy of ${age} s ago still holds: ${asUnavailable(error).message}`);
      return last.policy;
    }
  }

  function refreshOnce(): Promise<Policy> {
    loading ??= refresh().finally(() => {
      loading = undefined;
    });
    return loading;
  }

  return {
    async load(maxAgeMs = Number.MAX_SAFE_INTEGER) {
      const now = options.clock.now();
      if (!last || !isFresh(last, now) || now - last.loadedAt > maxAgeMs) return refreshOnce();
      // A later caller then does not wait for it. What fails here is tried again, and reported, by
      // the caller that finds the policy too old.
      if (now >= last.refreshAt - REFRESH.aheadMs) refreshOnce().catch(() => undefined);
      return last.policy;
    },
  };
}

/** A clock that was set back makes the policy old, not new for hours. */
const isFresh = ({ loadedAt, refreshAt }: Loaded, now: EpochMs): boolean =>
  now >= loadedAt && now < refreshAt;

/** A table that does not answer is the ledger's trouble; what it holds may be the policy's. */
function asUnavailable(error: unknown): SentryError {
  if (error instanceof SentryError) return error;
  const reason = error instanceof Error ? error.name : 'unknown error';
  return new LedgerUnavailableError(`the policy cannot be read (${reason})`, error);
}

async function query(options: PolicyStoreOptions): Promise<Policy> {
  const [items, overrides, layout] = await Promise.all([
    partition(options, POLICY_PARTITION),
    partition(options, OVERRIDE_PARTITION),
    storedLayout(options),
  ]);
  const stored = fromPolicyItems(items.map(toText));
  if ('problems' in stored) throw new PolicyUnavailableError(summary(stored.problems));
  const { config, inferenceProfiles, userClaims, region = options.region } = stored;
  const placed = {
    inferenceProfiles,
    userClaims,
    isStored: true,
    ...(region !== undefined && { region }),
  };
  const resolution = resolvePolicy(config, placed);
  if ('problems' in resolution) throw new PolicyUnavailableError(summary(resolution.problems));
  const now = options.clock.now();
  const read = parseOverrides(resolution.policy, overrides.map(toOverride), now);
  for (const warning of read.warnings.slice(0, PROBLEMS_SHOWN)) options.warn(warning);
  return {
    ...resolution.policy,
    ...layout,
    overrides: read.overrides,
    overrideRecords: read.records,
  };
}

/** Without a layout everything is in one item; with one that cannot be read nothing is safe. */
async function storedLayout(
  options: PolicyStoreOptions,
): Promise<Pick<Policy, 'shardLayout' | 'hasInitialLayout'>> {
  const stored = await layoutAt(options, LAYOUT_KEY);
  if (stored) return { shardLayout: stored };
  const initial = await layoutAt(options, INITIAL_LAYOUT_KEY);
  return initial ? { shardLayout: initial, hasInitialLayout: true } : { shardLayout: ONE_SHARD };
}

async function layoutAt(
  options: PolicyStoreOptions,
  { pk, sk }: typeof LAYOUT_KEY | typeof INITIAL_LAYOUT_KEY,
): Promise<ShardLayout | undefined> {
  const Key = { pk: { S: pk }, sk: { S: sk } };
  const { Item } = await options.client.send(new GetItemCommand({ ...readFrom(options), Key }));
  if (!Item) return undefined;
  const layout = parseShardLayout(Item.body?.S ?? '');
  if (!layout) throw new PolicyUnavailableError('the stored shard layout cannot be read');
  return layout;
}

function summary(problems: readonly InputProblem[]): string {
  const shown = problems.slice(0, PROBLEMS_SHOWN).map(({ path, message }) => `${path}: ${message}`);
  const more = problems.length - shown.length;
  return `the policy is not valid: ${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

type Item = Record<string, AttributeValue>;

const readFrom = ({ tableName, isConsistent }: PolicyStoreOptions) => ({
  TableName: tableName,
  ...(isConsistent && { ConsistentRead: true }),
});

async function partition(options: PolicyStoreOptions, name: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  let pages = 0;
  const input = {
    ...readFrom(options),
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: name } },
  };
  for await (const { Items = [] } of paginateQuery({ client: options.client }, input)) {
    items.push(...Items);
    pages += 1;
    if (pages > PAGES_MAX) throw new PolicyUnavailableError(`the ${name} has too many items`);
  }
  return items;
}

const toText = ({ sk, body }: Item): { sk: string; body: string } => ({
  sk: sk?.S ?? '',
  body: body?.S ?? '',
});

const toOverride = (item: Item): OverrideItem => ({
  ...toText(item),
  audited: item.audited !== undefined,
});
