/** The proxy as a fetch handler: a request in, a response with a stream out. */
import { SentryError } from '../../core/errors.ts';
import { type ApiRoute, apiRoute, type RouteResult } from '../../core/protocols/http/api-route.ts';
import { printable } from '../../core/safe-text.ts';
import type { EpochMs } from '../../core/time.ts';
import { answerAnthropic } from './anthropic.ts';
import { answerBedrock } from './bedrock.ts';
import { corsOf } from './cors.ts';
import { OPERATOR_TOKEN, type Sender } from './credentials.ts';
import { modelsAnswer } from './models.ts';
import { answerOpenAi } from './openai.ts';
import type { ProxyPorts } from './ports.ts';
import {
  type Arrived,
  askedBy,
  bodyOf,
  errorsOf,
  invalid,
  ownHeaders,
  refuse,
} from './responses.ts';
import { operatorUsage, usageAnswer } from './usage.ts';

interface Times {
  /** When this process is ended from outside. */
  readonly deadline: EpochMs;
  /** When the front gives a request up whose answer has not begun. Absent where it waits. */
  readonly answerBy?: EpochMs;
}

type Proxy = (request: Request, times: Times) => Promise<Response>;

export function createProxy(ports: ProxyPorts): Proxy {
  return async (request, times) => {
    const { pathname } = new URL(request.url);
    const found = apiRoute(request.method, pathname);
    const arrived: Arrived = {
      requestId: ports.ids.uuid(),
      receivedAt: ports.clock.now(),
      ...times,
      request,
      api: found.outcome === 'found' ? found.route.api : found.api,
    };
    try {
      const cors = await corsOf(ports, request);
      return cors.preflight ?? cors.withHeaders(await serve(ports, arrived, found));
    } catch (error) {
      ports.warn('a request could not be completed', error);
      return error instanceof SentryError
        ? refuse(arrived, error.code, `${printable(error.message)}.`)
        : refuse(arrived, 'workflow_unavailable', 'The request could not be completed.');
    }
  };
}

async function serve(ports: ProxyPorts, arrived: Arrived, found: RouteResult): Promise<Response> {
  if (found.outcome === 'not_found') return refuse(arrived, 'not_found', found.detail);
  if (found.outcome === 'wrong_method') {
    return refuse(arrived, 'method_not_allowed', found.detail, { allow: found.allow });
  }
  const { route } = found;
  if (route.kind === 'hello') return new Response(null, { headers: ownHeaders(arrived) });
  const known = await ports.authenticate(arrived.request.headers);
  if (known.outcome === 'unavailable') {
    return refuse(arrived, known.error.code, `${printable(known.error.message)}.`);
  }
  if (known.outcome === 'refused') {
    const status = errorsOf(arrived).unauthenticated ?? known.status;
    return refuse(arrived, 'unauthenticated', known.detail, {}, status);
  }
  return answerRoute(ports, arrived, route, known.sender);
}

async function answerRoute(
  ports: ProxyPorts,
  arrived: Arrived,
  route: ApiRoute,
  sender: Sender,
): Promise<Response> {
  if (route.kind === 'usage') {
    return sender.isOperator
      ? operatorUsage(ports, arrived, sender)
      : usageAnswer(ports, arrived, sender);
  }
  if (sender.isOperator) return refuse(arrived, 'forbidden_operator', OPERATOR_TOKEN);
  if (route.api === 'bedrock') return answerBedrock(ports, arrived, route, sender);
  const asked = askedBy(arrived, route, sender);
  if (route.kind === 'models') return modelsAnswer(ports, arrived, asked, route.id);
  const read = await bodyOf(arrived);
  if ('problem' in read) return invalid(arrived, read.problem);
  const { body } = read;
  return route.api === 'anthropic'
    ? answerAnthropic(ports, arrived, route.kind, { ...asked, body })
    : answerOpenAi(ports, arrived, route.kind, { ...asked, body });
}
