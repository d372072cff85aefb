/** Which operation of the Bedrock APIs a path asks for. */
import { MODEL_OPERATIONS, type ModelOperation } from '../fields/operations.ts';
import { decoded } from './route-path.ts';

export type BedrockRoute =
  | { readonly kind: 'model'; readonly operation: ModelOperation; readonly modelName: string }
  | { readonly kind: 'countTokens'; readonly modelName: string }
  | { readonly kind: 'profiles' }
  | { readonly kind: 'profile'; readonly profile: string };

type RouteResult =
  | { readonly outcome: 'found'; readonly route: BedrockRoute }
  | { readonly outcome: 'not_found'; readonly detail: string }
  | { readonly outcome: 'wrong_method'; readonly detail: string; readonly allow: string };

/** From the end: an id may hold slashes, encoded or not. */
const MODEL = /^\/model\/(.+)\/([a-z-]+)$/;
const PROFILE = /^\/inference-profiles(?:\/(.+))?$/;
const SOMEWHERE = /\/(?:model\/.+\/[a-z-]+|inference-profiles(?:\/.*)?)$/;

/** @param path without the query and the names before it, percent-encoded as it came. */
export function bedrockRoute(method: string, path: string): RouteResult {
  const model = MODEL.exec(path);
  const modelName = decoded(model?.[1]);
  const operation = MODEL_OPERATIONS.find((each) => each === model?.[2]);
  const isCount = model?.[2] === 'count-tokens';
  if (modelName !== undefined && (operation || isCount)) {
    if (method !== 'POST') return wrongMethod(path, 'POST');
    return operation
      ? { outcome: 'found', route: { kind: 'model', operation, modelName } }
      : { outcome: 'found', route: { kind: 'countTokens', modelName } };
  }
  const profile = PROFILE.exec(path);
  if (!profile) return { outcome: 'not_found', detail: notFound(path) };
  if (method !== 'GET') return wrongMethod(path, 'GET');
  const id = decoded(profile[1]);
  return {
    outcome: 'found',
    route: id === undefined ? { kind: 'profiles' } : { kind: 'profile', profile: id },
  };
}

const wrongMethod = (path: string, allow: string): RouteResult => ({
  outcome: 'wrong_method',
  allow,
  detail: `${path} takes ${allow} only.`,
});

const ROUTES =
  'POST /model/{modelId}/converse, /converse-stream, /invoke, /invoke-with-response-stream and /count-tokens, and GET /inference-profiles';

function notFound(path: string): string {
  const known = SOMEWHERE.exec(path)?.[0];
  const hint =
    known === undefined || path === known
      ? ''
      : ' Set the base URL of the client to the address of this service without a path, or to /app/{application}/{environment} on it.';
  return `There is no such path: there are ${ROUTES}; clients of OpenAI take the base URL /openai/v1, clients of Anthropic /anthropic.${hint}`;
}
