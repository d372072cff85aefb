/** The candidate models of a past call under a policy, and its worst case on each. */

import { fallbackModels } from '../../call/candidate/select-candidates.ts';
import type { CallContext } from '../../call/context/resolve-context.ts';
import type { AmountsByUnit } from '../../ledger/effective-limits.ts';
import { toSafeInteger } from '../../money.ts';
import type { Model, Policy } from '../../policy/policy.ts';
import { totalInputTokens } from '../../pricing/cost.ts';
import type { EffectivePrice } from '../../pricing/price.ts';
import { worstCaseOf, writtenCacheTtl } from '../../pricing/worst-case.ts';
import type { EpochMs } from '../../time.ts';
import type { TraceLine } from '../trace/trace.schema.ts';

export interface ReplayCandidate {
  /** Alias. */
  readonly model: string;
  readonly worstCase: AmountsByUnit;
  /** Price at which the call is settled. */
  readonly period: EffectivePrice;
}

type ReplayCandidates =
  | { readonly candidates: readonly [ReplayCandidate, ...ReplayCandidate[]] }
  | { readonly problem: string };

type Bound = NonNullable<TraceLine['bounds']>[number];

/** Problems are those of the requested model; a fallback with problems is omitted. */
export function replayCandidates(
  policy: Policy,
  context: Pick<CallContext, 'costCenter' | 'model'>,
  line: TraceLine,
  at: EpochMs,
): ReplayCandidates {
  const bounds = boundsOf(line);
  const [first] = bounds;
  if (!first) return { problem: UNKNOWN_SIZE };
  const boundFor = ({ alias }: Model) => bounds.find(({ model }) => model === alias) ?? first;
  const asked = candidate(context.model, boundFor(context.model), at);
  if (typeof asked === 'string') return { problem: asked };
  const others = fallbackModels(policy, context)
    .map((model) => candidate(model, boundFor(model), at))
    .filter((each) => typeof each !== 'string');
  return { candidates: [asked, ...others] };
}

export const ABOVE_LEDGER_MAXIMUM = 'could cost more than the ledger counts';
/** The line is of a version that did not record the requested size. */
const UNKNOWN_SIZE = 'the audit line does not include the requested size';

/** Whether the requested size is known. */
export const hasTokenBounds = (line: TraceLine): boolean => boundsOf(line).length > 0;

/** If only usage is known, it is used instead of the requested size: it is never higher. */
function boundsOf({ bounds = [], usage, model }: TraceLine): readonly Bound[] {
  if (bounds.length > 0 || !usage) return bounds;
  return [{ model, inputTokens: totalInputTokens(usage), outputTokens: usage.outputTokens }];
}

function candidate(
  { alias, maxOutputTokens, prices, traits }: Model,
  { inputTokens, outputTokens, cacheTtl }: Bound,
  at: EpochMs,
): ReplayCandidate | string {
  if (outputTokens > maxOutputTokens) {
    return `max_tokens is ${outputTokens}, but ${alias} writes at most ${maxOutputTokens}`;
  }
  const ttl = writtenCacheTtl(cacheTtl ?? '5m', traits);
  const bound = { inputTokens, maxOutputTokens: outputTokens, cacheTtl: ttl };
  const { amount, period } = worstCaseOf(bound, prices, at);
  if (amount > BigInt(Number.MAX_SAFE_INTEGER)) return ABOVE_LEDGER_MAXIMUM;
  return {
    model: alias,
    period,
    worstCase: {
      requests: 1,
      tokens: inputTokens + outputTokens,
      input_tokens: inputTokens,
      output_tokens: outputTokens,
      usd: toSafeInteger(amount),
    },
  };
}
