/** The content of a Converse request, or of a native Amazon Nova one, which has the same blocks. */
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { ContentSize } from './content-size.ts';

export function measureConverse(size: ContentSize, body: JsonObject): void {
  measureBlocks(size, memberOf(body, 'system'));
  for (const message of size.objectsOf(memberOf(body, 'messages'))) {
    size.addMessage();
    measureBlocks(size, memberOf(message, 'content'));
  }
  for (const tool of size.objectsOf(memberOf(body, 'toolConfig', 'tools'))) {
    size.addCacheMark(tool.cachePoint);
    if (tool.toolSpec !== undefined) size.addTool(tool.toolSpec);
  }
  const format = memberOf(body, 'outputConfig', 'textFormat');
  if (format !== undefined) size.addJson(format);
}

function measureBlocks(size: ContentSize, blocks: unknown): void {
  if (blocks === undefined || blocks === null) return;
  if (!Array.isArray(blocks)) {
    size.fillWindow();
    return;
  }
  for (const block of blocks) {
    if (isJsonObject(block)) measureBlock(size, block);
    else size.fillWindow();
  }
}

function measureBlock(size: ContentSize, block: JsonObject): void {
  for (const [kind, value] of Object.entries(block)) {
    switch (kind) {
      case 'text':
        if (typeof value === 'string') size.addText(value);
        else size.fillWindow();
        break;
      case 'cachePoint':
        size.addCacheMark(value);
        break;
      case 'image':
        size.addImage(memberOf(value, 'format'), memberOf(value, 'source', 'bytes'));
        break;
      case 'document':
        measureDocument(size, value);
        break;
      case 'toolUse':
      case 'json':
        size.addJson(value);
        break;
      case 'toolResult':
        size.addJson({ ...(isJsonObject(value) ? value : {}), content: null });
        measureBlocks(size, memberOf(value, 'content'));
        break;
      default:
        size.fillWindow();
    }
  }
}

/** Only the text of a txt or md file is known to be all that the model reads. */
function measureDocument(size: ContentSize, document: unknown): void {
  const format = memberOf(document, 'format');
  const text =
    memberOf(document, 'source', 'text') ?? decoded(memberOf(document, 'source', 'bytes'));
  const isPlain = format === 'txt' || format === 'md';
  const isQuoted = memberOf(document, 'citations', 'enabled') === true;
  if (!isPlain || isQuoted || typeof text !== 'string') {
    size.fillWindow();
    return;
  }
  const { source: _, ...around } = isJsonObject(document) ? document : {};
  size.addJson(around);
  size.addText(text);
}

function decoded(base64: unknown): string | undefined {
  if (typeof base64 !== 'string') return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
