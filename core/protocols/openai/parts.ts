/** Parts of content that both of OpenAI's APIs have: text, images and files as data URLs. */
import { joinPath } from '../../input-path.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import { quoted } from '../../safe-text.ts';
import type { Conversation } from '../converse/conversation.ts';
import {
  cachePoints,
  DOCUMENT_FORMATS,
  eachBlock,
  imageBlocks,
  textBlocks,
} from '../converse/conversation.ts';

const DATA_URL = /^data:([^;,]+)(?:;[^,]*)?;base64,(.*)$/s;

/** Blocks of Converse for a string, or for a list of parts. */
export function contentOf(
  conversation: Conversation,
  content: unknown,
  path: string,
): readonly JsonObject[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return textBlocks(content);
  return eachBlock(conversation, content, path, (part, at) => {
    const blocks = partOf(conversation, part, at);
    const { cache_control: mark, prompt_cache_breakpoint: breakpoint } = part;
    if (mark === undefined && breakpoint === undefined) return blocks;
    return [
      ...blocks,
      ...cachePoints(conversation, mark, joinPath(at, 'cache_control')),
      ...breakpointsOf(conversation, breakpoint, joinPath(at, 'prompt_cache_breakpoint')),
    ];
  });
}

/** Lifetimes of OpenAI's caches, at least, and the shortest of Bedrock's that lives as long. */
const LIFETIMES: Readonly<Record<string, string>> = { '30m': '1h' };

/** Of `prompt_cache_options`: the lifetime of the breakpoints that name none. */
export function setBreakpoints(conversation: Conversation, options: unknown): void {
  const ttl = memberOf(options, 'ttl') ?? undefined;
  conversation.breakpointTtl = lifetimeOf(conversation, ttl, '$.prompt_cache_options.ttl');
}

function lifetimeOf(conversation: Conversation, ttl: unknown, path: string): string | undefined {
  if (ttl === undefined || ttl === null) return undefined;
  const lifetime = typeof ttl === 'string' ? memberOf(LIFETIMES, ttl) : undefined;
  if (typeof lifetime === 'string') return lifetime;
  conversation.problem(path, `${quoted(ttl)} is longer than Bedrock keeps a cache: write "30m"`);
  return undefined;
}

function breakpointsOf(
  conversation: Conversation,
  mark: unknown,
  path: string,
): readonly JsonObject[] {
  if (mark === undefined || mark === null) return [];
  const own = lifetimeOf(conversation, memberOf(mark, 'ttl'), joinPath(path, 'ttl'));
  const ttl = own ?? conversation.breakpointTtl;
  const known = { type: 'ephemeral', ...(ttl !== undefined && { ttl }) };
  if (memberOf(mark, 'mode') === 'explicit') return cachePoints(conversation, known, path);
  conversation.problem(joinPath(path, 'mode'), 'must be "explicit"');
  return [];
}

function partOf(conversation: Conversation, part: JsonObject, at: string): readonly JsonObject[] {
  const { type } = part;
  switch (type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      if (typeof part.text === 'string') return textBlocks(part.text);
      conversation.problem(joinPath(at, 'text'), 'must be a string');
      return [];
    case 'refusal':
      if (typeof part.refusal === 'string') return textBlocks(part.refusal);
      conversation.problem(joinPath(at, 'refusal'), 'must be a string');
      return [];
    case 'image_url':
    case 'input_image': {
      const url = memberOf(part, 'image_url', 'url') ?? part.image_url;
      return imageOf(conversation, url, joinPath(at, 'image_url'));
    }
    case 'file':
    case 'input_file': {
      const file = isJsonObject(part.file) ? part.file : part;
      return fileOf(conversation, file, joinPath(at, type === 'file' ? 'file' : 'file_data'));
    }
    default:
      conversation.problem(
        joinPath(at, 'type'),
        `${quoted(type)} cannot be sent to the models of Bedrock: send text, images or files`,
      );
      return [];
  }
}

function imageOf(conversation: Conversation, url: unknown, path: string): readonly JsonObject[] {
  const match = typeof url === 'string' ? DATA_URL.exec(url) : null;
  if (match) return imageBlocks(conversation, match[1], match[2], path);
  const message =
    'must be a data URL (data:image/png;base64,…): files at other places are not read';
  conversation.problem(path, message);
  return [];
}

function fileOf(
  conversation: Conversation,
  { file_data: data, filename }: JsonObject,
  path: string,
): readonly JsonObject[] {
  const match = typeof data === 'string' ? DATA_URL.exec(data) : null;
  const format = match ? DOCUMENT_FORMATS[match[1] ?? ''] : undefined;
  if (!match || format === undefined) {
    const message = `must be a data URL of a document, such as data:application/pdf;base64,…`;
    conversation.problem(path, message);
    return [];
  }
  const name = conversation.documentName(filename);
  return [{ document: { format, name, source: { bytes: match[2] } } }];
}

/** The input of a call of a tool, which OpenAI's APIs have as text. */
export function toolInput(
  conversation: Conversation,
  text: unknown,
  path: string,
): JsonObject | undefined {
  if (text === '' || text === undefined || text === null) return {};
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : undefined;
    const problem = isJsonObject(value) ? conversation.valueSize.problemOf(value) : undefined;
    if (problem !== undefined) {
      conversation.problem(path, problem);
      return undefined;
    }
    if (isJsonObject(value)) return value;
  } catch {
    // Reported below, as any other text that is no object.
  }
  conversation.problem(path, 'must be a JSON object as text');
  return undefined;
}
