/** Lists of models as the OpenAI and Anthropic APIs have them. */
import type { JsonObject } from '../../json-value.ts';
import type { Model } from '../../policy/policy.ts';

/** A model under each name that a request can have for it. */
interface NamedModel {
  readonly id: string;
  readonly alias: string;
}

function namesOf(models: readonly Model[]): readonly NamedModel[] {
  const named = models.flatMap(({ alias, modelId }) =>
    modelId.startsWith('arn:') || modelId === alias
      ? [{ id: alias, alias }]
      : [
          { id: alias, alias },
          { id: modelId, alias },
        ],
  );
  return [...new Map(named.map((each) => [each.id, each])).values()];
}

/** The date of release is not known: Anthropic's documents allow an epoch value then. */
const anthropicModel = ({ id, alias }: NamedModel) => ({
  type: 'model',
  id,
  display_name: alias,
  created_at: '1970-01-01T00:00:00Z',
});

const openAiModel = ({ id }: NamedModel) => ({
  id,
  object: 'model',
  created: 0,
  owned_by: 'amazon-bedrock',
});

const LIMIT_MAX = 1_000;

/** @param query of the request: `limit`, `after_id` and `before_id` choose a page. */
export function anthropicModels(models: readonly Model[], query: URLSearchParams): JsonObject {
  const all = namesOf(models.filter(({ kind }) => kind === 'text')).map(anthropicModel);
  const indexOf = (name: string) => all.findIndex(({ id }) => id === query.get(name));
  const from = query.has('after_id') ? indexOf('after_id') + 1 : 0;
  const to = query.has('before_id') ? indexOf('before_id') : all.length;
  const asked = Number(query.get('limit') ?? LIMIT_MAX);
  const limit = Number.isInteger(asked) && asked >= 1 ? Math.min(asked, LIMIT_MAX) : LIMIT_MAX;
  const rest = all.slice(from, to < 0 ? all.length : to);
  const data = rest.slice(0, limit);
  return {
    data,
    has_more: rest.length > data.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

export const openAiModels = (models: readonly Model[]): JsonObject => ({
  object: 'list',
  data: namesOf(models).map(openAiModel),
});

/** Undefined where none of the models has the name. */
export function oneModel(
  api: 'anthropic' | 'openai',
  models: readonly Model[],
  id: string,
): JsonObject | undefined {
  const named = namesOf(models).find((each) => each.id === id);
  if (!named) return undefined;
  return api === 'anthropic' ? anthropicModel(named) : openAiModel(named);
}
