/** The routes of the Bedrock runtime: what comes is passed on as it is. */
import { startedCall } from '../../core/call/steps/begin-call.ts';
import type { ApiRoute } from '../../core/protocols/http/api-route.ts';
import type { Sender } from './credentials.ts';
import { profileAnswer, tokenCountAnswer } from './lookups.ts';
import type { ProxyPorts } from './ports.ts';
import { bedrockHeaders, modelNameOf } from './request-names.ts';
import { toStream } from './response-stream.ts';
import {
  type Arrived,
  askedBy,
  bodyOf,
  invalid,
  json,
  ownHeaders,
  passedOn,
  problemResponse,
  refuse,
  relay,
} from './responses.ts';

export async function answerBedrock(
  ports: ProxyPorts,
  arrived: Arrived,
  route: Exclude<Extract<ApiRoute, { api: 'bedrock' }>, { kind: 'usage' }>,
  sender: Sender,
): Promise<Response> {
  const asked = askedBy(arrived, route, sender);
  if (route.kind === 'profiles' || route.kind === 'profile') {
    const policy = await ports.policies.load();
    const answer = profileAnswer(ports, policy, route, asked);
    return 'problem' in answer
      ? refuse(arrived, 'unknown_model', answer.problem)
      : json(arrived, 200, answer.body);
  }
  const parsed = await bodyOf(arrived);
  if ('problem' in parsed) return invalid(arrived, parsed.problem);
  const modelName = modelNameOf(route.modelName, ports.deployment);
  const headers = bedrockHeaders(arrived.request.headers);
  const call = { ...asked, modelName, body: parsed.body, headers };
  if (route.kind === 'model') return relay(ports, arrived, { ...call, operation: route.operation });
  const counted = await tokenCountAnswer(ports, startedCall(call), call);
  if ('problem' in counted) return problemResponse(arrived, counted.problem);
  return new Response(toStream(counted.body), {
    status: counted.status,
    headers: { ...ownHeaders(arrived), ...passedOn(counted.headers) },
  });
}
