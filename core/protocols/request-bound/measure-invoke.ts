/** The content of an InvokeModel body, by the shape of its family. */
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { FieldList } from '../fields/field-list.ts';
import type { InvokeFamily } from '../fields/invoke-fields.ts';
import type { ContentSize } from './content-size.ts';
import { measureAnthropic } from './measure-anthropic.ts';
import { measureConverse } from './measure-converse.ts';

export function measureInvoke(size: ContentSize, family: InvokeFamily, body: JsonObject): void {
  switch (family.shape) {
    case 'anthropic':
      measureAnthropic(size, body);
      break;
    case 'converse':
      measureConverse(size, body);
      break;
    case 'openai':
      measureChat(size, family.fields, body);
      break;
    default:
      measureTexts(size, family, body);
  }
}

/** Strings as they are; whatever else reaches the model as it may be rendered. */
function measureTexts(size: ContentSize, { fields, prompt }: InvokeFamily, body: JsonObject): void {
  for (const [name, value] of Object.entries(body)) {
    if (fields[name] !== 'bound') continue;
    if (typeof value === 'number' && !prompt.includes(name)) continue;
    if (/image|video|audio|media/i.test(name) || isMedia(value)) size.fillWindow();
    else measureValue(size, value);
  }
}

function measureValue(size: ContentSize, value: unknown): void {
  size.addMessage();
  if (typeof value === 'string') size.addText(value);
  else if (!Array.isArray(value)) size.addJson(value);
  else for (const each of value) measureValue(size, each);
}

/** Members of a multimodal input: they have no bound but the window. */
const isMedia = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.some(isMedia)
    : isJsonObject(value) &&
      Object.entries(value).some(
        ([name, inner]) => /^(?:image|video|audio|image_url)/i.test(name) || isMedia(inner),
      );

function measureChat(size: ContentSize, fields: FieldList, body: JsonObject): void {
  for (const message of size.objectsOf(body.messages)) measureMessage(size, message);
  for (const tool of [...size.objectsOf(body.tools), ...size.objectsOf(body.functions)])
    size.addTool(tool);
  for (const [name, value] of Object.entries(body)) {
    if (fields[name] !== 'bound' || NOT_TEXT.has(name) || typeof value === 'number') continue;
    measureValue(size, value);
  }
}

const NOT_TEXT = new Set(['messages', 'tools', 'functions']);

function measureMessage(size: ContentSize, message: JsonObject): void {
  const { content, ...around } = message;
  size.addMessage();
  size.addJson(around);
  if (typeof content === 'string') size.addText(content);
  else if (Array.isArray(content)) {
    for (const part of size.objectsOf(content)) {
      if (typeof part.text === 'string' && part.type === 'text') size.addText(part.text);
      else size.fillWindow();
    }
  } else if (content !== undefined && content !== null) size.fillWindow();
}
