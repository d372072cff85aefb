/** Which API, and which of its operations, a path asks for. */
import { type BedrockRoute, bedrockRoute } from './bedrock-route.ts';
import { decoded, type RoutePath } from './route-path.ts';

/** APIs whose clients are served. */
export type ApiName = 'bedrock' | 'anthropic' | 'openai';

type AnthropicKind = 'messages' | 'countTokens' | 'hello';
type OpenAiKind = 'chat' | 'responses' | 'embeddings';
/** Lists, or one of them. */
interface ModelsRoute {
  readonly kind: 'models';
  readonly id?: string;
}

export type ApiRoute = RoutePath &
  (
    | ({ readonly api: 'bedrock' } & (BedrockRoute | { readonly kind: 'usage' }))
    | ({ readonly api: 'anthropic' } & ({ readonly kind: AnthropicKind } | ModelsRoute))
    | ({ readonly api: 'openai' } & ({ readonly kind: OpenAiKind } | ModelsRoute))
  );

export type RouteResult =
  | { readonly outcome: 'found'; readonly route: ApiRoute }
  | { readonly outcome: 'not_found'; readonly api: ApiName; readonly detail: string }
  | {
      readonly outcome: 'wrong_method';
      readonly api: ApiName;
      readonly detail: string;
      readonly allow: string;
    };

const PREFIX = /^\/app\/([^/]+)\/([^/]+)(?=\/)/;

type Fixed = readonly [allow: string, route: ApiRoute];
const anthropic = (kind: AnthropicKind): Fixed => ['POST', { api: 'anthropic', kind }];
const openai = (kind: OpenAiKind): Fixed => ['POST', { api: 'openai', kind }];

/** A client whose base URL is the address itself finds these as well. */
const AT_ROOT: Readonly<Record<string, Fixed>> = {
  '/v1/messages': anthropic('messages'),
  '/v1/messages/count_tokens': anthropic('countTokens'),
  '/v1/chat/completions': openai('chat'),
  '/v1/responses': openai('responses'),
  '/v1/embeddings': openai('embeddings'),
  '/api/hello': ['GET, HEAD', { api: 'anthropic', kind: 'hello' }],
};
const FIXED: Readonly<Record<string, Fixed>> = {
  ...AT_ROOT,
  '/v1/usage': ['GET', { api: 'bedrock', kind: 'usage' }],
  '/anthropic/v1/messages': anthropic('messages'),
  '/anthropic/v1/messages/count_tokens': anthropic('countTokens'),
  '/anthropic/v1/models': ['GET', { api: 'anthropic', kind: 'models' }],
  '/anthropic/api/hello': ['GET, HEAD', { api: 'anthropic', kind: 'hello' }],
  '/openai/v1/chat/completions': openai('chat'),
  '/openai/v1/responses': openai('responses'),
  '/openai/v1/embeddings': openai('embeddings'),
  '/openai/v1/models': ['GET', { api: 'openai', kind: 'models' }],
};
const ONE_MODEL = /^\/(anthropic|openai)\/v1\/models\/(.+)$/;

/** @param path without the query, percent-encoded as it came. */
export function apiRoute(method: string, path: string): RouteResult {
  const prefix = PREFIX.exec(path);
  const rest = prefix ? path.slice(prefix[0].length) : path;
  const [application, environment] = [decoded(prefix?.[1]), decoded(prefix?.[2])];
  const named: RoutePath = {
    ...(application !== undefined && { application }),
    ...(environment !== undefined && { environment }),
  };
  const fixed = Object.hasOwn(FIXED, rest) ? FIXED[rest] : oneModel(rest);
  if (fixed) {
    const [allow, route] = fixed;
    if (allow.split(', ').includes(method)) {
      return { outcome: 'found', route: { ...named, ...route } };
    }
    const detail = `${path} takes ${allow} only.`;
    return { outcome: 'wrong_method', api: route.api, allow, detail };
  }
  const meant = meantApi(rest);
  if (meant) return { outcome: 'not_found', ...meant };
  const bedrock = bedrockRoute(method, rest);
  return bedrock.outcome === 'found'
    ? { outcome: 'found', route: { ...named, api: 'bedrock', ...bedrock.route } }
    : { ...bedrock, api: 'bedrock' };
}

function oneModel(path: string): Fixed | undefined {
  const match = ONE_MODEL.exec(path);
  const id = decoded(match?.[2]);
  if (id === undefined) return undefined;
  const api = match?.[1] === 'openai' ? 'openai' : 'anthropic';
  return ['GET', { api, kind: 'models', id }];
}

/** Paths that a client adds to a base URL, below one that is not ours. */
const ANTHROPIC_END = /\/messages(?:\/count_tokens)?$|^\/anthropic(?:\/|$)/;
const OPENAI_END = /\/(?:chat\/completions|responses|embeddings)$|^\/openai(?:\/|$)/;
const BEDROCK_END = /\/model\/.+\/[a-z-]+$/;

function meantApi(path: string): { api: ApiName; detail: string } | undefined {
  if (BEDROCK_END.test(path)) return undefined;
  if (OPENAI_END.test(path)) return { api: 'openai', detail: hint('OpenAI', '/openai/v1') };
  if (ANTHROPIC_END.test(path)) {
    return { api: 'anthropic', detail: hint('Anthropic', '/anthropic') };
  }
  return path === '/v1/models' || path.startsWith('/v1/models/')
    ? { api: 'openai', detail: `${hint('OpenAI', '/openai/v1')} For Anthropic: /anthropic.` }
    : undefined;
}

const hint = (client: string, base: string): string =>
  `There is no such path: set the base URL of a client of ${client} to the address of this service with the path ${base}, or to /app/{application}/{environment}${base} on it.`;
