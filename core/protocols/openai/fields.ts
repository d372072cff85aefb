/**
 * The members of OpenAI's requests (https://platform.openai.com/docs/api-reference, 2026-11). One that
 * is not here is refused by name; one that a model cannot be asked for is refused where it is read.
 */
import type { FieldList } from '../fields/field-list.ts';

const SHARED: FieldList = {
  model: 'free',
  stream: 'free',
  stream_options: { include_usage: 'free', include_obfuscation: 'free' },
  temperature: 'free',
  top_p: 'free',
  tools: 'bound',
  tool_choice: 'free',
  parallel_tool_calls: 'free',
  service_tier: 'priced',
  user: 'free',
  metadata: 'free',
  safety_identifier: 'free',
  prompt_cache_key: 'free',
  prompt_cache_retention: 'free',
  prompt_cache_options: 'free',
  top_logprobs: 'free',
  moderation: 'refused',
  store: 'bound',
};

export const CHAT_FIELDS: FieldList = {
  ...SHARED,
  messages: 'bound',
  max_tokens: 'bound',
  max_completion_tokens: 'bound',
  n: 'bound',
  stop: 'free',
  response_format: 'bound',
  reasoning_effort: 'bound',
  verbosity: 'free',
  seed: 'free',
  frequency_penalty: 'free',
  presence_penalty: 'free',
  logit_bias: 'free',
  logprobs: 'free',
  modalities: 'bound',
  audio: 'refused',
  prediction: 'refused',
  web_search_options: 'refused',
  functions: 'refused',
  function_call: 'refused',
};

export const RESPONSES_FIELDS: FieldList = {
  ...SHARED,
  input: 'bound',
  instructions: 'bound',
  max_output_tokens: 'bound',
  text: { format: 'bound', verbosity: 'free' },
  reasoning: {
    effort: 'bound',
    summary: 'free',
    generate_summary: 'free',
    context: 'free',
    mode: 'free',
  },
  include: 'free',
  truncation: 'bound',
  background: 'bound',
  previous_response_id: 'refused',
  conversation: 'refused',
  prompt: 'refused',
  max_tool_calls: 'refused',
  background_options: 'refused',
  access_programs: 'refused',
  image: 'refused',
  context_management: 'refused',
  multi_agent: 'refused',
};

export const EMBEDDINGS_FIELDS: FieldList = {
  model: 'free',
  input: 'bound',
  dimensions: 'free',
  encoding_format: 'free',
  user: 'free',
  // Of clients that speak to several providers.
  input_type: 'free',
};
