/** The routes that are fuzzed: a route of a new protocol is one entry here. */
import type { Random } from '../ledger-simulation/random.ts';
import {
  anthropicCount,
  anthropicMessages,
  converseBody,
  countBody,
  envelope,
  invokeBody,
  nativeBody,
  openAiChat,
  openAiEmbeddings,
  openAiResponse,
} from './bodies.ts';
import {
  keyRequest,
  keyRevocation,
  keyRotation,
  limitChange,
  tokenRequest,
} from './operator-bodies.ts';

/** Whose words the answers have. */
export type Protocol = 'native' | 'workflow' | 'bedrock' | 'openai' | 'anthropic';

export interface FuzzRoute {
  readonly name: string;
  readonly protocol: Protocol;
  /** The sandbox's flag: how it runs `POST /v1/invoke`. */
  readonly execution: 'direct' | 'workflow';
  /** One request may make several calls, and states their sum. */
  readonly callsSeveral?: true;
  readonly build: (random: Random) => BuiltRequest;
}

interface BuiltRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Absent: none is sent. */
  readonly body?: unknown;
}

const PREFIXES = ['', '', '', '/app/chat/dev', '/app/batch/production'] as const;

/** Of a retail model, or of the cost center that has little left. */
function modelPath(random: Random, model: string, operation: string): string {
  const prefix = random.chance(0.2) ? random.pick(PREFIXES) : '/app/chat/production';
  return `${prefix}/model/${encodeURIComponent(random.chance(0.05) ? 'poor' : model)}/${operation}`;
}

const bedrock = (
  operation: string,
  bodyOf: (random: Random) => { model: string; body: unknown },
): FuzzRoute => ({
  name: operation,
  protocol: 'bedrock',
  execution: 'direct',
  build: (random) => {
    const { model, body } = bodyOf(random);
    return { method: 'POST', path: modelPath(random, model, operation), body };
  },
});

const native = (execution: FuzzRoute['execution']): FuzzRoute => ({
  name: `v1-invoke-${execution}`,
  protocol: 'native',
  execution,
  build: (random) => ({ method: 'POST', path: '/v1/invoke', body: nativeBody(random) }),
});

/** An API that names the model in the body. */
const api = (
  name: string,
  protocol: 'openai' | 'anthropic',
  path: string,
  bodyOf: (random: Random) => unknown,
): FuzzRoute => ({
  name,
  protocol,
  execution: 'direct',
  build: (random) => {
    const prefix = random.chance(0.2) ? random.pick(PREFIXES) : '/app/chat/production';
    return { method: 'POST', path: prefix + path, body: bodyOf(random) };
  },
});

const READS = [
  '/v1/usage',
  '/v1/usage?costCenter=retail',
  '/v1/usage?costCenter=poor',
  '/v1/models',
  '/v1/operator/usage',
  '/v1/operator/usage?per=user&limit=5',
  '/v1/operator/limits',
  '/v1/operator/keys',
  '/openapi.json',
  '/healthz',
] as const;
/** The same for a page, a user, key or session that there is, may be, or cannot be. */
const PAGED_READS = [
  '/v1/operator/keys?limit=2',
  '/v1/operator/keys?limit=101',
  '/v1/operator/keys?limit=1&after=0000000000',
  '/v1/operator/keys?after=%00',
  '/v1/operator/limits?user=alice@example.com',
  '/v1/operator/limits?user=%EF%BC%A1lice&key=0000000001',
  '/v1/operator/limits?session=0123456789abcdef0123456789abcdef',
  '/v1/operator/usage?per=user&user=unknown',
  '/v1/operator/usage?per=key&after=%5B%5B%22x%22%5D%5D',
] as const;
const PROFILE_READS = ['/inference-profiles', '/inference-profiles/haiku'] as const;

/** Changes by operators, and requests for tokens. */
const change = (
  name: string,
  path: string,
  bodyOf: (random: Random) => Readonly<Record<string, unknown>>,
): FuzzRoute => ({
  name,
  protocol: 'native',
  execution: 'direct',
  build: (random) => ({ method: 'POST', path, body: bodyOf(random) }),
});

const reads = (
  name: string,
  protocol: Protocol,
  paths: readonly [string, ...string[]],
): FuzzRoute => ({
  name,
  protocol,
  execution: 'direct',
  build: (random) => ({ method: 'GET', path: random.pick(paths) }),
});

export const ROUTES: readonly FuzzRoute[] = [
  native('direct'),
  native('workflow'),
  {
    name: 'workflow-start',
    protocol: 'workflow',
    execution: 'workflow',
    build: (random) => ({ method: 'POST', path: '/', body: envelope(random) }),
  },
  bedrock('converse', converseBody),
  bedrock('converse-stream', converseBody),
  bedrock('invoke', (random) => invokeBody(random, false)),
  bedrock('invoke-with-response-stream', (random) => invokeBody(random, true)),
  bedrock('count-tokens', countBody),
  api('openai-chat', 'openai', '/openai/v1/chat/completions', openAiChat),
  api('openai-responses', 'openai', '/openai/v1/responses', openAiResponse),
  {
    ...api('openai-embeddings', 'openai', '/openai/v1/embeddings', openAiEmbeddings),
    callsSeveral: true,
  },
  api('anthropic-messages', 'anthropic', '/anthropic/v1/messages', anthropicMessages),
  api('anthropic-count', 'anthropic', '/anthropic/v1/messages/count_tokens', anthropicCount),
  reads('openai-models', 'openai', ['/openai/v1/models', '/openai/v1/models/haiku']),
  reads('anthropic-models', 'anthropic', ['/anthropic/v1/models', '/anthropic/v1/models/haiku']),
  reads('v1-reads', 'native', [...READS, ...PAGED_READS]),
  change('operator-limits', '/v1/operator/limits', limitChange),
  change('operator-keys', '/v1/operator/keys', keyRequest),
  change('operator-keys-revoke', '/v1/operator/keys/revoke', keyRevocation),
  change('operator-keys-rotate', '/v1/operator/keys/rotate', keyRotation),
  change('tokens', '/v1/tokens', tokenRequest),
  reads('inference-profiles', 'bedrock', PROFILE_READS),
];
