/** The largest requests that fit into a Lambda event, in shapes that careless code is slow at. */

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, 2026-11. */
const EVENT_BYTES_MAX = 6_291_456;
/** Left for the headers of the event and for the parts of the body around the shape. */
const AROUND_BYTES = 40_000;

/** Content of a request, as every protocol has a place for. */
export type Content =
  | { readonly kind: 'text'; readonly text: string }
  /** The JSON schema of one tool. */
  | { readonly kind: 'schema'; readonly schema: unknown }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'messages'; readonly texts: readonly string[] }
  | { readonly kind: 'tools'; readonly schemas: readonly string[] };

export interface Shape {
  readonly name: string;
  /** Of `size` units: characters, leaves, keys, blocks. */
  readonly make: (size: number) => Content;
}

const repeat = (pattern: string, length: number): string =>
  pattern.repeat(Math.ceil(length / pattern.length)).slice(0, length);

const text =
  (pattern: string) =>
  (size: number): Content => ({ kind: 'text', text: repeat(pattern, size) });

const schema = (value: unknown): Content => ({ kind: 'schema', schema: { type: 'object', value } });

function nested(depth: number, inner: unknown): unknown {
  let value = inner;
  for (let i = 0; i < depth; i += 1) value = [value];
  return value;
}

const list = <T>(size: number, make: (index: number) => T): T[] =>
  Array.from({ length: Math.max(1, size) }, (_, index) => make(index));

const CHARACTERS = list(20_500, (index) => String.fromCodePoint(0x4e00 + index)).join('');
/** One of each plane that changes form when it is normalized, and pairs of surrogates. */
const CHANGING = '\uFDFA\u1E9B\u0323\uAC01\u{1D160}\u{2F80C}Å';

export const SHAPES: readonly Shape[] = [
  { name: 'ASCII text', make: text('The quick brown fox. ') },
  { name: 'Russian text', make: text('Съешь же ещё этих мягких булок. ') },
  { name: '20,500 different characters', make: text(CHARACTERS) },
  { name: 'characters that normalization changes', make: text(CHANGING) },
  { name: 'quotes and line breaks', make: text('"\n\\\t') },
  { name: 'lone surrogates', make: text('\uD800x') },
  { name: 'schema: 159,000 keys', make: (size) => schema(Object.fromEntries(entries(size))) },
  { name: 'schema: a flat list', make: (size) => schema(list(size, () => 1)) },
  {
    name: 'schema: a list 24 deep',
    make: (size) =>
      schema(
        nested(
          24,
          list(size, () => 1),
        ),
      ),
  },
  {
    name: 'schema: 200,000 empty lists',
    make: (size) => schema(list(size, (index) => (index < 200_000 ? [] : 1))),
  },
  {
    name: 'schema: objects 20 deep',
    make: (size) => schema(list(size, (index) => (index < 5_000 ? nestedObject(20) : 1))),
  },
  { name: 'schema: one text', make: (size) => schema(repeat('größe 日本語 ', size)) },
  { name: '30,000 blocks', make: (size) => ({ kind: 'texts', texts: parts(size, 30_000) }) },
  { name: '14,999 messages', make: (size) => ({ kind: 'messages', texts: parts(size, 14_999) }) },
  { name: '8,000 tools', make: (size) => ({ kind: 'tools', schemas: parts(size, 8_000) }) },
  { name: '75,000 blocks', make: (size) => ({ kind: 'texts', texts: parts(size, 75_000) }) },
  { name: '34,999 messages', make: (size) => ({ kind: 'messages', texts: parts(size, 34_999) }) },
];

/** A text of `size` characters in all, in `count` parts. */
const parts = (size: number, count: number): string[] =>
  list(count, () => 'a'.repeat(Math.max(1, Math.floor(size / count))));

/** As many as a request can have, but for those around the schema. */
const KEYS = 159_000;

function* entries(size: number): Iterable<[string, number]> {
  const padding = 'k'.repeat(Math.max(1, Math.floor(size / KEYS)));
  for (let i = 0; i < Math.min(size, KEYS); i += 1) yield [`${padding}${i}`, 1];
}

function nestedObject(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = { a: value };
  return value;
}

export interface Protocol {
  readonly name: string;
  readonly function: 'gateway' | 'proxy';
  readonly path: string;
  /** Undefined where the protocol has no place for such a content. */
  readonly body: (content: Content) => object | undefined;
}

const TAGS = { applicationId: 'bench', costCenter: 'bench', environment: 'production' };

const schemaOf = (title: string) => ({ type: 'object', title });

const toolSpec = (name: string, json: unknown) => ({
  toolSpec: { name, inputSchema: { json } },
});

function converse(content: Content): { messages: unknown[]; toolConfig?: object } {
  const user = (blocks: unknown[]) => ({ role: 'user', content: blocks });
  switch (content.kind) {
    case 'text':
      return { messages: [user([{ text: content.text }])] };
    case 'texts':
      return { messages: [user(content.texts.map((each) => ({ text: each })))] };
    case 'messages':
      return {
        messages: content.texts.map((each, index) => ({
          role: index % 2 === 0 ? 'user' : 'assistant',
          content: [{ text: each }],
        })),
      };
    case 'schema': {
      const tools = [toolSpec('t', content.schema)];
      return { messages: [user([{ text: 'Hi' }])], toolConfig: { tools } };
    }
    default: {
      const tools = content.schemas.map((title, index) => toolSpec(`t${index}`, schemaOf(title)));
      return { messages: [user([{ text: 'Hi' }])], toolConfig: { tools } };
    }
  }
}

function anthropic(content: Content): object {
  const tool = (name: string, schemaOfTool: unknown) => ({ name, input_schema: schemaOfTool });
  const { messages } = converse(content);
  const typed = messages.map((message) => withTypedContent(message));
  const tools =
    content.kind === 'schema'
      ? [tool('t', content.schema)]
      : content.kind === 'tools' &&
        content.schemas.map((title, index) => tool(`t${index}`, schemaOf(title)));
  return { max_tokens: 10, messages: typed, ...(tools && { tools }) };
}

function withTypedContent(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('content' in message)) return message;
  const { content } = message;
  const blocks: readonly object[] = Array.isArray(content) ? content : [];
  return { ...message, content: blocks.map((block) => ({ type: 'text', ...block })) };
}

function chat(content: Content): object {
  const tool = (name: string, parameters: unknown) => ({
    type: 'function',
    function: { name, parameters },
  });
  const { messages, tools } = anthropicLike(content, tool);
  return { max_tokens: 10, messages, ...(tools && { tools }) };
}

function anthropicLike(content: Content, tool: (name: string, schemaOfTool: unknown) => object) {
  const messages = converse(content).messages.map((message) => withTypedContent(message));
  if (content.kind === 'schema') return { messages, tools: [tool('t', content.schema)] };
  if (content.kind !== 'tools') return { messages };
  return {
    messages,
    tools: content.schemas.map((title, index) => tool(`t${index}`, schemaOf(title))),
  };
}

const inferenceConfig = { maxTokens: 10 };

export const PROTOCOLS: readonly Protocol[] = [
  {
    name: '/v1/invoke',
    function: 'gateway',
    path: '/v1/invoke',
    body: (content) => {
      const parameters = { max_tokens: 10 };
      return { model: 'claude', prompt: { ...converse(content), parameters }, tags: TAGS };
    },
  },
  {
    name: 'Converse',
    function: 'proxy',
    path: '/model/claude/converse',
    body: (content) => ({ ...converse(content), inferenceConfig }),
  },
  {
    name: 'InvokeModel, Claude',
    function: 'proxy',
    path: '/model/claude/invoke',
    body: (content) => ({ anthropic_version: 'bedrock-2023-05-31', ...anthropic(content) }),
  },
  {
    name: 'InvokeModel, chat',
    function: 'proxy',
    path: '/model/gpt/invoke',
    body: chat,
  },
  {
    name: 'OpenAI chat completions',
    function: 'proxy',
    path: '/openai/v1/chat/completions',
    body: (content) => ({ model: 'claude', ...chat(content) }),
  },
  {
    name: 'OpenAI responses',
    function: 'proxy',
    path: '/openai/v1/responses',
    body: (content) => {
      const flat = (name: string, parameters: unknown) => ({ type: 'function', name, parameters });
      const { messages: input, tools } = anthropicLike(content, flat);
      return { model: 'claude', max_output_tokens: 10, input, ...(tools && { tools }) };
    },
  },
  {
    name: 'Anthropic messages',
    function: 'proxy',
    path: '/anthropic/v1/messages',
    body: (content) => ({ model: 'claude', ...anthropic(content) }),
  },
  {
    name: 'Anthropic messages, another model',
    function: 'proxy',
    path: '/anthropic/v1/messages',
    body: (content) => ({ model: 'gpt', ...anthropic(content) }),
  },
  {
    name: 'InvokeModel, embeddings',
    function: 'proxy',
    path: '/model/vectors/invoke',
    body: (content) =>
      content.kind === 'text' || content.kind === 'texts'
        ? {
            texts: content.kind === 'text' ? [content.text] : content.texts,
            input_type: 'search_query',
          }
        : undefined,
  },
];

/** The body of the largest request of a shape, or undefined where the protocol has none. */
export function largestBody(protocol: Protocol, shape: Shape): string | undefined {
  const bodyOf = (size: number): string | undefined => {
    const body = protocol.body(shape.make(size));
    return body && JSON.stringify(body);
  };
  const inEvent = (body: string): number => Buffer.byteLength(JSON.stringify(body));
  const small = bodyOf(SAMPLE);
  if (small === undefined) return undefined;
  const unit = (inEvent(small) - inEvent(bodyOf(1) ?? '')) / (SAMPLE - 1);
  return bodyOf(Math.floor((EVENT_BYTES_MAX - AROUND_BYTES) / (unit * MARGIN)));
}

const SAMPLE = 300_001;
/** Numbers in names grow by a digit. */
const MARGIN = 1.15;
