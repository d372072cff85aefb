/**
 * The bodies of InvokeModel by model family: which members are passed on, where the output bound
 * is, and which members the model reads
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html, 2026-11).
 */
import { type JsonObject, memberOf } from '../../json-value.ts';
import type { FieldList } from './field-list.ts';

export interface InvokeFamily {
  readonly name: string;
  readonly fields: FieldList;
  /** Where the output bound may be; the first place is written where there is none. */
  readonly outputBound: readonly (readonly string[])[];
  /** Of the members that hold the prompt, one must be given. */
  readonly prompt: readonly [string, ...string[]];
  /** How the members are measured. */
  readonly shape: 'anthropic' | 'converse' | 'openai' | 'text' | 'embeddings';
}

const MAX_TOKENS = [['max_tokens']];

/** Fields of the Messages API that only the service of Anthropic has. */
export const ANTHROPIC_SERVICE_FIELDS: FieldList = {
  speed: 'refused',
  inference_geo: 'refused',
  container: 'refused',
  mcp_servers: 'refused',
  fallbacks: 'refused',
  fallback_credit_token: 'refused',
  billing_policy: 'refused',
  compaction: 'refused',
  thread: 'refused',
};

const ANTHROPIC_MESSAGES: InvokeFamily = {
  name: 'Anthropic Messages',
  fields: {
    anthropic_version: 'free',
    anthropic_beta: 'bound',
    max_tokens: 'bound',
    messages: 'bound',
    system: 'bound',
    tools: 'bound',
    tool_choice: 'free',
    thinking: 'bound',
    output_config: 'bound',
    output_format: 'bound',
    context_management: 'bound',
    cache_control: 'priced',
    metadata: 'free',
    stop_sequences: 'free',
    temperature: 'free',
    top_p: 'free',
    top_k: 'free',
    service_tier: 'priced',
    ...ANTHROPIC_SERVICE_FIELDS,
    diagnostics: 'refused',
    user_profile_id: 'refused',
    workspace_id: 'refused',
  },
  outputBound: MAX_TOKENS,
  prompt: ['messages'],
  shape: 'anthropic',
};

const ANTHROPIC_TEXT: InvokeFamily = {
  name: 'Anthropic text completion',
  fields: {
    anthropic_version: 'free',
    prompt: 'bound',
    max_tokens_to_sample: 'bound',
    stop_sequences: 'free',
    temperature: 'free',
    top_p: 'free',
    top_k: 'free',
  },
  outputBound: [['max_tokens_to_sample']],
  prompt: ['prompt'],
  shape: 'text',
};

const NOVA: InvokeFamily = {
  name: 'Amazon Nova',
  fields: {
    schemaVersion: 'free',
    messages: 'bound',
    system: 'bound',
    toolConfig: { tools: 'bound', toolChoice: 'free' },
    inferenceConfig: {
      maxTokens: 'bound',
      max_new_tokens: 'bound',
      temperature: 'free',
      topP: 'free',
      top_p: 'free',
      topK: 'free',
      top_k: 'free',
      stopSequences: 'free',
    },
    reasoningConfig: { type: 'free', maxReasoningEffort: 'bound' },
    requestMetadata: 'free',
  },
  outputBound: [
    ['inferenceConfig', 'maxTokens'],
    ['inferenceConfig', 'max_new_tokens'],
  ],
  prompt: ['messages'],
  shape: 'converse',
};

const LLAMA: InvokeFamily = {
  name: 'Meta Llama',
  fields: {
    prompt: 'bound',
    images: 'bound',
    max_gen_len: 'bound',
    temperature: 'free',
    top_p: 'free',
  },
  outputBound: [['max_gen_len']],
  prompt: ['prompt'],
  shape: 'text',
};

const TEXT_COMPLETION: InvokeFamily = {
  name: 'text completion',
  fields: {
    prompt: 'bound',
    max_tokens: 'bound',
    stop: 'free',
    temperature: 'free',
    top_p: 'free',
    top_k: 'free',
  },
  outputBound: MAX_TOKENS,
  prompt: ['prompt'],
  shape: 'text',
};

const COHERE_TEXT: InvokeFamily = {
  name: 'Cohere Command',
  fields: {
    prompt: 'bound',
    max_tokens: 'bound',
    stop_sequences: 'free',
    temperature: 'free',
    p: 'free',
    k: 'free',
    return_likelihoods: 'free',
    stream: 'free',
    num_generations: 'bound',
    logit_bias: 'free',
    truncate: 'free',
  },
  outputBound: MAX_TOKENS,
  prompt: ['prompt'],
  shape: 'text',
};

const COHERE_CHAT: InvokeFamily = {
  name: 'Cohere Command R',
  fields: {
    message: 'bound',
    messages: 'bound',
    chat_history: 'bound',
    documents: 'bound',
    preamble: 'bound',
    tools: 'bound',
    tool_results: 'bound',
    response_format: 'bound',
    max_tokens: 'bound',
    search_queries_only: 'free',
    prompt_truncation: 'free',
    stop_sequences: 'free',
    temperature: 'free',
    p: 'free',
    k: 'free',
    frequency_penalty: 'free',
    presence_penalty: 'free',
    seed: 'free',
    return_prompt: 'free',
    raw_prompting: 'free',
    stream: 'free',
  },
  outputBound: MAX_TOKENS,
  prompt: ['message', 'messages'],
  shape: 'openai',
};

const TITAN_TEXT: InvokeFamily = {
  name: 'Amazon Titan Text',
  fields: {
    inputText: 'bound',
    textGenerationConfig: {
      maxTokenCount: 'bound',
      stopSequences: 'free',
      temperature: 'free',
      topP: 'free',
    },
  },
  outputBound: [['textGenerationConfig', 'maxTokenCount']],
  prompt: ['inputText'],
  shape: 'text',
};

const OPENAI_CHAT: InvokeFamily = {
  name: 'OpenAI chat completions',
  fields: {
    model: 'free',
    messages: 'bound',
    tools: 'bound',
    functions: 'bound',
    response_format: 'bound',
    max_completion_tokens: 'bound',
    max_tokens: 'bound',
    n: 'bound',
    best_of: 'refused',
    prediction: 'refused',
    modalities: 'refused',
    audio: 'refused',
    store: 'refused',
    background: 'refused',
    web_search_options: 'refused',
    service_tier: 'priced',
    stream: 'free',
    stream_options: 'free',
    stop: 'free',
    temperature: 'free',
    top_p: 'free',
    top_k: 'free',
    tool_choice: 'free',
    parallel_tool_calls: 'free',
    reasoning_effort: 'free',
    reasoning: { effort: 'free', summary: 'free' },
    verbosity: 'free',
    user: 'free',
    metadata: 'free',
    seed: 'free',
    logit_bias: 'free',
    logprobs: 'free',
    top_logprobs: 'free',
    frequency_penalty: 'free',
    presence_penalty: 'free',
    safety_identifier: 'free',
  },
  outputBound: [['max_completion_tokens'], ['max_tokens']],
  prompt: ['messages'],
  shape: 'openai',
};

const MISTRAL_CHAT: InvokeFamily = {
  ...OPENAI_CHAT,
  name: 'Mistral chat',
  outputBound: MAX_TOKENS,
};
const JAMBA: InvokeFamily = { ...OPENAI_CHAT, name: 'AI21 Jamba', outputBound: MAX_TOKENS };

const EMBEDDINGS: InvokeFamily = {
  name: 'embeddings',
  fields: {
    inputText: 'bound',
    inputImage: 'bound',
    dimensions: 'free',
    normalize: 'free',
    embeddingTypes: 'free',
    embeddingConfig: { outputEmbeddingLength: 'free' },
    texts: 'bound',
    images: 'bound',
    inputs: 'bound',
    input_type: 'free',
    output_dimension: 'free',
    embedding_types: 'free',
    truncate: 'free',
    max_tokens: 'free',
    schemaVersion: 'free',
    taskType: 'free',
    singleEmbeddingParams: 'bound',
    segmentedEmbeddingParams: 'refused',
  },
  outputBound: [],
  prompt: ['inputText', 'inputImage', 'texts', 'images', 'inputs', 'singleEmbeddingParams'],
  shape: 'embeddings',
};

const RERANK: InvokeFamily = {
  name: 'rerank',
  fields: {
    query: 'bound',
    documents: 'bound',
    top_n: 'free',
    api_version: 'free',
    max_tokens_per_doc: 'free',
    return_documents: 'free',
  },
  outputBound: [],
  prompt: ['query'],
  shape: 'embeddings',
};

/** Models that write images, sound or video, and those whose bodies are not known. */
const NOT_TEXT =
  /^amazon\.(?:nova-(?:canvas|reel|sonic)|titan-image)|^ai21\.j2|^(?:stability|luma|twelvelabs)\./;

/** By the beginning of the id without its prefix; the first that fits. */
const FAMILIES: readonly (readonly [RegExp, InvokeFamily])[] = [
  [/^[\w-]+\.(?:[\w.-]*-)?embed|^twelvelabs\.marengo/, EMBEDDINGS],
  [/^[\w-]+\.rerank/, RERANK],
  [/^anthropic\./, ANTHROPIC_MESSAGES],
  [/^amazon\.nova-(?!canvas|reel|sonic)/, NOVA],
  [/^amazon\.titan-text/, TITAN_TEXT],
  [/^meta\./, LLAMA],
  [/^mistral\./, MISTRAL_CHAT],
  [/^deepseek\.r1/, TEXT_COMPLETION],
  [/^cohere\.command-(?:r|a)\b/, COHERE_CHAT],
  [/^cohere\.command/, COHERE_TEXT],
  [/^ai21\.jamba/, JAMBA],
];

/**
 * The family of a model, as its body shows where a model takes two forms.
 * @returns undefined for models whose output is not text.
 */
export function invokeFamily(baseModelId: string, body: JsonObject): InvokeFamily | undefined {
  const listed = FAMILIES.find(([pattern]) => pattern.test(baseModelId))?.[1];
  if (!listed && NOT_TEXT.test(baseModelId)) return undefined;
  const family = listed ?? OPENAI_CHAT;
  const isPrompt = typeof memberOf(body, 'prompt') === 'string';
  if (!isPrompt || family.prompt.includes('prompt')) {
    const isChat = family === LLAMA || family === TEXT_COMPLETION;
    return isChat && memberOf(body, 'messages') !== undefined ? OPENAI_CHAT : family;
  }
  return family === ANTHROPIC_MESSAGES ? ANTHROPIC_TEXT : TEXT_COMPLETION;
}
