/** The routes of the OpenAI API. */
import { isJsonObject, type JsonObject } from '../../core/json-value.ts';
import { formatUsd, parseUsd } from '../../core/money.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { ApiRoute } from '../../core/protocols/http/api-route.ts';
import { chatDialect, responsesDialect } from '../../core/protocols/openai/dialect.ts';
import {
  embeddingsDialect,
  inputsOf,
  joinVectors,
  takesManyTexts,
} from '../../core/protocols/openai/embeddings.ts';
import { missingModel } from '../../core/protocols/openai/request-parameters.ts';
import type { Dialect } from '../../core/protocols/relay/dialect.ts';
import type { RelayedRequest } from '../../core/protocols/relay/prepare-call.ts';
import { parsedJson } from '../../core/protocols/relay/service-answer.ts';
import { modelNamed } from './lookups.ts';
import type { ProxyPorts } from './ports.ts';
import { modelNameOf } from './request-names.ts';
import { type ApiRequest, type Arrived, invalid, refuse, relay } from './responses.ts';

const DIALECTS: Readonly<Record<'chat' | 'responses', (body: JsonObject) => Dialect>> = {
  chat: chatDialect,
  responses: responsesDialect,
};

export async function answerOpenAi(
  ports: ProxyPorts,
  arrived: Arrived,
  kind: Exclude<Extract<ApiRoute, { api: 'openai' }>['kind'], 'models'>,
  asked: ApiRequest,
): Promise<Response> {
  const { body } = asked;
  const problem = missingModel(body);
  if (problem) return invalid(arrived, problem);
  const metadata = isJsonObject(body.metadata) ? body.metadata : {};
  const modelName = modelNameOf(String(body.model), ports.deployment);
  const call = { ...asked, modelName, headers: {}, metadata };
  return kind === 'embeddings'
    ? embed(ports, arrived, call, await ports.policies.load())
    : relay(ports, arrived, { ...call, dialect: DIALECTS[kind](body) });
}

/** Models that take one text are called for each, one after another: each call has its own limits. */
async function embed(
  ports: ProxyPorts,
  arrived: Arrived,
  call: RelayedRequest,
  policy: Policy,
): Promise<Response> {
  const model = modelNamed(policy, call.modelName);
  const inputs = inputsOf(call.body, model !== undefined && takesManyTexts(model));
  const answers: JsonObject[] = [];
  let last: Response | undefined;
  const totals = new CostTotals();
  for (const [index, texts] of inputs.entries()) {
    const requestId = index === 0 ? call.requestId : ports.ids.uuid();
    const dialect = embeddingsDialect(call.body, texts);
    last = await relay(ports, arrived, { ...call, requestId, dialect });
    if (last.status !== 200 || inputs.length === 1) return last;
    totals.add(last.headers);
    const answer = parsedJson(new Uint8Array(await last.arrayBuffer()));
    if (isJsonObject(answer)) answers.push(answer);
  }
  if (!last) return refuse(arrived, 'invalid_request', '$.input: is required');
  const joined = JSON.stringify(joinVectors(answers));
  return new Response(joined, { status: 200, headers: totals.headers(last.headers) });
}

/** The amounts in the headers of several calls that have one answer. */
class CostTotals {
  readonly #nanoUsd = new Map<string, bigint>();

  add(headers: Headers): void {
    for (const name of ['x-sentry-cost-usd', 'x-sentry-reserved-usd']) {
      const amount = parseUsd(headers.get(name) ?? '0') ?? 0n;
      this.#nanoUsd.set(name, (this.#nanoUsd.get(name) ?? 0n) + amount);
    }
  }

  headers(last: Headers): Headers {
    const headers = new Headers(last);
    for (const [name, amount] of this.#nanoUsd) headers.set(name, formatUsd(Number(amount)));
    return headers;
  }
}
