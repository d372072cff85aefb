/** The likely reasons of a difference, found by rule: the first rule that matches is shown. */

import { driftOf, isAbove, type Permille } from './drift.ts';
import { TOKEN_KINDS, type UsageAndCost } from './usage-and-cost.ts';

export const DRIFT_REASONS = {
  around_the_sentry: 'more tokens than metered: calls used the profile and bypassed the sentry',
  lost_answers: 'calls did not complete: AWS can have counted them, and the sentry did not',
  cache_tokens: 'CloudWatch has no tokens read from or written to a cache; they were metered',
  price_out_of_date: 'the same tokens at a different price: the policy or the catalogue changed',
  day_not_over: 'the period includes today, and CloudWatch is a few minutes late',
  metrics_missing:
    'fewer tokens than metered: calls ran in another region or account, or the profile was replaced',
  tag_not_active:
    'no cost has the tag of cost centers: activate it as a cost allocation tag, and wait a day',
  billing_lag: 'the bill of the last days is not complete',
  partly_untagged:
    'a part of the bill is untagged: the tag is not retroactive, and only profiles have it',
  tag_elsewhere:
    'more than twice the metered and observed cost: another region, account or deployment uses the tag',
  bill_price:
    "the same usage at a different price: a discount, or a policy price that is not AWS's",
  unexplained: 'no rule matches',
} as const;
export type DriftReason = keyof typeof DRIFT_REASONS;

/** Usage of one cost center and model. */
interface RowSides {
  readonly metered: UsageAndCost;
  readonly observed: UsageAndCost;
  /** The metered cost of cache tokens, at the policy's prices; nano-USD. */
  readonly cacheCost: bigint;
  /** Calls of the cost center that did not complete. */
  readonly lost: number;
  /** Whether the period includes today. */
  readonly isOpen: boolean;
  readonly tolerance: Permille;
}

type Rule<Sides> = readonly [DriftReason, (sides: Sides) => boolean];

const hasMore = ({ metered, observed, tolerance }: RowSides): boolean =>
  TOKEN_KINDS.some((kind) => isAbove(observed[kind], metered[kind], tolerance));

const hasFewer = ({ metered, observed, tolerance }: RowSides): boolean =>
  (['input', 'output'] as const).some((kind) => isAbove(metered[kind], observed[kind], tolerance));

const ROW_RULES: readonly Rule<RowSides>[] = [
  ['lost_answers', (sides) => hasMore(sides) && sides.lost > 0],
  ['around_the_sentry', hasMore],
  [
    'cache_tokens',
    ({ metered, observed, cacheCost, tolerance }) =>
      cacheCost > 0n &&
      observed.cacheRead + observed.cacheWrite === 0 &&
      !driftOf(metered.nanoUsd - cacheCost, observed.nanoUsd, tolerance).isOver,
  ],
  ['day_not_over', (sides) => hasFewer(sides) && sides.isOpen],
  ['metrics_missing', hasFewer],
  ['price_out_of_date', ({ metered, observed }) => metered.nanoUsd !== observed.nanoUsd],
];

/** @returns undefined where both sides agree. */
export const usageDriftReason = (sides: RowSides): DriftReason | undefined =>
  driftOf(sides.metered.nanoUsd, sides.observed.nanoUsd, sides.tolerance).isOver
    ? first(ROW_RULES, sides)
    : undefined;

/** Cost of one cost center; nano-USD. */
interface BillSides {
  readonly metered: bigint;
  readonly observed: bigint;
  readonly billed: bigint;
  readonly untagged: bigint;
  readonly isTagged: boolean;
  /** Metered on days with an incomplete bill. */
  readonly unbilled: bigint;
  readonly tolerance: Permille;
}

const isShort = ({ metered, billed }: BillSides): boolean => billed < metered;
const isObserved = ({ metered, observed, tolerance }: BillSides): boolean =>
  !driftOf(metered, observed, tolerance).isOver;

const BILL_RULES: readonly Rule<BillSides>[] = [
  ['tag_not_active', (sides) => isShort(sides) && !sides.isTagged && sides.untagged > 0n],
  [
    'billing_lag',
    (sides) =>
      isShort(sides) &&
      sides.unbilled > 0n &&
      !(
        isShort({ ...sides, metered: sides.metered - sides.unbilled }) &&
        driftOf(sides.metered - sides.unbilled, sides.billed, sides.tolerance).isOver
      ),
  ],
  [
    'around_the_sentry',
    ({ metered, observed, billed, tolerance }) =>
      billed > metered && observed > metered && driftOf(metered, observed, tolerance).isOver,
  ],
  ['partly_untagged', (sides) => isShort(sides) && sides.untagged > 0n],
  // More than a discount or an outdated price can explain.
  ['tag_elsewhere', (sides) => isObserved(sides) && sides.billed > 2n * sides.metered],
  ['bill_price', isObserved],
];

/** Reasons for which the bill is not comparable yet, so no drift is reported. */
const WAITING: readonly DriftReason[] = ['tag_not_active', 'billing_lag'];
export const isWaiting = (reason: DriftReason | undefined): boolean =>
  reason !== undefined && WAITING.includes(reason);

/** @returns undefined where the bill agrees with what was metered. */
export const billDriftReason = (sides: BillSides): DriftReason | undefined =>
  driftOf(sides.metered, sides.billed, sides.tolerance).isOver
    ? first(BILL_RULES, sides)
    : undefined;

const first = <Sides>(rules: readonly Rule<Sides>[], sides: Sides): DriftReason =>
  rules.find(([, applies]) => applies(sides))?.[0] ?? 'unexplained';
