/**
 * Reads Bedrock's model invocation log as past calls, attributed by a policy: this log exists
 * before a ledger does.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html, 2026-11.
 */
import { boundCostCenters } from '../../call/context/caller-cost-centers.ts';
import { toSafeInteger } from '../../money.ts';
import type { CallerBinding, CostCenter, Model, Policy } from '../../policy/policy.ts';
import { costOf, type TokenUsage, totalInputTokens } from '../../pricing/cost.ts';
import { priceAt } from '../../pricing/price-at.ts';
import { parseIsoTime } from '../../time.ts';
import { stringField, toUnvalidated, type UnvalidatedObject } from '../../unvalidated.ts';
import type { TraceLine } from './trace.schema.ts';

/** How calls of the log are attributed to a cost center, in addition to their role. */
export interface Attribution {
  readonly policy: Policy;
  /** ARN of an inference profile -> `<costCenter>/<application>/<environment>/<alias>`. */
  readonly profiles: ReadonlyMap<string, string>;
  /** Cost center of calls that match nothing else. */
  readonly costCenter?: string | undefined;
}

/** An audit line built from an entry, or the reason why it is not possible. */
type ReadEntry =
  | { readonly line: TraceLine; readonly isApplicationAssumed: boolean }
  | { readonly passedOver: 'unattributed' }
  | { readonly problem: string };

/** Whether it is an entry of the log, by its schema fields. */
export const isInvocationLogEntry = (value: unknown): boolean =>
  toUnvalidated(value).get('schemaType') === 'ModelInvocationLog';

export function readInvocationLogEntry(value: unknown, attribution: Attribution): ReadEntry {
  const entry = toUnvalidated(value);
  const timestamp = stringField(entry, 'timestamp') ?? '';
  const startsAt = parseIsoTime(timestamp);
  const requestId = stringField(entry, 'requestId');
  const modelId = stringField(entry, 'modelId');
  if (startsAt === undefined) return { problem: 'timestamp: is not an ISO 8601 time' };
  if (!requestId || !modelId) return { problem: 'has no requestId or no modelId' };
  const payer = payerOf(entry, modelId, attribution);
  if (!payer) return { passedOver: 'unattributed' };
  const model = modelOf(attribution.policy, payer, modelId);
  const usage = usageOf(entry);
  const failed = entry.has('errorCode');
  const { costCenter, application, environment } = payer;
  const tags = { timestamp, applicationId: application, costCenter: costCenter.name, environment };
  const cost = model ? costOf(usage, priceAt(model.prices, startsAt)) : 0n;
  const maxTokens = maxTokensOf(entry);
  return {
    isApplicationAssumed: payer.isAssumed,
    line: {
      requestId,
      at: timestamp,
      tags,
      decision: 'approved',
      outcome: failed ? 'failed' : 'succeeded',
      model: model?.alias ?? modelId,
      usage: { ...usage },
      actualNanoUsd: toSafeInteger(cost),
      settlement: 'settled',
      ...(maxTokens !== undefined && {
        bounds: [
          {
            model: model?.alias ?? modelId,
            inputTokens: totalInputTokens(usage),
            outputTokens: Math.max(maxTokens, usage.outputTokens),
          },
        ],
      }),
    },
  };
}

interface Payer {
  readonly costCenter: CostCenter;
  readonly application: string;
  readonly environment: string;
  readonly alias?: string | undefined;
  /** Whether the application or environment is assumed. */
  readonly isAssumed: boolean;
}

/** By inference profile, otherwise by the caller's role, otherwise the default. */
function payerOf(entry: UnvalidatedObject, modelId: string, by: Attribution): Payer | undefined {
  const { policy, profiles } = by;
  const profile = profiles.get(modelId)?.split('/');
  if (profile) {
    const [name = '', application = '', environment = '', alias] = profile;
    const costCenter = policy.costCenters.get(name);
    return costCenter && { costCenter, application, environment, alias, isAssumed: false };
  }
  const arn = stringField(toUnvalidated(entry.get('identity')), 'arn');
  const bound = arn === undefined ? [] : boundCostCenters(policy, { kind: 'iam', arn });
  const [only, another] = bound;
  if (only && !another) return assumed(policy, only.costCenter, only.bindings);
  const fallback = policy.costCenters.get(by.costCenter ?? policy.defaultCostCenter ?? '');
  return fallback && assumed(policy, fallback, []);
}

/** The first application and environment that the bindings allow, because the entry has none. */
function assumed(
  policy: Policy,
  costCenter: CostCenter,
  bindings: readonly CallerBinding[],
): Payer | undefined {
  const [binding] = bindings;
  const applications = binding?.applications ?? costCenter.applications;
  const [application] = applications;
  if (application === undefined) return undefined;
  const { environments = [], defaultEnvironment } = policy.applications.get(application) ?? {};
  const [environment] = binding?.environments ?? [defaultEnvironment ?? environments[0] ?? ''];
  const isAssumed = applications.length > 1 || environments.length > 1;
  return { costCenter, application, environment: environment ?? '', isAssumed };
}

/** The policy's model for an id as the log has it: bare, with a prefix, or at the end of an ARN. */
function modelOf({ models }: Policy, payer: Payer, loggedId: string): Model | undefined {
  if (payer.alias !== undefined) return models.get(payer.alias);
  const id = loggedId.slice(loggedId.lastIndexOf('/') + 1);
  const all = [...models.values()];
  const matching = [
    ...all.filter(({ modelId }) => modelId === id),
    ...all.filter(({ baseModelId }) => id === baseModelId || id.endsWith(`.${baseModelId}`)),
  ];
  return matching.find(({ alias }) => payer.costCenter.models.includes(alias)) ?? matching[0];
}

function usageOf(entry: UnvalidatedObject): TokenUsage {
  const input = toUnvalidated(entry.get('input'));
  const output = toUnvalidated(entry.get('output'));
  return {
    inputTokens: countOf(input.get('inputTokenCount')),
    outputTokens: countOf(output.get('outputTokenCount')),
    cacheReadInputTokens: countOf(input.get('cacheReadInputTokenCount')),
    cacheWriteInputTokens: countOf(input.get('cacheWriteInputTokenCount')),
    // The log does not separate cache writes by lifetime.
    cacheWrite1hInputTokens: 0,
  };
}

const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;

/** Output that the request allowed, if the log includes bodies. */
function maxTokensOf(entry: UnvalidatedObject): number | undefined {
  const body = toUnvalidated(toUnvalidated(entry.get('input')).get('inputBodyJson'));
  const config = toUnvalidated(body.get('inferenceConfig'));
  return [config.get('maxTokens'), body.get('max_tokens'), body.get('max_gen_len')]
    .map(countOf)
    .find((count) => count > 0);
}
