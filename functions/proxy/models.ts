/** Lists of the models that a caller may use. */
import { anthropicModels, oneModel, openAiModels } from '../../core/protocols/http/model-lists.ts';
import type { RelayedRequest } from '../../core/protocols/relay/prepare-call.ts';
import { quoted } from '../../core/safe-text.ts';
import { modelsOf } from './lookups.ts';
import type { ProxyPorts } from './ports.ts';
import { type Arrived, json, refuse } from './responses.ts';

/** @param id of the one that is asked for; absent: all. */
export async function modelsAnswer(
  ports: ProxyPorts,
  arrived: Arrived,
  asked: Pick<RelayedRequest, 'receivedAt' | 'key' | 'header' | 'models' | 'caller'>,
  id: string | undefined,
): Promise<Response> {
  const policy = await ports.policies.load();
  const models = modelsOf(policy, asked, asked.caller !== undefined);
  const api = arrived.api === 'openai' ? 'openai' : 'anthropic';
  if (id !== undefined) {
    const one = oneModel(api, models, id);
    const detail = `There is no model ${quoted(id)} that this caller may use.`;
    return one ? json(arrived, 200, one) : refuse(arrived, 'unknown_model', detail);
  }
  const { searchParams } = new URL(arrived.request.url);
  const list = api === 'openai' ? openAiModels(models) : anthropicModels(models, searchParams);
  return json(arrived, 200, list);
}
