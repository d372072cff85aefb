/** Requests that cost nothing: which inference profiles there are, and how many tokens a prompt has. */

import {
  isProblem,
  type ProblemDetails,
  problemDetails,
  upstreamError,
} from '../../core/call/answers/answers.ts';
import { calledAs } from '../../core/call/candidate/priced-bound.ts';
import { boundCostCenters } from '../../core/call/context/caller-cost-centers.ts';
import type { StartedCall } from '../../core/call/steps/begin-call.ts';
import type { Caller } from '../../core/caller.ts';
import { invariant } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import type { JsonObject } from '../../core/json-value.ts';
import type { CostCenter, Model, Policy } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import type { NamedContext } from '../../core/protocols/relay/names.ts';
import type { ModelRelay } from '../../core/protocols/relay/ports.ts';
import { findContext, type RelayedRequest } from '../../core/protocols/relay/prepare-call.ts';
import { quoted } from '../../core/safe-text.ts';
import { isoTimestamp } from '../../core/time.ts';

export interface Lookups {
  readonly policies: PolicySource;
  readonly relay: ModelRelay;
  /** Region and account of this deployment, as ARNs need them. */
  readonly deployment: { readonly region: string; readonly accountId: string };
}

interface ProfilesRequest {
  readonly kind: 'profiles' | 'profile';
  readonly profile?: string;
}

interface Asker {
  readonly receivedAt: number;
  readonly caller?: Caller;
  readonly key: NamedContext;
  readonly header: NamedContext;
  readonly models?: readonly string[];
}

interface Profile {
  readonly inferenceProfileName: string;
  readonly inferenceProfileArn: string;
  readonly inferenceProfileId: string;
  readonly status: 'ACTIVE';
  readonly type: 'SYSTEM_DEFINED' | 'APPLICATION';
  readonly models: readonly { readonly modelArn: string }[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Models that an asker may use; all of them where nothing says who asks, as in a sandbox. */
export function modelsOf(policy: Policy, asker: Asker, isKnown: boolean): readonly Model[] {
  const centers = centersOf(policy, asker);
  const aliases =
    centers.length > 0 || isKnown
      ? centers.flatMap(({ models }) => models)
      : [...policy.models.keys()];
  return [...new Set(aliases)].flatMap((alias) => {
    const model = policy.models.get(alias);
    return model && (asker.models?.includes(alias) ?? true) ? [model] : [];
  });
}

/** As ListInferenceProfiles and GetInferenceProfile answer, with what the caller may use alone. */
export function profileAnswer(
  { deployment }: Lookups,
  policy: Policy,
  asked: ProfilesRequest,
  asker: Asker,
): { readonly body: JsonObject } | { readonly problem: string } {
  const profiles = centersOf(policy, asker).flatMap((center) =>
    center.models.flatMap((alias) => {
      const model = policy.models.get(alias);
      const allowed = asker.models?.includes(alias) ?? true;
      return model && allowed ? profilesOf(center, model, deployment, asker.receivedAt) : [];
    }),
  );
  const byArn = new Map(profiles.map((each) => [each.inferenceProfileArn, each]));
  if (asked.kind === 'profiles')
    return { body: { inferenceProfileSummaries: [...byArn.values()] } };
  const { profile = '' } = asked;
  const found = byArn.get(profile) ?? profiles.find((each) => each.inferenceProfileId === profile);
  if (found) return { body: { ...found } };
  return { problem: `There is no inference profile ${quoted(profile)} that this caller may use.` };
}

function centersOf(policy: Policy, { caller, key, header }: Asker): readonly CostCenter[] {
  if (caller && caller.kind !== 'key') {
    return boundCostCenters(policy, caller)
      .map(({ costCenter }) => costCenter)
      .filter(({ name }) => name === (header.costCenter ?? name));
  }
  const named = key.costCenter ?? header.costCenter ?? policy.defaultCostCenter;
  const center = named === undefined ? undefined : policy.costCenters.get(named);
  return center ? [center] : [];
}

function profilesOf(
  { inferenceProfiles }: CostCenter,
  model: Model,
  { region, accountId }: Lookups['deployment'],
  now: number,
): readonly Profile[] {
  const { alias, modelId, baseModelId } = model;
  const arn = (account: string, resource: string) =>
    `arn:aws:bedrock:${region}:${account}:${resource}`;
  const common = {
    status: 'ACTIVE' as const,
    models: [{ modelArn: arn('', `foundation-model/${baseModelId}`) }],
    createdAt: isoTimestamp(now),
    updatedAt: isoTimestamp(now),
  };
  const system =
    modelId === baseModelId || modelId.startsWith('arn:')
      ? []
      : [
          {
            ...common,
            inferenceProfileName: alias,
            inferenceProfileArn: arn(accountId, `inference-profile/${modelId}`),
            inferenceProfileId: modelId,
            type: 'SYSTEM_DEFINED' as const,
          },
        ];
  const own = [...inferenceProfiles].flatMap(([key, profileArn]) =>
    key.split('/').slice(2).join('/') === alias
      ? [
          {
            ...common,
            inferenceProfileName: key,
            inferenceProfileArn: profileArn,
            inferenceProfileId: calledAs(model, profileArn).modelMetric,
            type: 'APPLICATION' as const,
          },
        ]
      : [],
  );
  return [...system, ...own];
}

type CountedTokens =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: AsyncIterable<Uint8Array>;
    }
  | { readonly problem: ProblemDetails };

type CountBody = { readonly body: JsonObject } | { readonly problems: readonly InputProblem[] };

/**
 * Counting is free: it is sent for the bare model, which is all CountTokens takes.
 * @param toBody the body for a model, where it is not the caller's own.
 */
export async function tokenCountAnswer(
  { policies, relay }: Lookups,
  start: StartedCall,
  call: RelayedRequest,
  toBody: (model: Model) => CountBody = () => call,
): Promise<CountedTokens> {
  const policy = await policies.load();
  const found = findContext(policy, start, call);
  if ('status' in found) {
    invariant(isProblem(found.answer), 'a call that is not valid has a problem');
    return { problem: found.answer };
  }
  const { model } = found.context;
  const counted = toBody(model);
  if ('problems' in counted) {
    const [first] = counted.problems;
    const detail = first ? `${first.path}: ${first.message}` : 'The request is not valid.';
    return { problem: problemDetails('invalid_request', start.tags, detail) };
  }
  const { answerBy = call.deadline } = call;
  const result = await relay.send({
    operation: 'count-tokens',
    modelId: model.baseModelId,
    body: JSON.stringify(counted.body),
    headers: {},
    deadline: Math.min(call.deadline, answerBy),
    answerBy,
  });
  if (result.outcome === 'answered') return result;
  const upstream = upstreamError(result.failure);
  return {
    problem: problemDetails('invocation_failed', start.tags, upstream.message, { upstream }),
  };
}
