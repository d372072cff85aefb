/** Valid bodies of each protocol; a fuzzed request starts from one of them. */
import type { Random } from '../ledger-simulation/random.ts';
import { IMAGE, textOf } from './values.ts';

type Body = Record<string, unknown>;

const maybe = (random: Random, probability: number, members: () => Body): Body =>
  random.chance(probability) ? members() : {};

const TOOL = {
  toolSpec: {
    name: 'look_up',
    description: 'Looks up',
    inputSchema: { json: { type: 'object', properties: { q: { type: 'string' } } } },
  },
};

function contentOf(random: Random): Body[] {
  const document = () => ({
    format: random.pick(['txt', 'md', 'pdf', 'csv', 'html']),
    name: 'Report (1)',
    source: { bytes: Buffer.from(textOf(random)).toString('base64') },
  });
  return [
    { text: textOf(random) },
    ...(random.chance(0.1) ? [{ image: { format: 'png', source: { bytes: IMAGE } } }] : []),
    ...(random.chance(0.1) ? [{ document: document() }] : []),
    ...(random.chance(0.06) ? [{ cachePoint: { type: 'default' } }] : []),
    ...(random.chance(0.03) ? [{ cachePoint: { type: 'default', ttl: '1h' } }] : []),
  ];
}

/** The turns after the first message of the user, with the tools they need. */
function turnsOf(random: Random): { messages: Body[]; toolConfig?: Body } {
  if (random.chance(0.15)) {
    const toolChoice = random.pick<Body>([
      { auto: {} },
      { any: {} },
      { tool: { name: 'look_up' } },
    ]);
    const toolConfig = { tools: [TOOL], ...maybe(random, 0.4, () => ({ toolChoice })) };
    if (random.chance(0.4)) return { messages: [], toolConfig };
    const toolUse = { toolUseId: 'use-1', name: 'look_up', input: { q: textOf(random, 3) } };
    const content = [random.pick([{ text: 'found' }, { json: { found: [1, 'x', null] } }])];
    const toolResult = { toolUseId: 'use-1', content };
    return {
      messages: [
        { role: 'assistant', content: [{ toolUse }] },
        { role: 'user', content: [{ toolResult }] },
      ],
      toolConfig,
    };
  }
  if (random.chance(0.8)) return { messages: [] };
  const answered = { role: 'assistant', content: [{ text: textOf(random, 3).trim() }] };
  return { messages: [answered, { role: 'user', content: [{ text: textOf(random) }] }] };
}

const CONVERSE_MODELS = ['haiku', 'lite', 'micro', 'llama', 'mistral', 'gpt', 'qwen'] as const;

/** Of `POST /v1/invoke`, and of a start of the workflow. */
export function nativeBody(random: Random): Body {
  const isPoor = random.chance(0.15);
  const content = contentOf(random);
  const { messages, toolConfig } = turnsOf(random);
  const system = { role: 'system', content: textOf(random) };
  const parameters = {
    max_tokens: random.integer(1, 300),
    ...maybe(random, 0.3, () => ({ temperature: random.next() })),
    ...maybe(random, 0.1, () => ({ top_p: random.next() })),
    ...maybe(random, 0.1, () => ({ top_k: random.integer(1, 200) })),
    ...maybe(random, 0.1, () => ({ stop_sequences: ['END'] })),
  };
  const [only] = content;
  const isText = content.length === 1 && random.chance(0.6);
  const user = { role: 'user', content: isText ? only?.text : content };
  const costCenter = isPoor ? 'poor' : 'retail';
  const model = isPoor ? random.pick(['micro', 'haiku', 'poor']) : random.pick(CONVERSE_MODELS);
  const thinking = { type: 'enabled', budget_tokens: 1_024 };
  return {
    model: random.chance(0.1) && !isPoor ? 'retail' : model,
    prompt: {
      messages: [...(random.chance(0.3) ? [system] : []), user, ...messages],
      parameters,
      ...(toolConfig && { toolConfig }),
    },
    ...maybe(random, 0.1, () => ({ requestMetadata: { run: '42' } })),
    ...maybe(random, 0.05, () => ({ additionalModelRequestFields: { thinking } })),
    tags: {
      applicationId: random.chance(0.2) && !isPoor ? 'batch' : 'chat',
      costCenter,
      ...maybe(random, 0.5, () => ({ environment: 'production' })),
    },
  };
}

/** Some have the members that only the gateway may set. */
export function envelope(random: Random): Body {
  const request = nativeBody(random);
  if (random.chance(0.4)) return request;
  return {
    request,
    requestId: `start-${random.integer(1, 1e9)}-${random.integer(1, 1e9)}`,
    ...maybe(random, 0.1, () => ({ receivedAt: Date.now() })),
    ...maybe(random, 0.1, () => ({ deadline: Date.now() + 20_000 })),
    ...maybe(random, 0.1, () => ({ caller: { kind: 'jwt', claims: { team: 'retail' } } })),
    ...maybe(random, 0.1, () => ({ idempotencyKey: `key-${random.integer(1, 50)}` })),
    ...maybe(random, 0.05, () => ({ seal: 'x'.repeat(64) })),
  };
}

interface ModelBody {
  readonly model: string;
  readonly body: Body;
}

export function converseBody(random: Random): ModelBody {
  const { messages, toolConfig } = turnsOf(random);
  const body = {
    messages: [{ role: 'user', content: contentOf(random) }, ...messages],
    ...maybe(random, 0.3, () => ({ system: [{ text: textOf(random) }] })),
    ...maybe(random, 0.7, () => ({
      inferenceConfig: {
        maxTokens: random.integer(1, 300),
        ...maybe(random, 0.3, () => ({ temperature: random.next() })),
        ...maybe(random, 0.1, () => ({ stopSequences: ['END'] })),
      },
    })),
    ...(toolConfig && { toolConfig }),
    ...maybe(random, 0.1, () => ({ requestMetadata: { run: '42' } })),
    ...maybe(random, 0.05, () => ({ serviceTier: { type: 'default' } })),
    ...maybe(random, 0.05, () => ({ performanceConfig: { latency: 'standard' } })),
    ...maybe(random, 0.05, () => ({ additionalModelResponseFieldPaths: ['/stop_sequence'] })),
  };
  return { model: random.pick(CONVERSE_MODELS), body };
}

export function countBody(random: Random): ModelBody {
  const { model, body } = converseBody(random);
  const { messages, system, toolConfig }: Body = body;
  const converse = {
    messages,
    ...(system ? { system } : {}),
    ...(toolConfig ? { toolConfig } : {}),
  };
  if (random.chance(0.8)) return { model, body: { input: { converse } } };
  const invoked = Buffer.from(JSON.stringify(anthropicBody(random))).toString('base64');
  return { model: 'haiku', body: { input: { invokeModel: { body: invoked } } } };
}

/** Anthropic Messages, as InvokeModel of Claude and the Anthropic API have it. */
export function anthropicBody(random: Random): Body {
  const text = { type: 'text', text: textOf(random) };
  const source = { type: 'base64', media_type: 'image/png', data: IMAGE };
  const cached = { ...text, cache_control: { type: 'ephemeral' } };
  const blocks: Body[] = [random.chance(0.1) ? cached : text];
  if (random.chance(0.1)) blocks.push({ type: 'image', source });
  const tool = {
    name: 'look_up',
    description: 'Looks up',
    input_schema: { type: 'object', properties: { q: { type: 'string' } } },
  };
  return {
    max_tokens: random.integer(1, 300),
    messages: [{ role: 'user', content: random.chance(0.5) ? textOf(random) : blocks }],
    ...maybe(random, 0.3, () => ({ system: textOf(random) })),
    ...maybe(random, 0.2, () => ({ tools: [tool] })),
    ...maybe(random, 0.1, () => ({ metadata: { user_id: 'u-1' } })),
    ...maybe(random, 0.1, () => ({ stop_sequences: ['END'] })),
  };
}

/** Chat Completions, as the OpenAI API and several families of InvokeModel have it. */
export function chatBody(random: Random): Body {
  const parameters = { type: 'object', properties: { q: { type: 'string' } } };
  const tool = { type: 'function', function: { name: 'look_up', parameters } };
  const text = { type: 'text', text: textOf(random) };
  return {
    messages: [
      ...(random.chance(0.3) ? [{ role: 'system', content: textOf(random) }] : []),
      { role: 'user', content: random.chance(0.6) ? textOf(random) : [text] },
    ],
    max_tokens: random.integer(1, 300),
    ...maybe(random, 0.3, () => ({ temperature: random.next() })),
    ...maybe(random, 0.15, () => ({ tools: [tool] })),
    ...maybe(random, 0.1, () => ({ stop: ['END'] })),
  };
}

const promptOf = (random: Random, bound: string): Body => ({
  prompt: textOf(random),
  [bound]: random.integer(1, 300),
});

const INVOKE_FAMILIES: readonly [
  (random: Random) => ModelBody,
  ...((random: Random) => ModelBody)[],
] = [
  (random) => ({
    model: 'haiku',
    body: { anthropic_version: 'bedrock-2023-05-31', ...anthropicBody(random) },
  }),
  (random) => ({
    model: random.pick(['lite', 'micro']),
    body: {
      messages: [{ role: 'user', content: [{ text: textOf(random) }] }],
      inferenceConfig: { maxTokens: random.integer(1, 300) },
    },
  }),
  (random) => ({ model: 'llama', body: promptOf(random, 'max_gen_len') }),
  (random) => ({ model: 'mistral', body: promptOf(random, 'max_tokens') }),
  (random) => ({ model: random.pick(['mistral', 'gpt', 'qwen', 'jamba']), body: chatBody(random) }),
  (random) => ({ model: 'r1', body: promptOf(random, 'max_tokens') }),
  (random) => ({
    model: 'command-r',
    body: { message: textOf(random), max_tokens: random.integer(1, 300) },
  }),
];

const UNSTREAMED_FAMILIES: typeof INVOKE_FAMILIES = [
  (random) => ({ model: 'vector', body: { inputText: textOf(random), dimensions: 256 } }),
  (random) => ({
    model: 'cohere-v',
    body: { texts: [textOf(random), textOf(random)], input_type: 'search_query' },
  }),
  (random) => ({
    model: 'rerank',
    body: { query: textOf(random, 3), documents: [textOf(random), 'other'], api_version: 2 },
  }),
];

export const invokeBody = (random: Random, isStreamed: boolean): ModelBody =>
  random.pick(isStreamed || random.chance(0.75) ? INVOKE_FAMILIES : UNSTREAMED_FAMILIES)(random);

const CHAT_MODELS = ['haiku', 'lite', 'micro', 'llama', 'gpt', 'qwen'] as const;

/** A request of an API that names the model in the body, whole or streamed. */
const named = (random: Random, models: typeof CHAT_MODELS, body: Body): Body => ({
  model: random.chance(0.05) ? 'poor' : random.pick(models),
  ...body,
  ...maybe(random, 0.4, () => ({ stream: true })),
});

export const openAiChat = (random: Random): Body => ({
  ...named(random, CHAT_MODELS, chatBody(random)),
  ...maybe(random, 0.1, () => ({ stream_options: { include_usage: true } })),
});

export function openAiResponse(random: Random): Body {
  const content = [{ type: 'input_text', text: textOf(random) }];
  const input = random.chance(0.5) ? textOf(random) : [{ role: 'user', content }];
  return named(random, CHAT_MODELS, {
    input,
    store: false,
    max_output_tokens: random.integer(16, 300),
    ...maybe(random, 0.3, () => ({ instructions: textOf(random) })),
  });
}

export const openAiEmbeddings = (random: Random): Body => ({
  model: random.pick(['vector', 'cohere-v']),
  input: random.chance(0.5) ? textOf(random) : [textOf(random), textOf(random)],
});

export const anthropicMessages = (random: Random): Body =>
  named(random, CHAT_MODELS, anthropicBody(random));

export function anthropicCount(random: Random): Body {
  const {
    max_tokens: _,
    metadata: _metadata,
    stop_sequences: _stops,
    ...body
  } = anthropicBody(random);
  return { model: 'haiku', ...body };
}
