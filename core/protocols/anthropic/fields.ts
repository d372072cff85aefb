/**
 * The members of a Messages request that becomes one of Converse
 * (https://platform.claude.com/docs/en/api/messages, 2026-11), those of inner objects included. For
 * Claude the request stays as it is: the list of InvokeModel applies.
 */
import { CACHE_CONTROL } from '../converse/conversation.ts';
import { type FieldList, KindsOf, ListOf, ObjectOr } from '../fields/field-list.ts';
import { ANTHROPIC_SERVICE_FIELDS } from '../fields/invoke-fields.ts';

const TEXT: FieldList = {
  type: 'free',
  text: 'bound',
  cache_control: CACHE_CONTROL,
  citations: 'inexpressible',
};

const BYTES: FieldList = { type: 'free', media_type: 'free', data: 'bound' };

const IMAGE: FieldList = {
  type: 'free',
  source: new KindsOf('type', { base64: BYTES }),
  cache_control: CACHE_CONTROL,
  transformations: 'inexpressible',
};

const DOCUMENT: FieldList = {
  type: 'free',
  source: new KindsOf('type', { base64: BYTES, text: BYTES }),
  cache_control: CACHE_CONTROL,
  citations: new ObjectOr({ enabled: 'free' }),
  context: 'bound',
  title: 'bound',
};

const BLOCKS = new ListOf(
  new KindsOf('type', {
    text: TEXT,
    image: IMAGE,
    document: DOCUMENT,
    tool_use: {
      type: 'free',
      id: 'bound',
      name: 'bound',
      input: 'bound',
      cache_control: CACHE_CONTROL,
      caller: 'ignored',
      toolset_name: 'inexpressible',
    },
    tool_result: {
      type: 'free',
      tool_use_id: 'bound',
      is_error: 'free',
      content: new ListOf(new KindsOf('type', { text: TEXT, image: IMAGE, document: DOCUMENT })),
      cache_control: CACHE_CONTROL,
      toolset_name: 'inexpressible',
    },
    thinking: { type: 'free', thinking: 'bound', signature: 'bound' },
    redacted_thinking: { type: 'free', data: 'bound' },
  }),
);

const MESSAGE: FieldList = {
  role: 'free',
  content: BLOCKS,
  clear_at: 'inexpressible',
  output_config: 'inexpressible',
};

const CHOICE: FieldList = { type: 'free', name: 'free', disable_parallel_tool_use: 'free' };

const THINKING: FieldList = {
  type: 'free',
  // The model takes an effort, not a number.
  budget_tokens: 'ignored',
  display: 'ignored',
  block_binding: 'ignored',
};

export const CONVERSE_MESSAGES_FIELDS: FieldList = {
  model: 'free',
  stream: 'free',
  messages: new ListOf(
    new KindsOf('role', {
      user: MESSAGE,
      assistant: MESSAGE,
      system: MESSAGE,
    }),
  ),
  system: new ListOf(new KindsOf('type', { text: TEXT })),
  max_tokens: 'bound',
  stop_sequences: 'free',
  temperature: 'free',
  top_p: 'free',
  top_k: 'free',
  tools: new ListOf(
    new KindsOf(
      'type',
      {
        custom: {
          type: 'free',
          name: 'bound',
          description: 'bound',
          input_schema: 'bound',
          strict: 'free',
          cache_control: CACHE_CONTROL,
          allowed_callers: 'ignored',
          defer_loading: 'ignored',
          eager_input_streaming: 'ignored',
          input_examples: 'ignored',
        },
      },
      'custom',
    ),
  ),
  tool_choice: new KindsOf('type', { auto: CHOICE, any: CHOICE, tool: CHOICE, none: CHOICE }),
  thinking: new KindsOf('type', {
    enabled: THINKING,
    adaptive: THINKING,
    disabled: { type: 'free' },
  }),
  output_config: {
    effort: 'bound',
    format: new KindsOf('type', { json_schema: { type: 'free', schema: 'bound' } }),
    task_budget: 'inexpressible',
  },
  // Goes into the metadata of the request.
  metadata: { user_id: 'free' },
  service_tier: 'priced',
  // Each is named as dropped.
  anthropic_beta: 'free',
  context_management: 'ignored',
  cache_control: 'inexpressible',
  output_format: 'inexpressible',
  ...ANTHROPIC_SERVICE_FIELDS,
  diagnostics: 'inexpressible',
  user_profile_id: 'inexpressible',
  workspace_id: 'inexpressible',
};
