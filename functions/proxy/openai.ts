/** The routes of the OpenAI API. */
import { isJsonObject, type JsonObject } from '../../core/json-value.ts';
import type { ApiRoute } from '../../core/protocols/http/api-route.ts';
import { chatDialect, responsesDialect } from '../../core/protocols/openai/dialect.ts';
import { embeddingsDialect } from '../../core/protocols/openai/embeddings.ts';
import { missingModel } from '../../core/protocols/openai/request-parameters.ts';
import type { Dialect } from '../../core/protocols/relay/dialect.ts';
import type { ProxyPorts } from './ports.ts';
import { modelNameOf } from './request-names.ts';
import { type ApiRequest, type Arrived, invalid, relay } from './responses.ts';

type Kind = Exclude<Extract<ApiRoute, { api: 'openai' }>['kind'], 'models'>;

const DIALECTS: Readonly<Record<Kind, (body: JsonObject) => Dialect>> = {
  chat: chatDialect,
  responses: responsesDialect,
  embeddings: embeddingsDialect,
};

export async function answerOpenAi(
  ports: ProxyPorts,
  arrived: Arrived,
  kind: Kind,
  asked: ApiRequest,
): Promise<Response> {
  const { body } = asked;
  const problem = missingModel(body);
  if (problem) return invalid(arrived, problem);
  const metadata = isJsonObject(body.metadata) ? body.metadata : {};
  const modelName = modelNameOf(String(body.model), ports.deployment);
  const dialect = DIALECTS[kind](body);
  return relay(ports, arrived, { ...asked, modelName, headers: {}, metadata, dialect });
}
