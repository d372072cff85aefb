/** The content of an Anthropic Messages request. */
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { ContentSize } from './content-size.ts';

export function measureAnthropic(size: ContentSize, body: JsonObject): void {
  size.addCacheMark(body.cache_control);
  measureContent(size, body.system);
  for (const message of size.objectsOf(body.messages)) {
    size.addMessage();
    measureContent(size, message.content);
  }
  for (const tool of size.objectsOf(body.tools)) {
    size.addCacheMark(tool.cache_control);
    size.addTool(tool);
    // Tools that Anthropic defines add their own prompt.
    if (tool.type !== undefined && tool.type !== 'custom') size.fillWindow();
  }
  for (const name of ['output_config', 'output_format', 'context_management']) {
    if (body[name] !== undefined) size.addJson(body[name]);
  }
}

function measureContent(size: ContentSize, content: unknown): void {
  if (content === undefined || content === null) return;
  if (typeof content === 'string') size.addText(content);
  else if (!Array.isArray(content)) size.fillWindow();
  else for (const block of content) measureBlock(size, block);
}

function measureBlock(size: ContentSize, block: unknown): void {
  size.addCacheMark(memberOf(block, 'cache_control'));
  const text = memberOf(block, 'text');
  switch (memberOf(block, 'type')) {
    case 'text':
      if (typeof text === 'string') size.addText(text);
      else size.fillWindow();
      break;
    case 'tool_use':
      size.addJson(block);
      break;
    case 'tool_result':
      size.addJson({ ...(isJsonObject(block) ? block : {}), content: null });
      measureContent(size, memberOf(block, 'content'));
      break;
    case 'image': {
      const mediaType = memberOf(block, 'source', 'media_type');
      const format = typeof mediaType === 'string' ? mediaType.replace(/^image\//, '') : undefined;
      size.addImage(format, memberOf(block, 'source', 'data'));
      break;
    }
    case 'document':
      measureDocument(size, block);
      break;
    default:
      size.addMarksWithin(block);
      size.fillWindow();
  }
}

function measureDocument(size: ContentSize, block: unknown): void {
  const data = memberOf(block, 'source', 'data');
  const isQuoted = memberOf(block, 'citations', 'enabled') === true;
  if (memberOf(block, 'source', 'type') !== 'text' || typeof data !== 'string' || isQuoted) {
    size.addMarksWithin(block);
    size.fillWindow();
    return;
  }
  const { source: _, ...around } = isJsonObject(block) ? block : {};
  size.addJson(around);
  size.addText(data);
}
