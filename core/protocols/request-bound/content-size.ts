/** Upper bound of a request's content, added up part by part, and its cache lifetimes. */
import { jsonTokenBound } from '../../call/prompt-bound/json-bound.ts';
import { textTokenBound } from '../../call/prompt-bound/text-bound.ts';
import { readImage } from '../../call/request/files.ts';
import type { ImageSize } from '../../call/request/image-header.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { CacheTtl } from '../../pricing/worst-case.ts';

/** Marks of a chat template around each part; several times what published templates use. */
const TOKENS_PER_MESSAGE = 32;
const TOKENS_PER_BLOCK = 8;
const TOKENS_PER_TOOL = 64;

export class ContentSize {
  textTokens = 0;
  readonly images: ImageSize[] = [];
  hasTools = false;
  /** Something in it has no bound but the model's context window. */
  fillsWindow = false;
  cacheTtl: CacheTtl = 'none';

  addMessage(): void {
    this.textTokens += TOKENS_PER_MESSAGE;
  }

  addText(text: string): void {
    this.textTokens += TOKENS_PER_BLOCK + textTokenBound(text);
  }

  /** Rendered by a template in a way that is not known. */
  addJson(value: unknown): void {
    this.textTokens += TOKENS_PER_BLOCK + jsonTokenBound(value);
  }

  addTool(definition: unknown): void {
    this.hasTools = true;
    this.textTokens += TOKENS_PER_TOOL + jsonTokenBound(definition);
  }

  addImage(format: unknown, base64: unknown): void {
    const known = FORMATS.find((each) => each === format);
    if (!known || typeof base64 !== 'string') {
      this.fillsWindow = true;
      return;
    }
    const read = readImage({ format: known, source: { bytes: base64 } });
    if (read.outcome === 'valid') this.images.push(read.file);
    else this.fillsWindow = true;
  }

  fillWindow(): void {
    this.fillsWindow = true;
  }

  /** The objects of a list; any other form is not understood, so it fills the window. */
  objectsOf(list: unknown): readonly JsonObject[] {
    if (list === undefined || list === null) return [];
    const objects = Array.isArray(list) ? list.filter(isJsonObject) : [];
    if (!Array.isArray(list) || objects.length < list.length) this.fillsWindow = true;
    return objects;
  }

  /** Of a block whose inner blocks are not known: any of them may have a mark. */
  addMarksWithin(value: unknown): void {
    const open: unknown[] = [value];
    while (open.length > 0 && this.cacheTtl !== '1h') {
      const inner = open.pop();
      if (Array.isArray(inner)) for (const each of inner) open.push(each);
      else if (isJsonObject(inner)) {
        this.addCacheMark(inner.cache_control);
        for (const name of Object.keys(inner)) open.push(inner[name]);
      }
    }
  }

  /** Of a cachePoint or a cache_control; any time to live but 5m counts as an hour. */
  addCacheMark(mark: unknown): void {
    if (!isJsonObject(mark)) return;
    const ttl = memberOf(mark, 'ttl') ?? '5m';
    if (ttl !== '5m') this.cacheTtl = '1h';
    else if (this.cacheTtl === 'none') this.cacheTtl = '5m';
  }
}

const FORMATS = ['png', 'jpeg', 'gif', 'webp'] as const;
