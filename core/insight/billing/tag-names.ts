/**
 * Translates between the tags of this product and those in the bill, whose keys and values finance
 * can choose: reports and reconciliation use the names of the policy only.
 */
import type { Policy, TagKeys } from '../../policy/policy.ts';
import type { BilledCosts, CostFilter, CostKey, CostPage, CostQuery } from './ports.ts';

/** Tags of a cost, as reports and requests name them. */
export const REPORT_TAGS = ['costCenter', 'applicationId', 'environment'] as const;
export type ReportTag = (typeof REPORT_TAGS)[number];

export interface TagNames {
  /** Keys in the bill. */
  readonly keys: Readonly<Record<ReportTag, string>>;
  /** Cost center -> value of its tag in the bill. */
  readonly values: ReadonlyMap<string, string>;
}

/** For bills of a deployment that is not known: keys and values as the module sets them. */
export const DEFAULT_TAG_NAMES: TagNames = {
  keys: { costCenter: 'costCenter', applicationId: 'applicationId', environment: 'environment' },
  values: new Map(),
};

export const tagNamesOf = ({
  tagKeys,
  costCenters,
}: {
  readonly tagKeys: TagKeys;
  readonly costCenters: Policy['costCenters'];
}): TagNames => ({
  keys: {
    costCenter: tagKeys.costCenter,
    applicationId: tagKeys.application,
    environment: tagKeys.environment,
  },
  values: new Map([...costCenters].map(([name, { tagValue }]) => [name, tagValue])),
});

/** The same costs, with the policy's names in queries and answers. */
export class NamedCosts implements BilledCosts {
  readonly #costs: BilledCosts;
  readonly #names: TagNames;
  /** Value in the bill -> cost center. */
  readonly #costCenters: ReadonlyMap<string, string>;

  constructor(costs: BilledCosts, names: TagNames) {
    this.#costs = costs;
    this.#names = names;
    this.#costCenters = new Map([...names.values].map(([name, value]) => [value, name]));
  }

  get requests(): number {
    return this.#costs.requests;
  }

  async *costAndUsage(query: CostQuery): AsyncIterable<CostPage> {
    const { groupBy, filters } = query;
    const [first, second] = groupBy;
    const billed: CostQuery = {
      ...query,
      groupBy: second ? [this.#keyOf(first), this.#keyOf(second)] : [this.#keyOf(first)],
      ...(filters && { filters: filters.map((filter) => this.#filterOf(filter)) }),
    };
    const at = groupBy.findIndex((key) => 'tag' in key && key.tag === 'costCenter');
    for await (const page of this.#costs.costAndUsage(billed)) {
      yield at < 0 ? page : this.#withCostCenters(page, at);
    }
  }

  #keyOf(key: CostKey): CostKey {
    if (!('tag' in key)) return key;
    const known = REPORT_TAGS.find((tag) => tag === key.tag);
    return known ? { tag: this.#names.keys[known] } : key;
  }

  #filterOf(filter: CostFilter): CostFilter {
    if (!('tag' in filter)) return filter;
    const [first, ...others] = filter.values.flatMap((value) => this.#valuesOf(filter.tag, value));
    return { ...this.#keyOf(filter), values: [first ?? '', ...others] };
  }

  /** Costs from before a cost center had a `tag_value` carry its name. */
  #valuesOf(tag: string, value: string): readonly string[] {
    const own = tag === 'costCenter' ? this.#names.values.get(value) : undefined;
    if (own === undefined || own === value) return [value];
    return this.#costCenters.has(value) ? [own] : [own, value];
  }

  #withCostCenters({ periods }: CostPage, at: number): CostPage {
    return {
      periods: periods.map((period) => ({
        ...period,
        groups: period.groups.map((group) => ({
          ...group,
          keys: group.keys.map((key, index) =>
            index === at && key !== undefined ? (this.#costCenters.get(key) ?? key) : key,
          ),
        })),
      })),
    };
  }
}
