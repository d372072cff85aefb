/** Everything about a prompt that its bound depends on, measured once for all models. */
import type {
  DocumentBlock,
  RequestBlock,
  ToolResultBlock,
} from '../request/content-block.schema.ts';
import { isPlainText, readDocument, readImage } from '../request/files.ts';
import type { ImageSize } from '../request/image-header.ts';
import { blocksWithin, type Prompt } from '../request/prompt.ts';
import { jsonTokenBound } from './json-bound.ts';
import { textTokenBound } from './text-bound.ts';

export interface PromptSize {
  /** Tokens at most of all that reaches the model as text, whatever its tokenizer. */
  readonly textTokens: number;
  readonly images: readonly ImageSize[];
  readonly hasTools: boolean;
  /** Whether a part of it has no bound other than the model's context window. */
  readonly fillsWindow: boolean;
}

/**
 * Marks of a chat template around each part: several times what the published templates use (a
 * handful of tokens each; https://huggingface.co/docs/transformers/chat_templating, 2026-11).
 */
const TOKENS_PER_MESSAGE = 32;
const TOKENS_PER_BLOCK = 8;
const TOKENS_PER_TOOL_BLOCK = 64;
/** A document comes with its name and with words that introduce it. */
const TOKENS_PER_DOCUMENT = 256;

/** @param prompt one that `toPrompt` found valid. */
export function measurePrompt({ system, messages, toolConfig }: Prompt): PromptSize {
  const images: ImageSize[] = [];
  let textTokens = toolTokens(toolConfig);
  for (const content of [system, ...messages.map((message) => message.content)]) {
    textTokens += TOKENS_PER_MESSAGE;
    for (const block of content) textTokens += TOKENS_PER_BLOCK + blockTokens(block, images);
  }
  const fillsWindow = blocksWithin({ system, messages }).some(isUnbounded);
  return { textTokens, images, hasTools: toolConfig !== undefined, fillsWindow };
}

/**
 * A pdf or docx can hold any number of pages in a few compressed bytes, and Bedrock does not say
 * how it turns a csv or html into text; citations split a document into numbered parts. Reasoning
 * that is signed or encrypted can be longer than the text that comes with it.
 */
function isUnbounded({
  document,
  reasoningContent,
  citationsContent,
}: Partial<RequestBlock>): boolean {
  if (document) return !isPlainText(document.format) || document.citations?.enabled === true;
  if (citationsContent) return true;
  const { reasoningText, redactedContent } = reasoningContent ?? {};
  return redactedContent !== undefined || reasoningText?.signature !== undefined;
}

function toolTokens(toolConfig: Prompt['toolConfig']): number {
  const tools = toolConfig?.tools ?? [];
  return tools.reduce(
    (sum, { toolSpec }) => sum + (toolSpec ? TOKENS_PER_TOOL_BLOCK + jsonTokenBound(toolSpec) : 0),
    0,
  );
}

type AnyBlock = RequestBlock & ToolResultBlock['content'][number];

/** Images are set aside: what they take depends on the model. */
function blockTokens(block: AnyBlock, images: ImageSize[]): number {
  const { text, image, document, toolUse, toolResult, json, reasoningContent } = block;
  if (text !== undefined) return textTokenBound(text);
  if (json) return jsonTokenBound(json);
  if (document) return documentTokens(document);
  if (toolUse) return TOKENS_PER_TOOL_BLOCK + jsonTokenBound(toolUse);
  if (toolResult) {
    const { toolUseId, content } = toolResult;
    const inner = content.map((each) => TOKENS_PER_BLOCK + blockTokens(each, images));
    return inner.reduce((sum, tokens) => sum + tokens, TOKENS_PER_TOOL_BLOCK + toolUseId.length);
  }
  if (reasoningContent) return textTokenBound(reasoningContent.reasoningText?.text ?? '');
  const read = image && readImage(image);
  if (read?.outcome === 'valid') images.push(read.file);
  return 0;
}

function documentTokens(block: DocumentBlock): number {
  const read = readDocument(block);
  if (read.outcome !== 'valid' || read.file === undefined) return 0;
  return TOKENS_PER_DOCUMENT + textTokenBound(block.name) + textTokenBound(read.file);
}
