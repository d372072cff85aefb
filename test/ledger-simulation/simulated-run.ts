/** Parts of a simulated run: virtual hosts, a virtual table, and an oracle that watches. */
import type {
  DynamoDBClient,
  ServiceOutputTypes,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DynamoDbLedger } from '../../adapters/dynamodb-ledger.ts';
import { LAYOUT_KEY } from '../../adapters/dynamodb-sweep.ts';
import { LedgerUnavailableError } from '../../core/errors.ts';
import type { LedgerStore } from '../../core/ledger/ports.ts';
import { RecentCounters } from '../../core/ledger/recent-counters.ts';
import { parseShardLayout } from '../../core/ledger/shard-layout.ts';
import type { Policy, ShardLayout } from '../../core/policy/policy.ts';
import type { AlertPublisher } from '../../core/telemetry/ports.ts';
import type { Clock } from '../../core/time.ts';
import { answerOf, clientOver, type Sent } from './dynamodb/client.ts';
import { DynamoDbModel } from './dynamodb/model.ts';
import type { Item } from './dynamodb/values.ts';
import { Host, type Life, transportOver } from './network.ts';
import { Oracle, type Truth } from './oracle.ts';
import type { CallPlan, Plan } from './plan.ts';
import { type Version, versionAt, versionsOf } from './policies.ts';
import { previousRelease } from './previous-encoding.ts';
import { type Random, randomOf } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { Violation } from './violation.ts';

/** Puts something between the product and its table; for ledgers that are broken on purpose. */
export interface Variation {
  readonly name: string;
  readonly store?: (store: LedgerStore, context: VariationContext) => LedgerStore;
  /** A model's time-out releases the reservation. */
  readonly releasesOnTimeout?: boolean;
  /** A reader that leaves its stream releases the reservation. */
  readonly releasesLeftStreams?: boolean;
  /** An answer whose usage is not known costs so many tokens. */
  readonly tokensOfUnknownUsage?: number;
  /** A call that the model refused costs its worst case. */
  readonly chargesRefusals?: boolean;
  /** A call whose state the workflow cannot carry costs its worst case. */
  readonly chargesTooLarge?: boolean;
  /** A call of unknown outcome stays reserved until its lease ends. */
  readonly leavesUnknownToLease?: boolean;
}

export interface VariationContext {
  readonly clock: Clock;
  readonly plan: Plan;
  readonly send: (input: UpdateItemCommandInput) => Promise<ServiceOutputTypes>;
  readonly get: (account: string) => Promise<ServiceOutputTypes>;
}

export interface RunResult {
  readonly steps: number;
  readonly calls: number;
  readonly decisions: Readonly<Record<string, number>>;
  readonly violation?: { readonly invariant: string; readonly message: string };
}

export const TABLE = 'ledger';
export interface RunOptions {
  readonly variation?: Variation;
  readonly trace?: (line: string) => void;
}

export class SimulatedRun {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly oracle: Oracle;
  readonly versions: readonly Version[];
  readonly hosts: readonly Host[];
  readonly variation: Variation | undefined;
  /** No fault is injected any more: the run comes to its end. */
  isResting = false;
  readonly #model: DynamoDbModel;
  /** Whose request the table is working on. */
  #sender: Truth | undefined;
  #failure: unknown;
  readonly #recent = new WeakMap<Life, RecentCounters>();
  /** Shard layouts as they were written, the newest last. */
  readonly #layouts: { readonly at: number; readonly layout: ShardLayout }[] = [];

  constructor(plan: Plan, { variation, trace }: RunOptions) {
    this.plan = plan;
    this.variation = variation;
    this.versions = versionsOf(plan);
    this.hosts = plan.hosts.map((skew) => new Host(skew));
    this.scheduler = new Scheduler(Date.parse(plan.start), randomOf('order', plan.seed), () => {
      if (this.#failure !== undefined) throw this.#failure;
    });
    const { versions, scheduler } = this;
    this.oracle = new Oracle({
      plan,
      versions,
      now: () => scheduler.now,
      trace: (line) => trace?.(`${new Date(scheduler.now).toISOString().slice(11, 23)} ${line}`),
    });
    this.#model = new DynamoDbModel({
      allOld: plan.allOld,
      pageBytes: plan.pageBytes,
      onWrite: (key, before, after) => {
        if (key.pk === LAYOUT_KEY.pk) this.#noteLayout(after);
        else this.oracle.wrote(this.#sender, key, before, after);
      },
    });
    this.#layouts.push({ at: 0, layout: [{ shards: plan.shards, from: 0 }] });
  }

  #noteLayout(item: Item | undefined): void {
    const layout = parseShardLayout(item?.body?.S ?? '');
    if (!layout) throw new Violation('layout', 'a layout was written that cannot be read');
    this.#layouts.push({ at: this.scheduler.now, layout });
  }

  /** The policy of a host whose cache is that old. */
  policyOf(cacheAgeMs: number): Policy {
    const at = this.scheduler.now - cacheAgeMs;
    const { layout } = this.#layouts.filter((each) => each.at <= at).at(-1) ?? {};
    const { policy } = versionAt(this.versions, at);
    return { ...policy, shardLayout: layout ?? policy.shardLayout };
  }

  /** Publishes, and sometimes fails before or after it did. */
  alertsFrom(random: Random): AlertPublisher {
    const { alertFailures } = this.plan;
    const fails = () => !this.isResting && random.chance(alertFailures);
    return {
      publish: async (alerts) => {
        if (fails()) throw new Error('the publisher is unavailable');
        for (const { id } of alerts) this.oracle.published.add(id);
        if (fails()) throw new Error('the answer of the publisher was lost');
      },
    };
  }

  /** Account items of the table. */
  accounts(): readonly Item[] {
    return this.#model.items().filter(({ pk }) => pk?.S?.startsWith('account#'));
  }

  /** Accounts as the process of a life saw them. */
  recentOf(life: Life): RecentCounters {
    const recent = this.#recent.get(life) ?? new RecentCounters({ now: () => this.scheduler.now });
    this.#recent.set(life, recent);
    return recent;
  }

  /** The real ledger as one life of a host reaches it. */
  ledgerOn(
    life: Life,
    random: Random,
    nextFault: ReturnType<typeof faultsInTurn>,
    sender: Truth | undefined,
  ): { store: LedgerStore; clock: Clock; client: DynamoDBClient } {
    const { scheduler, plan } = this;
    const clock = { now: () => scheduler.now + life.skew };
    const arrive = (sent: Sent) => this.#arrive(sent, sender);
    const send = transportOver({
      scheduler,
      random,
      latency: plan.latency,
      life,
      nextFault,
      arrive,
    });
    const client = clientOver(send);
    const current = new DynamoDbLedger(client, TABLE, clock);
    // A call reserves by one release, also where its step runs again, and settles by the current.
    const isPrevious = sender !== undefined && sender.call.at < plan.upgradedAt;
    const real = isPrevious ? previousRelease(current, client, TABLE) : current;
    const store = this.variation?.store?.(real, {
      clock,
      plan,
      send: (input) => send({ operation: 'UpdateItem', input }).catch(unavailable),
      get: (account) => send({ operation: 'GetItem', input: getInput(account) }).catch(unavailable),
    });
    return { store: store ?? real, clock, client };
  }

  #arrive(sent: Sent, sender: Truth | undefined): ServiceOutputTypes {
    this.#sender = sender;
    try {
      return answerOf(this.#model, sent);
    } catch (error) {
      if (error instanceof Violation) this.#failure ??= error;
      const isRefused = error instanceof Error && error.name === 'ConditionalCheckFailedException';
      if (sender && isRefused) this.oracle.refused(sender, this.#itemOf(sent));
      if (!isRefused && !(error instanceof Violation)) this.#failure ??= error;
      throw error;
    }
  }

  #itemOf({ input }: Sent): Item | undefined {
    const { pk, sk } = ('Key' in input && input.Key) || {};
    return this.#model.items().find((item) => item.pk?.S === pk?.S && item.sk?.S === sk?.S);
  }

  /** Whatever fails, fails the run. */
  watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }

  result(violation?: RunResult['violation']): RunResult {
    const decisions: Record<string, number> = {};
    for (const { decision = 'none' } of this.oracle.truths.values()) {
      decisions[decision] = (decisions[decision] ?? 0) + 1;
    }
    const { steps } = this.scheduler;
    return { steps, calls: this.plan.calls.length, decisions, ...(violation && { violation }) };
  }
}

const unavailable = (cause: unknown): never => {
  throw new LedgerUnavailableError('the table did not answer', cause);
};

const getInput = (account: string) => ({
  TableName: TABLE,
  Key: { pk: { S: account }, sk: { S: 'counters' } },
  ConsistentRead: true,
});

/** The faults of a plan's part, one request after the other. */
export function faultsInTurn(faults: CallPlan['faults']) {
  let requests = 0;
  return () => faults[requests++];
}
