/** Billed costs from Cost Explorer. */
import {
  CostExplorerClient,
  type Expression,
  GetCostAndUsageCommand,
  type GetCostAndUsageCommandOutput,
  type GroupDefinition,
  type ResultByTime,
} from '@aws-sdk/client-cost-explorer';
import { BillingUnavailableError } from '../core/errors.ts';
import { parseBilled } from '../core/insight/billing/billed-amount.ts';
import type {
  BilledCosts,
  CostFilter,
  CostGroup,
  CostKey,
  CostPage,
  CostQuery,
} from '../core/insight/billing/ports.ts';
import { quoted } from '../core/safe-text.ts';

const METRIC = 'UnblendedCost';
/** The only region that answers, for all regions of the partition. */
const REGION = 'us-east-1';
/** Cost Explorer throttles early (LimitExceededException); the SDK waits longer each time. */
const ATTEMPTS = 6;
/** Larger answers are not kept: a reader of pages needs memory for one. */
const KEPT_GROUPS_MAX = 8_000;

/** @param region where credentials and endpoints come from a partition other than `aws`. */
export const costExplorerClient = (region: string | undefined): CostExplorerClient =>
  new CostExplorerClient({ region: region ?? REGION, maxAttempts: ATTEMPTS });

/** Asks the same once: a second reader of a query gets what the first one was answered. */
export class CostExplorerCosts implements BilledCosts {
  readonly #client: CostExplorerClient;
  readonly #answered = new Map<string, readonly CostPage[]>();
  #requests = 0;

  constructor(client: CostExplorerClient) {
    this.#client = client;
  }

  get requests(): number {
    return this.#requests;
  }

  async *costAndUsage(query: CostQuery): AsyncIterable<CostPage> {
    const name = JSON.stringify(query);
    const known = this.#answered.get(name);
    if (known !== undefined) {
      yield* known;
      return;
    }
    const kept: CostPage[] = [];
    let groups = 0;
    for await (const page of this.#pages(query)) {
      groups += page.periods.reduce((sum, period) => sum + period.groups.length, 0);
      if (groups <= KEPT_GROUPS_MAX) kept.push(page);
      else kept.length = 0;
      yield page;
    }
    if (groups <= KEPT_GROUPS_MAX) this.#answered.set(name, kept);
  }

  async *#pages(query: CostQuery): AsyncIterable<CostPage> {
    const input = inputOf(query);
    const seen = new Set<string>();
    for (let token: string | undefined; ; ) {
      const output = await this.#send({ ...input, ...(token && { NextPageToken: token }) });
      yield { periods: (output.ResultsByTime ?? []).map((result) => periodOf(result, query)) };
      token = output.NextPageToken || undefined;
      if (token === undefined) return;
      // It would never end, and every request costs.
      if (seen.has(token)) throw notUnderstood('the same page twice');
      seen.add(token);
    }
  }

  async #send(input: ReturnType<typeof inputOf>): Promise<GetCostAndUsageCommandOutput> {
    this.#requests += 1;
    const output = await this.#client.send(new GetCostAndUsageCommand(input));
    this.#requests += (output.$metadata.attempts ?? 1) - 1;
    return output;
  }
}

const inputOf = ({ from, to, granularity, groupBy, filters = [] }: CostQuery) => ({
  TimePeriod: { Start: from, End: to },
  Granularity: granularity === 'daily' ? ('DAILY' as const) : ('MONTHLY' as const),
  Metrics: [METRIC],
  GroupBy: groupBy.map(groupOf),
  ...(filters.length > 0 && { Filter: allOf(filters.map(filterOf)) }),
});

const groupOf = (key: CostKey): GroupDefinition =>
  'tag' in key ? { Type: 'TAG', Key: key.tag } : { Type: 'DIMENSION', Key: key.dimension };

/** `And` and `Or` take two operands or more. */
const allOf = (parts: Expression[]): Expression | undefined =>
  parts.length > 1 ? { And: parts } : parts[0];

function filterOf(filter: CostFilter): Expression {
  const values = [...filter.values];
  if ('dimension' in filter) return { Dimensions: { Key: filter.dimension, Values: values } };
  const present = values.filter((value) => value !== '');
  const carried = { Tags: { Key: filter.tag, Values: present } };
  const absent: Expression = { Tags: { Key: filter.tag, MatchOptions: ['ABSENT'] } };
  if (present.length === values.length) return carried;
  return present.length === 0 ? absent : { Or: [carried, absent] };
}

function periodOf(result: ResultByTime, query: CostQuery): CostPage['periods'][number] {
  const { Start: from, End: to } = result.TimePeriod ?? {};
  if (from === undefined || to === undefined) throw notUnderstood('a period without its days');
  const groups = (result.Groups ?? []).map(({ Keys = [], Metrics }): CostGroup => {
    const { Amount: text = '', Unit: currency = 'USD' } = Metrics?.[METRIC] ?? {};
    const amount = parseBilled(text);
    if (amount === undefined) throw notUnderstood(`the amount ${quoted(text)} on ${from}`);
    return { keys: keysOf(Keys, query.groupBy), amount, currency };
  });
  return { from, to, estimated: result.Estimated === true, groups };
}

/** A tag's value comes as `costCenter$sales`, and `costCenter$` where there is none. */
function keysOf(answered: readonly string[], asked: readonly CostKey[]): (string | undefined)[] {
  const left = [...answered];
  const tags = asked.map((key) => {
    const prefix = 'tag' in key ? `${key.tag}$` : undefined;
    const at = prefix === undefined ? -1 : left.findIndex((each) => each.startsWith(prefix));
    return at < 0 ? undefined : left.splice(at, 1)[0]?.slice(prefix?.length);
  });
  return asked.map((key, i) => ('tag' in key ? tags[i] : left.shift()));
}

const notUnderstood = (what: string): BillingUnavailableError =>
  new BillingUnavailableError(`Cost Explorer answered ${what}, which can't be understood.`);
