/** A prompt as the AWS SDK takes it, for Converse and CountTokens alike. */
import type {
  CitationsContentBlock,
  ContentBlock,
  ConverseTokensRequest,
  DocumentBlock,
  ImageBlock,
  ReasoningContentBlock,
  SystemContentBlock,
  Tool,
  ToolConfiguration,
  ToolResultContentBlock,
} from '@aws-sdk/client-bedrock-runtime';
import type {
  RequestBlock,
  DocumentBlock as RequestDocument,
  ImageBlock as RequestImage,
  ToolResultBlock,
} from '../core/call/request/content-block.schema.ts';
import type { Prompt } from '../core/call/request/prompt.ts';
import type { ToolConfig } from '../core/call/request/tool-config.schema.ts';
import { invariant } from '../core/errors.ts';
import { isJsonObject } from '../core/json-value.ts';

type DocumentValue = NonNullable<ConverseTokensRequest['additionalModelRequestFields']>;
type Conversation = Required<Pick<ConverseTokensRequest, 'messages'>> &
  Pick<ConverseTokensRequest, 'system' | 'toolConfig'>;

export function toConversation({ system, messages, toolConfig }: Prompt): Conversation {
  return {
    messages: messages.map(({ role, content }) => ({ role, content: content.map(toBlock) })),
    ...(system.length > 0 && { system: system.map(toSystemBlock) }),
    ...(toolConfig && { toolConfig: toToolConfig(toolConfig) }),
  };
}

/** A JSON object as the SDK's document type. */
export function toDocumentValue(fields: Readonly<Record<string, unknown>>): DocumentValue {
  invariant(isDocumentValue(fields), 'a request is JSON');
  return fields;
}

/** JSON.parse made its members: a check of each, or a copy, would take as long as parsing. */
const isDocumentValue = (value: unknown): value is DocumentValue => isJsonObject(value);

const toSystemBlock = ({ text, cachePoint }: RequestBlock): SystemContentBlock =>
  cachePoint ? { cachePoint } : { text: text ?? '' };

function toBlock(block: RequestBlock): ContentBlock {
  const { text, image, document, toolUse, toolResult, cachePoint } = block;
  const { reasoningContent, citationsContent } = block;
  if (reasoningContent) return { reasoningContent: toReasoning(reasoningContent) };
  if (citationsContent) return { citationsContent: toCitations(citationsContent) };
  if (image) return { image: toImage(image) };
  if (document) return { document: toDocument(document) };
  if (toolUse) return { toolUse: { ...toolUse, input: toDocumentValue(toolUse.input) } };
  if (toolResult) {
    return { toolResult: { ...toolResult, content: toolResult.content.map(toResultBlock) } };
  }
  return cachePoint ? { cachePoint } : { text: text ?? '' };
}

function toResultBlock(block: ToolResultBlock['content'][number]): ToolResultContentBlock {
  const { text, json, image, document } = block;
  if (json) return { json: toDocumentValue(json) };
  if (image) return { image: toImage(image) };
  if (document) return { document: toDocument(document) };
  return { text: text ?? '' };
}

const toImage = ({ format, source }: RequestImage): ImageBlock => ({
  format,
  source: { bytes: Buffer.from(source.bytes, 'base64') },
});

const toReasoning = ({
  reasoningText,
  redactedContent,
}: NonNullable<RequestBlock['reasoningContent']>): ReasoningContentBlock =>
  reasoningText
    ? { reasoningText }
    : { redactedContent: Buffer.from(redactedContent ?? '', 'base64') };

/** The model's own block, as this API returned it. */
const toCitations = (block: NonNullable<RequestBlock['citationsContent']>): CitationsContentBlock =>
  JSON.parse(JSON.stringify(block));

const toDocument = ({ format, name, source, citations }: RequestDocument): DocumentBlock => ({
  format,
  name,
  ...(citations && { citations }),
  source:
    source.text === undefined
      ? { bytes: Buffer.from(source.bytes ?? '', 'base64') }
      : { text: source.text },
});

function toToolConfig({ tools, toolChoice }: ToolConfig): ToolConfiguration {
  const { auto, any, tool } = toolChoice ?? {};
  return {
    tools: tools.map(toTool),
    ...(auto && { toolChoice: { auto } }),
    ...(any && { toolChoice: { any } }),
    ...(tool && { toolChoice: { tool } }),
  };
}

function toTool({ toolSpec, cachePoint }: ToolConfig['tools'][number]): Tool {
  if (!toolSpec) return { cachePoint: cachePoint ?? { type: 'default' } };
  return {
    toolSpec: { ...toolSpec, inputSchema: { json: toDocumentValue(toolSpec.inputSchema.json) } },
  };
}
