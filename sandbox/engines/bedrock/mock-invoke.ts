/** Responses of the mock for InvokeModel, in the format of each model family. */
import { isRecord } from '../../base/json.ts';
import {
  anthropicToolBlocks,
  anthropicToolEvents,
  converseToolBlocks,
  converseToolEvents,
  type MockToolUse,
} from './mock-tool-use.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Usage and text of a model, for every format. */
interface InvokedAnswer {
  readonly text: string;
  /** Of Anthropic's and Nova's models. */
  readonly toolUse?: MockToolUse;
  readonly stopReason: 'end_turn' | 'max_tokens' | 'tool_use';
  /** By the names of Converse; absent: no usage is reported at all. */
  readonly usage: Fields | undefined;
}

interface Format {
  readonly body: (answer: InvokedAnswer) => Fields;
  /** The model's own JSON of each event; absent where the family does not stream. */
  readonly events?: (answer: InvokedAnswer, pieces: readonly string[]) => readonly Fields[];
}

const given = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const anthropicUsage = (usage: Fields = {}): Fields =>
  given({
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_input_tokens: usage.cacheReadInputTokens,
    cache_creation_input_tokens: usage.cacheWriteInputTokens,
  });

const message = { id: 'msg_bdrk_sandbox', type: 'message', role: 'assistant', model: 'sandbox' };

const ANTHROPIC: Format = {
  body: ({ text, toolUse, stopReason, usage }) => ({
    ...message,
    content: [{ type: 'text', text }, ...anthropicToolBlocks(toolUse)],
    stop_reason: stopReason,
    stop_sequence: null,
    ...(usage && { usage: anthropicUsage(usage) }),
  }),
  events: ({ toolUse, stopReason, usage }, pieces) => [
    {
      type: 'message_start',
      message: {
        ...message,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: usage ? { ...anthropicUsage(usage), output_tokens: 1 } : {},
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((text) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    })),
    { type: 'content_block_stop', index: 0 },
    ...anthropicToolEvents(toolUse),
    {
      type: 'message_delta',
      delta: { stop_reason: stopReason, stop_sequence: null },
      usage: usage ? given({ output_tokens: usage.outputTokens }) : {},
    },
    { type: 'message_stop' },
  ],
};

const ANTHROPIC_TEXT: Format = {
  body: ({ text }) => ({ type: 'completion', completion: text, stop_reason: 'stop_sequence' }),
  events: (_, pieces) => [
    ...pieces.map((completion) => ({ type: 'completion', completion, stop_reason: null })),
    { type: 'completion', completion: '', stop_reason: 'stop_sequence' },
  ],
};

const NOVA: Format = {
  body: ({ text, toolUse, stopReason, usage }) => ({
    output: { message: { role: 'assistant', content: [{ text }, ...converseToolBlocks(toolUse)] } },
    stopReason,
    ...(usage && { usage }),
  }),
  events: ({ toolUse, stopReason, usage }, pieces) => [
    { messageStart: { role: 'assistant' } },
    ...pieces.map((text) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text } } })),
    { contentBlockStop: { contentBlockIndex: 0 } },
    ...(toolUse ? converseToolEvents(toolUse) : []).map(([name, event]) => ({ [name]: event })),
    { messageStop: { stopReason } },
    { metadata: { ...(usage && { usage }), metrics: {} } },
  ],
};

const LLAMA: Format = {
  body: ({ text, usage = {} }) =>
    given({
      generation: text,
      prompt_token_count: usage.inputTokens,
      generation_token_count: usage.outputTokens,
      stop_reason: 'stop',
    }),
  events: ({ usage = {} }, pieces) => [
    ...pieces.map((generation) => ({ generation, stop_reason: null })),
    given({
      generation: '',
      prompt_token_count: usage.inputTokens,
      generation_token_count: usage.outputTokens,
      stop_reason: 'stop',
    }),
  ],
};

const TITAN: Format = {
  body: ({ text, usage = {} }) => ({
    ...given({ inputTextTokenCount: usage.inputTokens }),
    results: [
      given({ tokenCount: usage.outputTokens, outputText: text, completionReason: 'FINISH' }),
    ],
  }),
  events: ({ usage = {} }, pieces) => [
    ...pieces.map((outputText, index) => ({ outputText, index, completionReason: null })),
    given({
      outputText: '',
      inputTextTokenCount: usage.inputTokens,
      totalOutputTextTokenCount: usage.outputTokens,
      completionReason: 'FINISH',
    }),
  ],
};

const MISTRAL: Format = {
  body: ({ text }) => ({ outputs: [{ text, stop_reason: 'stop' }] }),
  events: (_, pieces) => [
    ...pieces.map((text) => ({ outputs: [{ text, stop_reason: null }] })),
    { outputs: [{ text: '', stop_reason: 'stop' }] },
  ],
};

const COHERE: Format = {
  body: ({ text }) => ({ text, generations: [{ text, finish_reason: 'COMPLETE' }] }),
  events: (_, pieces) => [
    ...pieces.map((text) => ({ text, is_finished: false })),
    { is_finished: true, finish_reason: 'COMPLETE' },
  ],
};

const openAiUsage = (usage: Fields): Fields =>
  given({ prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens });

const OPENAI: Format = {
  body: ({ text, usage }) => ({
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    ...(usage && { usage: openAiUsage(usage) }),
  }),
  events: ({ usage }, pieces) => [
    ...pieces.map((content) => ({ choices: [{ index: 0, delta: { content } }] })),
    {
      choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
      ...(usage && { usage: openAiUsage(usage) }),
    },
  ],
};

const VECTOR = [0.25, -0.5, 0.125];
const EMBEDDING: Format = {
  body: ({ usage = {} }) => ({
    embedding: VECTOR,
    embeddings: [VECTOR],
    ...given({ inputTextTokenCount: usage.inputTokens }),
  }),
};
const RERANK: Format = { body: () => ({ results: [{ index: 0, relevance_score: 0.5 }] }) };

/** The format of a model, by its id without a prefix and by the members of the request. */
export function invokeFormat(modelId: string, body: Fields): Format {
  if (/\bembed|-embed/.test(modelId)) return EMBEDDING;
  if (modelId.includes('rerank')) return RERANK;
  if (modelId.includes('anthropic.')) return 'prompt' in body ? ANTHROPIC_TEXT : ANTHROPIC;
  if (modelId.includes('amazon.nova')) return NOVA;
  if (modelId.includes('amazon.titan')) return TITAN;
  if (/cohere\./.test(modelId)) return COHERE;
  if ('messages' in body) return OPENAI;
  return modelId.includes('mistral.') ? MISTRAL : LLAMA;
}

const BOUNDS = [
  'max_tokens',
  'max_completion_tokens',
  'max_tokens_to_sample',
  'max_gen_len',
  'maxTokens',
  'maxTokenCount',
];

/** The output bound of a request, wherever its family has it. */
export function maxTokensOf(body: Fields): number {
  const places = [body, body.inferenceConfig, body.textGenerationConfig].filter(isRecord);
  const found = places.flatMap((place) => BOUNDS.map((name) => place[name]));
  return found.find((value) => typeof value === 'number') ?? Infinity;
}

/** Token counts as the response headers have them. */
export const countHeaders = (usage: Fields | undefined): Readonly<Record<string, string>> =>
  headersOf({
    'input-token-count': usage?.inputTokens,
    'output-token-count': usage?.outputTokens,
    'cache-read-input-token-count': usage?.cacheReadInputTokens,
    'cache-write-input-token-count': usage?.cacheWriteInputTokens,
  });

const headersOf = (counts: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(given(counts)).map(([name, value]) => [`x-amzn-bedrock-${name}`, String(value)]),
  );

/** The counts that the last event of a stream has in addition to the model's own JSON. */
export const invocationMetrics = (usage: Fields | undefined): Fields =>
  usage
    ? {
        'amazon-bedrock-invocationMetrics': given({
          inputTokenCount: usage.inputTokens,
          outputTokenCount: usage.outputTokens,
          cacheReadInputTokenCount: usage.cacheReadInputTokens,
          cacheWriteInputTokenCount: usage.cacheWriteInputTokens,
          invocationLatency: 1,
          firstByteLatency: 1,
        }),
      }
    : {};
