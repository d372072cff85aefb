/** Builds the messages of a Converse request; neighbors of one role become one message. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import { quoted } from '../../safe-text.ts';
import { ObjectOr } from '../fields/field-list.ts';
import { ValueSize } from './value-size.ts';

type ConverseRole = 'user' | 'assistant';

interface Turn {
  readonly role: ConverseRole;
  readonly content: JsonObject[];
}

/** Parts of a request that were read, and a problem for each one that Converse cannot express. */
export class Conversation {
  readonly problems: InputProblem[] = [];
  readonly system: JsonObject[] = [];
  /** Of values that came as text. */
  readonly valueSize = new ValueSize();
  /** Of cache points that name no lifetime; absent: Bedrock's. */
  breakpointTtl: string | undefined;
  readonly #turns: Turn[] = [];
  #documents = 0;

  get messages(): readonly JsonObject[] {
    return this.#turns.map(({ role, content }) => ({ role, content }));
  }

  /** Whether a tool was called or answered in it. */
  get usesTools(): boolean {
    return this.#turns.some(({ content }) =>
      content.some((block) => block.toolUse !== undefined || block.toolResult !== undefined),
    );
  }

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  add(role: ConverseRole, blocks: readonly JsonObject[]): void {
    if (blocks.length === 0) return;
    const last = this.#turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else this.#turns.push({ role, content: [...blocks] });
  }

  /** Names of documents are unique in a request and take few characters. */
  documentName(given: unknown): string {
    this.#documents += 1;
    const text = typeof given === 'string' ? given.replace(/\.[A-Za-z0-9]{1,5}$/, '') : '';
    const name = text.replace(/[^A-Za-z0-9 ()[\]-]+/g, '-').replace(/ {2,}/g, ' ');
    return `${name.trim().slice(0, 150).trim() || 'document'} ${this.#documents}`;
  }
}

/** Text that is empty says nothing, and Converse refuses it. */
export const textBlocks = (text: string): readonly JsonObject[] => (text === '' ? [] : [{ text }]);

const CACHE_MARK = { type: 'default' };

/** Members of a `cache_control`. */
export const CACHE_CONTROL = new ObjectOr({ type: 'free', ttl: 'priced' });

/** A `cache_control` after its block. */
export function cachePoints(
  conversation: Conversation,
  mark: unknown,
  path: string,
): readonly JsonObject[] {
  if (mark === undefined || mark === null) return [];
  const type = memberOf(mark, 'type');
  const ttl = memberOf(mark, 'ttl') ?? '5m';
  if (type !== 'ephemeral' || (ttl !== '5m' && ttl !== '1h')) {
    conversation.problem(path, 'must be { "type": "ephemeral" }, with a ttl of "5m" or "1h"');
    return [];
  }
  return [{ cachePoint: ttl === '5m' ? CACHE_MARK : { ...CACHE_MARK, ttl } }];
}

const IMAGE_TYPE = /^image\/(png|jpe?g|gif|webp)$/;

export function imageBlocks(
  conversation: Conversation,
  mediaType: unknown,
  bytes: unknown,
  path: string,
): readonly JsonObject[] {
  const format = typeof mediaType === 'string' ? IMAGE_TYPE.exec(mediaType)?.[1] : undefined;
  if (format === undefined || typeof bytes !== 'string') {
    const message = `must be a PNG, JPEG, GIF or WebP image as base64, got ${quoted(mediaType)}`;
    conversation.problem(path, message);
    return [];
  }
  return [{ image: { format: format === 'jpg' ? 'jpeg' : format, source: { bytes } } }];
}

/** By media type, the formats of a Converse document. */
export const DOCUMENT_FORMATS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/html': 'html',
  'text/csv': 'csv',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

/** Calls `each` for every object of a list, and reports each other value. */
export function eachBlock(
  conversation: Conversation,
  values: unknown,
  path: string,
  each: (value: JsonObject, path: string) => readonly JsonObject[],
): readonly JsonObject[] {
  if (!Array.isArray(values)) {
    conversation.problem(path, 'must be a list of content blocks, or a string');
    return [];
  }
  return values.flatMap((value: unknown, index) => {
    const at = `${path}[${index}]`;
    if (isJsonObject(value)) return each(value, at);
    conversation.problem(at, 'must be an object');
    return [];
  });
}
