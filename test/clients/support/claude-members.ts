/**
 * The members inside a Messages request to Claude, as they were decided on: it is passed on as it
 * is: a kind or a member that is not here is new, and its cost is to be looked at first. Those that
 * are marked as refused are, as a test shows.
 */
import { CACHE_CONTROL } from '../../../core/protocols/converse/conversation.ts';
import { type FieldList, KindsOf, ListOf } from '../../../core/protocols/fields/field-list.ts';

type FieldShape = FieldList[string];

const passed = (...names: readonly string[]): FieldList =>
  Object.fromEntries(['type', ...names].map((name) => [name, 'free']));

/** Its kind alone is refused. */
const REFUSED_KIND: FieldList = { type: 'refused' };
const refusedKinds = (...kinds: readonly string[]) =>
  Object.fromEntries(kinds.map((kind) => [kind, REFUSED_KIND]));

const cached = { cache_control: CACHE_CONTROL };
const BYTES = passed('media_type', 'data');

const CITATIONS = new ListOf(
  new KindsOf('type', {
    char_location: passed(
      'cited_text',
      'document_index',
      'document_title',
      'start_char_index',
      'end_char_index',
    ),
    page_location: passed(
      'cited_text',
      'document_index',
      'document_title',
      'start_page_number',
      'end_page_number',
    ),
    content_block_location: passed(
      'cited_text',
      'document_index',
      'document_title',
      'start_block_index',
      'end_block_index',
    ),
    web_search_result_location: passed('cited_text', 'encrypted_index', 'title', 'url'),
    search_result_location: passed(
      'cited_text',
      'search_result_index',
      'source',
      'title',
      'start_block_index',
      'end_block_index',
    ),
  }),
);
const TEXT: FieldList = { ...passed('text'), ...cached, citations: CITATIONS };
const IMAGE: FieldList = {
  type: 'free',
  ...cached,
  source: new KindsOf('type', { base64: BYTES, ...refusedKinds('url', 'file') }),
  transformations: { oversized_image: 'free' },
};
const CITED: FieldList = { enabled: 'free' };
const DOCUMENT: FieldList = {
  ...passed('title', 'context'),
  ...cached,
  citations: CITED,
  source: new KindsOf('type', {
    base64: BYTES,
    text: BYTES,
    content: {
      type: 'free',
      content: new ListOf(new KindsOf('type', { text: TEXT, image: IMAGE })),
    },
    ...refusedKinds('url', 'file'),
  }),
};
const SEARCH_RESULT: FieldList = {
  ...passed('source', 'title'),
  ...cached,
  citations: CITED,
  content: new ListOf(new KindsOf('type', { text: TEXT })),
};
const CALLER = new KindsOf('type', {
  direct: passed(),
  code_execution_20250825: passed('tool_id'),
  code_execution_20260120: passed('tool_id'),
});
const TAB = passed('tab_id', 'title', 'url', 'active');
const CHANGES = new ListOf(
  new KindsOf('type', {
    tab_opened: passed('tab_id'),
    download_started: passed('download_id', 'url'),
    download_completed: passed('download_id', 'url', 'path', 'size_bytes'),
    download_failed: passed('download_id', 'url', 'error'),
  }),
);
const TOOL_RESULT: FieldList = {
  ...passed('tool_use_id', 'is_error', 'toolset_name'),
  ...cached,
  content: new ListOf(
    new KindsOf('type', {
      text: TEXT,
      image: IMAGE,
      document: DOCUMENT,
      search_result: SEARCH_RESULT,
      tool_reference: { ...passed('tool_name'), ...cached },
      browser_state: {
        type: 'free',
        ...cached,
        tabs: new ListOf(TAB),
        state_changes: CHANGES,
      },
    }),
  ),
};
/** Of tools that ran at Anthropic in an earlier turn: text that is read, and nothing that runs. */
const RAN: FieldList = { ...passed('tool_use_id'), ...cached, caller: CALLER, content: 'ignored' };
const TOOL_CHANGE: Readonly<Record<string, FieldList>> = {
  tool_addition: {
    type: 'free',
    ...cached,
    tool: new KindsOf('type', {
      tool_reference: passed('name'),
      ...refusedKinds('tool_definition', 'mcp_tool_reference', 'mcp_toolset_reference'),
    }),
  },
  tool_removal: { type: 'free', ...cached, tool: 'ignored' },
};

const BLOCKS = new ListOf(
  new KindsOf('type', {
    text: TEXT,
    image: IMAGE,
    document: DOCUMENT,
    search_result: SEARCH_RESULT,
    thinking: passed('thinking', 'signature'),
    redacted_thinking: passed('data'),
    tool_use: { ...passed('id', 'name', 'input', 'toolset_name'), ...cached, caller: CALLER },
    tool_result: TOOL_RESULT,
    server_tool_use: { ...passed('id', 'name', 'input'), ...cached, caller: CALLER },
    web_search_tool_result: RAN,
    web_fetch_tool_result: RAN,
    advisor_tool_result: RAN,
    code_execution_tool_result: RAN,
    bash_code_execution_tool_result: RAN,
    text_editor_code_execution_tool_result: RAN,
    tool_search_tool_result: RAN,
    mcp_tool_use: { ...passed('id', 'name', 'input', 'server_name'), ...cached },
    mcp_tool_result: { ...RAN, is_error: 'free' },
    mcp_tool_listing: { ...passed('mcp_server_name'), tools: 'ignored' },
    container_upload: REFUSED_KIND,
    compaction: {
      ...passed('content', 'encrypted_content', 'signature'),
      ...cached,
      tool_changes: new ListOf(new KindsOf('type', TOOL_CHANGE)),
    },
    ...TOOL_CHANGE,
    fallback: { ...passed(), from: 'ignored', to: 'ignored', trigger: 'ignored' },
  }),
);
const MESSAGE: FieldList = {
  role: 'free',
  content: BLOCKS,
  clear_at: 'free',
  output_config: { effort: 'free' },
};

/** Each adds its own prompt: the bound is the context window. */
const CLIENT_TOOL: FieldList = {
  ...passed('name', 'strict', 'description', 'max_characters'),
  ...passed('display_height_px', 'display_width_px', 'display_number', 'enable_zoom'),
  ...passed('allowed_callers', 'defer_loading', 'eager_input_streaming'),
  ...cached,
  input_schema: 'free',
  input_examples: 'free',
};
export const SERVER_TOOLS = [
  ...['20250522', '20250825', '20260120', '20260521'].map((date) => `code_execution_${date}`),
  ...['20250305', '20260209', '20260318'].map((date) => `web_search_${date}`),
  ...['20250910', '20260209', '20260309', '20260318'].map((date) => `web_fetch_${date}`),
  ...['tool_search_tool_bm25_20251119', 'tool_search_tool_bm25'],
  ...['tool_search_tool_regex_20251119', 'tool_search_tool_regex'],
  ...['advisor_20260301', 'mcp_toolset', 'browser_toolset_20260801', 'computer_toolset_20260801'],
];
const CLIENT_TOOLS = [
  ...['bash_20241022', 'bash_20250124', 'memory_20250818'],
  ...['20241022', '20250124', '20251124'].map((date) => `computer_${date}`),
  ...['20241022', '20250124', '20250429', '20250728'].map((date) => `text_editor_${date}`),
];
const TOOLS = new KindsOf(
  'type',
  {
    custom: CLIENT_TOOL,
    ...Object.fromEntries(CLIENT_TOOLS.map((type) => [type, CLIENT_TOOL])),
    ...refusedKinds(...SERVER_TOOLS),
  },
  'custom',
);

const THINKING = { ...passed('budget_tokens', 'display'), block_binding: 'ignored' } as const;
const CHOICE = passed('name', 'disable_parallel_tool_use');
const AMOUNT = passed('value');

/** In place of the marks of `messages` and the others, which are passed on whole. */
export const CLAUDE_MEMBERS: Readonly<Record<string, FieldShape>> = {
  messages: new ListOf(
    new KindsOf('role', {
      user: MESSAGE,
      assistant: MESSAGE,
      system: MESSAGE,
    }),
  ),
  system: new ListOf(new KindsOf('type', { text: TEXT })),
  tools: new ListOf(TOOLS),
  tool_choice: new KindsOf('type', { auto: CHOICE, any: CHOICE, tool: CHOICE, none: CHOICE }),
  thinking: new KindsOf('type', {
    enabled: THINKING,
    adaptive: THINKING,
    between_tools: THINKING,
    disabled: passed(),
  }),
  output_config: {
    effort: 'free',
    format: { type: 'free', schema: 'bound' },
    task_budget: passed('total', 'remaining'),
  },
  output_format: { type: 'free', schema: 'bound' },
  metadata: { user_id: 'free' },
  cache_control: CACHE_CONTROL,
  context_management: {
    edits: new ListOf(
      new KindsOf('type', {
        clear_tool_uses_20250919: {
          ...passed('clear_tool_inputs', 'exclude_tools'),
          clear_at_least: AMOUNT,
          keep: AMOUNT,
          trigger: AMOUNT,
        },
        clear_thinking_20251015: { type: 'free', keep: AMOUNT },
        compact_20260112: REFUSED_KIND,
      }),
    ),
  },
};

/** One block for each that is refused by its kind, or by the kind of its source. */
export const REFUSED_BLOCKS: readonly object[] = [
  { type: 'container_upload', file_id: 'f' },
  ...['url', 'file'].flatMap((type) => [
    { type: 'image', source: { type } },
    { type: 'document', source: { type } },
    {
      type: 'document',
      source: { type: 'content', content: [{ type: 'image', source: { type } }] },
    },
  ]),
  ...['tool_definition', 'mcp_tool_reference', 'mcp_toolset_reference'].flatMap((type) => {
    const addition = {
      type: 'tool_addition',
      tool: { type, definition: { type: 'web_search_20260318' } },
    };
    return [addition, { type: 'compaction', tool_changes: [addition] }];
  }),
];
