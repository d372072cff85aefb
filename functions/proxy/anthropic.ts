/** The routes of the Anthropic API. */
import { startedCall } from '../../core/call/steps/begin-call.ts';
import { memberOf } from '../../core/json-value.ts';
import {
  anthropicDialect,
  countTokensBody,
  messagesProblem,
} from '../../core/protocols/anthropic/dialect.ts';
import type { ApiRoute } from '../../core/protocols/http/api-route.ts';
import type { RelayedRequest } from '../../core/protocols/relay/prepare-call.ts';
import { errorOf, parsedJson, readWhole } from '../../core/protocols/relay/service-answer.ts';
import { tokenCountAnswer } from './lookups.ts';
import type { ProxyPorts } from './ports.ts';
import { modelNameOf } from './request-names.ts';
import {
  type ApiRequest,
  type Arrived,
  invalid,
  json,
  problemResponse,
  relay,
  serviceResponse,
} from './responses.ts';

export async function answerAnthropic(
  ports: ProxyPorts,
  arrived: Arrived,
  kind: Exclude<Extract<ApiRoute, { api: 'anthropic' }>['kind'], 'models'>,
  asked: ApiRequest,
): Promise<Response> {
  const { body } = asked;
  const { headers } = arrived.request;
  const problem = messagesProblem({ body, headers });
  if (problem) return invalid(arrived, problem);
  const modelName = modelNameOf(String(body.model), ports.deployment);
  const call = { ...asked, modelName, headers: {}, metadata: {} };
  return kind === 'messages'
    ? relay(ports, arrived, { ...call, dialect: anthropicDialect({ body, headers }) })
    : countTokens(ports, arrived, call);
}

async function countTokens(
  ports: ProxyPorts,
  arrived: Arrived,
  call: RelayedRequest,
): Promise<Response> {
  const asked = { body: call.body, headers: arrived.request.headers };
  const counted = await tokenCountAnswer(ports, startedCall(call), call, (model) =>
    countTokensBody(asked, model),
  );
  if ('problem' in counted) return problemResponse(arrived, counted.problem);
  const { status, headers } = counted;
  const { bytes, failure } = await readWhole(counted.body);
  const inputTokens = memberOf(parsedJson(bytes), 'inputTokens');
  if (status === 200 && typeof inputTokens === 'number') {
    return json(arrived, 200, { input_tokens: inputTokens });
  }
  const error = failure ?? errorOf(headers, bytes);
  return serviceResponse(arrived, { ...error, httpStatus: status === 200 ? 500 : status, headers });
}
