/**
 * A reconciliation as text and as JSON. Names come from metrics and tags and can contain any
 * characters.
 */

import { type Drift, formatPermille } from '../../core/insight/reconcile/drift.ts';
import { DRIFT_REASONS } from '../../core/insight/reconcile/drift-reasons.ts';
import type {
  ReconciledCenter,
  ReconciledModel,
  Reconciliation,
} from '../../core/insight/reconcile/reconcile.ts';
import { TOKEN_KINDS, type UsageAndCost } from '../../core/insight/reconcile/usage-and-cost.ts';
import { formatUsd } from '../../core/money.ts';
import { printable } from '../../core/safe-text.ts';
import { formatTable } from '../terminal/table.ts';
import { usdJson } from '../terminal/usd-json.ts';

/** Remarks on a reconciliation: skipped input, and its cost. */
interface Footnotes {
  /** Sentences for people. */
  readonly notes: readonly string[];
}

export function reconciliationText(found: Reconciliation, { notes }: Footnotes): string {
  const { span, tolerance, centers } = found;
  const reasons = new Set(centers.flatMap((center) => center.reasons));
  return [
    `${span.from} to ${span.to} (exclusive), UTC; tolerance ${formatPermille(tolerance)} %\n\n`,
    centers.length > 0 ? table(centers) : 'Nothing was metered, observed or billed.\n',
    ...(reasons.size > 0 ? ['\n'] : []),
    ...[...reasons].map((reason) => `${reason}: ${DRIFT_REASONS[reason]}\n`),
    othersText(found),
    ...notes.map((note) => `\n${note}\n`),
  ].join('');
}

const TITLES = [
  ...['COST CENTER', 'MODEL', 'TOKENS METERED', 'TOKENS OBSERVED'],
  ...['USD METERED', 'USD OBSERVED', 'DIFFERENCE', 'USD BILLED', 'DIFFERENCE', 'LIKELY REASON'],
];
const NUMBERS = new Set([2, 3, 4, 5, 6, 7, 8]);

function table(centers: readonly ReconciledCenter[]): string {
  const rows = centers.flatMap((center) => {
    const models = center.models.map((model, i) => [
      i === 0 ? printable(center.costCenter) : '',
      printable(model.model),
      ...sides(model),
      ...['', ''],
      model.reasons.join(', '),
    ]);
    const own = center.models.flatMap(({ reasons }) => reasons);
    const all = [
      models.length === 0 ? printable(center.costCenter) : '',
      'all',
      ...sides(center),
      center.billed === undefined ? '' : rounded(center.billed),
      center.billed === undefined ? '' : center.billedDrift ? drift(center.billedDrift) : 'pending',
      center.reasons.filter((reason) => !own.includes(reason)).join(', '),
    ];
    return [...models, all];
  });
  return formatTable([TITLES, ...rows], NUMBERS);
}

type Sides = Pick<ReconciledModel, 'metered' | 'observed' | 'observedDrift'>;

const sides = ({ metered, observed, observedDrift }: Sides): readonly string[] => [
  String(tokensOf(metered)),
  String(tokensOf(observed)),
  rounded(metered.nanoUsd),
  rounded(observed.nanoUsd),
  drift(observedDrift),
];

const tokensOf = (measure: UsageAndCost): number =>
  TOKEN_KINDS.reduce((sum, kind) => sum + measure[kind], 0);

const STEP = 100_000n;

/** USD with four decimals, half away from zero; JSON has every digit. */
const rounded = (amount: bigint): string => {
  const half = amount < 0n ? -STEP / 2n : STEP / 2n;
  return formatUsd(((amount + half) / STEP) * STEP);
};

/** Larger differences are shown as "over". */
const PERMILLE_SHOWN = 10_000;

/** `+1.23 (4.5 %)`, marked with `!` above the tolerance. */
function drift({ difference, permille, isOver }: Drift): string {
  const amount = rounded(difference);
  if (amount === '0.00') return amount;
  const sign = difference > 0n ? '+' : '';
  const percent =
    permille >= PERMILLE_SHOWN ? `over ${PERMILLE_SHOWN / 10}` : formatPermille(permille);
  return `${sign}${amount} (${percent} %)${isOver ? ' !' : ''}`;
}

/** Long enough to distinguish ARNs. */
const MODEL_MAX = 200;

function othersText({ others, untagged }: Reconciliation): string {
  const rows = others
    .filter(({ observed }) => tokensOf(observed) > 0)
    .map(({ model, observed }) => [
      printable(model, MODEL_MAX),
      String(tokensOf(observed)),
      rounded(observed.nanoUsd),
    ]);
  const titles = ['NOT THROUGH A PROFILE', 'TOKENS OBSERVED', 'USD OBSERVED'];
  return [
    ...(rows.length > 0 ? ['\n', formatTable([titles, ...rows], new Set([1, 2]))] : []),
    ...(untagged === undefined || untagged === 0n
      ? []
      : [`\nBilled for Bedrock, not tagged with costCenter: USD ${rounded(untagged)}\n`]),
  ].join('');
}

export function reconciliationJson(found: Reconciliation, { notes }: Footnotes) {
  return {
    from: found.span.from,
    to: found.span.to,
    tolerancePercent: found.tolerance / 10,
    isOver: found.isOver,
    costCenters: found.centers.map((center) => ({
      costCenter: center.costCenter,
      ...sidesJson(center),
      ...(center.billed !== undefined && {
        billed: usdJson(center.billed),
        billedDifference: center.billedDrift ? driftJson(center.billedDrift) : 'waiting',
      }),
      reasons: reasonsJson(center.reasons),
      models: center.models.map(modelJson),
    })),
    others: found.others.map(modelJson),
    ...(found.untagged !== undefined && { billedUntagged: usdJson(found.untagged) }),
    notes,
  };
}

const modelJson = (model: ReconciledModel) => ({
  model: model.model,
  ...sidesJson(model),
  reasons: reasonsJson(model.reasons),
});

const reasonsJson = (reasons: ReconciledCenter['reasons']) =>
  reasons.map((reason) => ({ reason, message: DRIFT_REASONS[reason] }));

const sidesJson = ({ metered, observed, observedDrift }: Sides) => ({
  metered: measureJson(metered),
  observed: measureJson(observed),
  observedDifference: driftJson(observedDrift),
});

const measureJson = ({ input, output, cacheRead, cacheWrite, nanoUsd }: UsageAndCost) => ({
  inputTokens: input,
  outputTokens: output,
  cacheReadInputTokens: cacheRead,
  cacheWriteInputTokens: cacheWrite,
  ...usdJson(nanoUsd),
});

const driftJson = ({ difference, permille, isOver }: Drift) => ({
  ...usdJson(difference),
  percent: permille / 10,
  isOver,
});
