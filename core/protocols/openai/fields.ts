/**
 * The members of OpenAI's requests (https://platform.openai.com/docs/api-reference, 2026-11), those
 * of inner objects included. One that is not here is refused by name; a value that a model cannot
 * take is refused where it is read. A test holds the lists against the types of OpenAI's client.
 */
import { CACHE_CONTROL } from '../converse/conversation.ts';
import { type FieldList, KindsOf, ListOf, ObjectOr } from '../fields/field-list.ts';

const SHARED: FieldList = {
  model: 'free',
  stream: 'free',
  stream_options: { include_usage: 'free', include_obfuscation: 'ignored' },
  temperature: 'free',
  top_p: 'free',
  parallel_tool_calls: 'free',
  service_tier: 'priced',
  // Both go into the metadata of the request.
  user: 'free',
  metadata: 'free',
  safety_identifier: 'ignored',
  prompt_cache_key: 'ignored',
  prompt_cache_retention: 'ignored',
  prompt_cache_options: {
    mode: 'ignored',
    ttl: 'priced',
    prewarm: 'inexpressible',
    comparison_response_id: 'inexpressible',
  },
  top_logprobs: 'free',
  moderation: 'refused',
  store: 'bound',
};

/** Of OpenAI, and of clients that speak to several providers. */
const CACHE_MARKS: FieldList = {
  prompt_cache_breakpoint: { mode: 'free', ttl: 'priced' },
  cache_control: CACHE_CONTROL,
};

const TEXT: FieldList = { type: 'free', text: 'bound', ...CACHE_MARKS };
const FILE: FieldList = { file_data: 'bound', filename: 'bound', file_id: 'refused' };

/** Parts of content, which both APIs take by the names of either. */
const PARTS = new ListOf(
  new KindsOf('type', {
    text: TEXT,
    input_text: TEXT,
    output_text: { ...TEXT, annotations: 'ignored', logprobs: 'ignored' },
    refusal: { type: 'free', refusal: 'bound' },
    image_url: {
      type: 'free',
      image_url: new ObjectOr({ url: 'bound', detail: 'ignored' }),
      ...CACHE_MARKS,
    },
    input_image: {
      type: 'free',
      image_url: 'bound',
      detail: 'ignored',
      file_id: 'refused',
      ...CACHE_MARKS,
    },
    file: { type: 'free', file: FILE, ...CACHE_MARKS },
    input_file: { type: 'free', ...FILE, file_url: 'refused', detail: 'ignored', ...CACHE_MARKS },
  }),
);

const FUNCTION_CALL: FieldList = {
  id: 'free',
  type: 'free',
  function: { name: 'bound', arguments: 'bound' },
  // Of a stream, from which some clients copy it.
  index: 'free',
  provider_specific_fields: 'ignored',
  extra_content: 'ignored',
};

const THOUGHTS = new ListOf(
  new KindsOf(
    'type',
    {
      thinking: { type: 'free', thinking: 'bound', signature: 'bound' },
      redacted_thinking: { type: 'free', data: 'bound' },
    },
    'thinking',
  ),
);

const MESSAGE: FieldList = {
  role: 'free',
  content: PARTS,
  name: 'ignored',
  cache_control: CACHE_CONTROL,
};

/** With what answers have, which clients send back as they came. */
const ANSWER: FieldList = {
  ...MESSAGE,
  refusal: 'bound',
  tool_calls: new ListOf(new KindsOf('type', { function: FUNCTION_CALL }, 'function')),
  thinking_blocks: THOUGHTS,
  reasoning_content: 'ignored',
  reasoning: 'ignored',
  reasoning_details: 'ignored',
  annotations: 'ignored',
  provider_specific_fields: 'ignored',
  audio: 'inexpressible',
  function_call: 'inexpressible',
};

const FUNCTION: FieldList = {
  name: 'bound',
  description: 'bound',
  parameters: 'bound',
  strict: 'free',
};

const SCHEMA: FieldList = {
  name: 'bound',
  description: 'bound',
  schema: 'bound',
  // Bedrock holds to every schema.
  strict: 'free',
};

export const CHAT_FIELDS: FieldList = {
  ...SHARED,
  messages: new ListOf(
    new KindsOf('role', {
      system: MESSAGE,
      developer: MESSAGE,
      user: MESSAGE,
      assistant: ANSWER,
      tool: { ...MESSAGE, tool_call_id: 'bound' },
    }),
  ),
  tools: new ListOf(
    new KindsOf('type', {
      function: { type: 'free', function: FUNCTION, cache_control: CACHE_CONTROL },
    }),
  ),
  tool_choice: new KindsOf('type', {
    function: { type: 'free', function: { name: 'free' } },
  }),
  max_tokens: 'bound',
  max_completion_tokens: 'bound',
  n: 'bound',
  stop: 'free',
  response_format: new KindsOf('type', {
    text: { type: 'free' },
    json_object: { type: 'free' },
    json_schema: { type: 'free', json_schema: SCHEMA },
  }),
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
  functions: 'inexpressible',
  function_call: 'inexpressible',
};

/** Of an item that an answer had, which its client sends back. */
const ITEM: FieldList = { id: 'free', type: 'free', status: 'free' };

export const RESPONSES_FIELDS: FieldList = {
  ...SHARED,
  input: new ListOf(
    new KindsOf(
      'type',
      {
        message: { ...ITEM, role: 'free', content: PARTS, phase: 'ignored' },
        function_call: {
          ...ITEM,
          call_id: 'bound',
          name: 'bound',
          arguments: 'bound',
          caller: 'ignored',
          async: 'inexpressible',
          namespace: 'inexpressible',
        },
        function_call_output: {
          ...ITEM,
          call_id: 'bound',
          output: PARTS,
          caller: 'ignored',
          name: 'ignored',
          namespace: 'inexpressible',
        },
        // The thought itself is in `encrypted_content`.
        reasoning: {
          ...ITEM,
          encrypted_content: 'bound',
          summary: new ListOf({ type: 'free', text: 'free' }),
          content: new ListOf({ type: 'free', text: 'free' }),
        },
      },
      'message',
    ),
  ),
  tools: new ListOf(
    new KindsOf('type', {
      function: {
        type: 'free',
        ...FUNCTION,
        cache_control: CACHE_CONTROL,
        output_schema: 'ignored',
        allowed_callers: 'inexpressible',
        async: 'inexpressible',
        defer_loading: 'inexpressible',
      },
    }),
  ),
  tool_choice: new KindsOf('type', {
    function: { type: 'free', name: 'free' },
  }),
  instructions: 'bound',
  max_output_tokens: 'bound',
  text: {
    format: new KindsOf('type', {
      text: { type: 'free' },
      json_object: { type: 'free' },
      json_schema: { type: 'free', ...SCHEMA },
    }),
    verbosity: 'free',
  },
  reasoning: {
    effort: 'bound',
    summary: 'ignored',
    generate_summary: 'ignored',
    context: 'ignored',
    mode: 'bound',
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
  user: 'ignored',
  // Of clients that speak to several providers.
  input_type: 'free',
};
