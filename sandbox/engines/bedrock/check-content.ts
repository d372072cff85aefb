/**
 * Content blocks and tools that Bedrock rejects in a Converse request:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html, 2026-11
 */
import { isRecord } from '../../base/json.ts';

const BLOCK_KEYS = [
  'text',
  'image',
  'document',
  'video',
  'audio',
  'toolUse',
  'toolResult',
  'guardContent',
  'cachePoint',
  'reasoningContent',
  'citationsContent',
  'searchResult',
];
const IMAGE_FORMATS = ['png', 'jpeg', 'gif', 'webp'];
const DOCUMENT_FORMATS = ['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'];
const DOCUMENT_NAME = /^(?!.* {2})[A-Za-z0-9 _\-()[\]]{1,200}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

type Fields = Readonly<Record<string, unknown>>;

export function unknownMemberProblem(
  value: Fields,
  allowed: readonly string[],
): string | undefined {
  const key = Object.keys(value).find((name) => !allowed.includes(name));
  return key === undefined
    ? undefined
    : `Malformed input request: #: extraneous key [${key}] is not permitted, please reformat your input and try again.`;
}

/** One block of a message, of `system`, or of a tool's result. */
export function blockProblem(
  block: unknown,
  path: string,
  allowed: readonly string[] = BLOCK_KEYS,
): string | undefined {
  if (!isRecord(block) || Object.keys(block).length !== 1) {
    return `Malformed input request: ${path} must have exactly one member.`;
  }
  const { text, image, document } = block;
  if (text !== undefined && (typeof text !== 'string' || text.trim() === '')) {
    return `The text field in the ContentBlock object at ${path} is blank. Add text to the text field, and try again.`;
  }
  if (image !== undefined) return fileProblem(image, path, IMAGE_FORMATS);
  if (document !== undefined) {
    const { name } = isRecord(document) ? document : {};
    const named = typeof name === 'string' && DOCUMENT_NAME.test(name);
    return named
      ? fileProblem(document, path, DOCUMENT_FORMATS)
      : `The name at ${path} is invalid.`;
  }
  return unknownMemberProblem(block, allowed);
}

function fileProblem(file: unknown, path: string, formats: readonly string[]) {
  const { format, source } = isRecord(file) ? file : {};
  // Bedrock takes a document without one.
  const isLeftOut = format === undefined && formats === DOCUMENT_FORMATS;
  if (!isLeftOut && !formats.some((each) => each === format))
    return `The format at ${path} is not supported.`;
  const { bytes, text } = isRecord(source) ? source : {};
  if (typeof text === 'string' && text !== '') return undefined;
  const decodable = typeof bytes === 'string' && BASE64.test(bytes) && bytes.length % 4 === 0;
  return decodable ? undefined : `Could not process the file at ${path}.`;
}

/**
 * Every toolUse needs a toolResult in the next message, and both need toolConfig. The messages are
 * those of AWS.
 */
export function toolProblem(messages: readonly unknown[], toolConfig: unknown): string | undefined {
  let pending: readonly unknown[] = [];
  for (const message of messages) {
    const uses = idsOf(message, 'toolUse');
    const results = idsOf(message, 'toolResult');
    if ((uses.length > 0 || results.length > 0) && toolConfig === undefined) {
      return 'The toolConfig field must be defined when using toolUse and toolResult content blocks.';
    }
    const isRepeated = new Set(results).size !== results.length;
    if (isRepeated || results.some((id) => !pending.includes(id))) {
      return 'The number of toolResult blocks exceeds the number of toolUse blocks of previous turn.';
    }
    if (pending.some((id) => !results.includes(id))) {
      return `Expected toolResult blocks for the following Ids: ${pending.join(', ')}`;
    }
    pending = uses;
  }
  return toolConfig === undefined ? undefined : configProblem(toolConfig);
}

/** Bedrock compares names across the whole conversation. */
export function documentNamesProblem(messages: readonly unknown[]): string | undefined {
  const names = messages.flatMap(contentOf).flatMap((block) => {
    const { toolResult } = isRecord(block) ? block : {};
    const inner =
      isRecord(toolResult) && Array.isArray(toolResult.content) ? toolResult.content : [];
    return [block, ...inner].flatMap((each: unknown) => {
      const { document } = isRecord(each) ? each : {};
      return isRecord(document) && typeof document.name === 'string'
        ? [document.name.toLowerCase()]
        : [];
    });
  });
  return new Set(names).size === names.length
    ? undefined
    : "Messages can't contain duplicate document names. Rename any duplicate document, and try again.";
}

const contentOf = (message: unknown): readonly unknown[] =>
  isRecord(message) && Array.isArray(message.content) ? message.content : [];

function idsOf(message: unknown, kind: 'toolUse' | 'toolResult'): readonly unknown[] {
  return contentOf(message).flatMap((block) => {
    const inner = isRecord(block) ? block[kind] : undefined;
    return isRecord(inner) ? [inner.toolUseId] : [];
  });
}

function configProblem(toolConfig: unknown): string | undefined {
  const { tools, toolChoice } = isRecord(toolConfig) ? toolConfig : {};
  if (!Array.isArray(tools) || tools.length === 0) {
    return "1 validation error detected: Value at 'toolConfig.tools' failed to satisfy constraint: Member must have length greater than or equal to 1";
  }
  for (const [index, tool] of tools.entries()) {
    const { toolSpec, cachePoint } = isRecord(tool) ? tool : {};
    if (cachePoint !== undefined) continue;
    const { name, inputSchema } = isRecord(toolSpec) ? toolSpec : {};
    const schema = isRecord(inputSchema) ? inputSchema.json : undefined;
    if (typeof name !== 'string' || !isRecord(schema)) {
      return `The value at toolConfig.tools.${index}.toolSpec is invalid.`;
    }
  }
  const chosen = isRecord(toolChoice) ? Object.keys(toolChoice) : ['auto'];
  const one = chosen.length === 1 && ['auto', 'any', 'tool'].some((each) => each === chosen[0]);
  return one ? undefined : 'The toolChoice must be one of auto, any and tool.';
}
