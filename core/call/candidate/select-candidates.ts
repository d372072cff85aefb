/**
 * The models that could run a call: the one asked for, and those a ceiling may put in its place.
 */

import { invariant } from '../../errors.ts';
import type { InputProblem } from '../../input-problem.ts';
import type { Model, Policy } from '../../policy/policy.ts';
import type { Clock, EpochMs } from '../../time.ts';
import type { CallContext } from '../context/resolve-context.ts';
import type { TokenCounter } from '../prompt-bound/ports.ts';
import { measurePrompt } from '../prompt-bound/prompt-size.ts';
import type { AdditionalFields } from '../request/additional-fields.schema.ts';
import type { Prompt } from '../request/prompt.ts';
import type { RequestParameters } from '../request/request.schema.ts';
import { type Candidate, type CandidateResult, toCandidate } from './candidate.ts';

export interface CandidatePorts {
  readonly clock: Clock;
  /** Absent: the strict bound is always used, also where the policy says to count. */
  readonly counter?: TokenCounter;
}

interface CandidatesRequest {
  readonly policy: Policy;
  readonly context: CallContext;
  readonly prompt: Prompt;
  readonly parameters: RequestParameters;
  readonly fields?: AdditionalFields | undefined;
  /** When the caller stops waiting. */
  readonly deadline?: EpochMs | undefined;
}

type CandidatesResult =
  | { readonly outcome: 'valid'; readonly candidates: readonly [Candidate, ...Candidate[]] }
  | { readonly outcome: 'not_valid'; readonly problems: readonly InputProblem[] };

/** Fallbacks of fallbacks are followed no further than this. */
const CANDIDATES_MAX = 8;
/** A count is worth no more waiting than this. */
const COUNTING_MS = 2_000;

/** Problems are those of the model asked for; a fallback that would reject the call is left out. */
export async function selectCandidates(
  ports: CandidatePorts,
  request: CandidatesRequest,
): Promise<CandidatesResult> {
  const { policy, context, prompt, parameters, fields } = request;
  const size = measurePrompt(prompt);
  const prepare = (model: Model, countedTokens?: number): CandidateResult => {
    const profileArn = profileOf(context, model);
    const now = ports.clock.now();
    return toCandidate({ model, profileArn, prompt, size, countedTokens, parameters, fields, now });
  };
  const strict = prepare(context.model);
  if (strict.outcome === 'not_valid') return strict;
  const models = [context.model, ...fallbackModels(policy, context)];
  const counts = await countTokens(ports, request, models);
  const [first, ...others] = models.map((model) => prepare(model, counts.get(model.baseModelId)));
  invariant(first, 'the model asked for is the first candidate');
  if (first.outcome === 'not_valid') return first;
  const replacements = others.flatMap((each) => (each.outcome === 'valid' ? [each.candidate] : []));
  return { outcome: 'valid', candidates: [first.candidate, ...replacements] };
}

function profileOf(context: CallContext, { alias }: Model): string | undefined {
  const { costCenter, application, environment } = context;
  return costCenter.inferenceProfiles.get(`${application}/${environment}/${alias}`);
}

/** By base model; only what could be counted in time, and nothing unless the policy says so. */
async function countTokens(
  { clock, counter }: CandidatePorts,
  { policy, prompt, deadline }: CandidatesRequest,
  models: readonly Model[],
): Promise<ReadonlyMap<string, number>> {
  if (!counter || policy.ledger.reservation !== 'count') return new Map();
  const countable = models.filter(({ traits }) => traits.countTokens === 'runtime');
  const ids = [...new Set(countable.map(({ baseModelId }) => baseModelId))];
  const stop = Math.min(clock.now() + COUNTING_MS, deadline ?? Number.MAX_SAFE_INTEGER);
  const counts = await Promise.all(
    ids.map(async (baseModelId) => {
      const tokens = await counter.count({ baseModelId, prompt, deadline: stop });
      return [baseModelId, tokens] as const;
    }),
  );
  return new Map(counts.flatMap(([id, tokens]) => (tokens === undefined ? [] : [[id, tokens]])));
}

/** Every model that a ceiling on the way could put in the place of the one asked for. */
export function fallbackModels(
  policy: Policy,
  { costCenter, model }: Pick<CallContext, 'costCenter' | 'model'>,
): readonly Model[] {
  const shared = [...costCenter.limits, ...policy.organization.limits];
  const reached = [model];
  for (const each of reached) {
    if (reached.length >= CANDIDATES_MAX) break;
    for (const { ceilings } of [...shared, ...each.limits]) {
      for (const { fallback = '' } of ceilings) {
        const next = policy.models.get(fallback);
        if (next && !reached.includes(next) && costCenter.models.includes(fallback)) {
          reached.push(next);
        }
      }
    }
  }
  return reached.slice(1, CANDIDATES_MAX);
}
