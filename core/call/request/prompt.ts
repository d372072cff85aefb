/** Turns the request's messages into what Converse wants: system apart, roles alternating. */
import type { InputProblem } from '../../input-problem.ts';
import type { CacheTtl } from '../../pricing/worst-case.ts';
import { cachePointProblems } from './check-cache-points.ts';
import { blockProblems, isBlankText } from './check-content.ts';
import { documentProblems } from './check-documents.ts';
import { loneSurrogateProblems } from './check-text.ts';
import { toolProblems } from './check-tools.ts';
import type { RequestBlock } from './content-block.schema.ts';
import type { InvokeRequest, RequestMessage } from './request.schema.ts';
import type { ToolConfig } from './tool-config.schema.ts';
import type { Turn } from './turns.ts';

interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly RequestBlock[];
}

/** The prompt without any model's particulars. */
export interface Prompt {
  readonly system: readonly RequestBlock[];
  readonly messages: readonly PromptMessage[];
  readonly toolConfig?: ToolConfig;
  /** Labels that Bedrock writes to its invocation log. */
  readonly requestMetadata?: Readonly<Record<string, string>>;
}

/** Features that a prompt requires, so that a model without it is rejected before the call. */
interface PromptTraits {
  readonly hasSystem: boolean;
  /** The last message is the assistant's: the answer goes on from it. */
  readonly isPrefilled: boolean;
  readonly hasImages: boolean;
  readonly hasDocuments: boolean;
  readonly hasTools: boolean;
  readonly cacheTtl: CacheTtl;
}

type PromptResult =
  | { readonly outcome: 'valid'; readonly prompt: Prompt }
  | { readonly outcome: 'not_valid'; readonly problems: readonly InputProblem[] };

const PATH = '$.prompt.messages';

/**
 * As Converse takes them: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html,
 * and https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, 2026-11.
 */
const IMAGES_MAX = 20;
const DOCUMENTS_MAX = 5;

/**
 * System messages go to `system`, neighbours of one role are merged: Converse refuses a
 * conversation that does not alternate or does not begin with the user.
 */
export function toPrompt(request: InvokeRequest['prompt']): PromptResult {
  const { messages, toolConfig, requestMetadata } = request;
  const system: RequestBlock[] = [];
  const turns: Turn[] = [];
  messages.forEach((message, at) => {
    const { role } = message;
    const blocks = blocksOf(message);
    const last = turns.at(-1);
    if (role === 'system') system.push(...blocks);
    else if (blocks.length === 0) return;
    else if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks], at });
  });
  const merged = turns.map(({ role, content }) => ({ role, content }));
  const prompt = {
    system,
    messages: merged,
    ...(toolConfig && { toolConfig }),
    ...(requestMetadata && { requestMetadata }),
  };
  const problems = [
    ...messages.flatMap(messageProblems),
    ...loneSurrogateProblems(request, '$.prompt'),
    ...orderProblems(turns),
    ...turns.flatMap(turnProblems),
    ...countProblems(prompt),
    ...cachePointProblems(system, turns, toolConfig),
    ...documentProblems(turns),
    ...toolProblems(turns, toolConfig),
  ];
  return problems.length > 0 ? { outcome: 'not_valid', problems } : { outcome: 'valid', prompt };
}

/**
 * Models answer with blank texts, and with nothing at all after a tool's result, which Bedrock
 * refuses in the next turn: so an assistant's are left out.
 */
function blocksOf({ role, content }: RequestMessage): readonly RequestBlock[] {
  if (typeof content === 'string') return [{ text: content }];
  return role === 'assistant' ? content.filter((block) => !isBlankText(block)) : content;
}

function messageProblems({ role, content }: RequestMessage, at: number): readonly InputProblem[] {
  if (typeof content === 'string') return [];
  if (content.length === 0 && role !== 'assistant') {
    return [{ path: `${PATH}[${at}].content`, message: 'has no content block: add a text block' }];
  }
  return content.flatMap((block, index) =>
    blockProblems(role, block, `${PATH}[${at}].content[${index}]`),
  );
}

function orderProblems([first]: readonly Turn[]): readonly InputProblem[] {
  if (!first) {
    return [{ path: PATH, message: 'contains only system messages: add a message of the user' }];
  }
  if (first.role === 'user') return [];
  const message = 'is "assistant", but the first message after the system ones must be the user\'s';
  return [{ path: `${PATH}[${first.at}].role`, message }];
}

function turnProblems({ content, at }: Turn): readonly InputProblem[] {
  const path = `${PATH}[${at}].content`;
  if (content.every(({ cachePoint }) => cachePoint)) {
    return [{ path, message: 'contains only cachePoints: add a text block' }];
  }
  const hasDocument = content.some(({ document }) => document);
  if (!hasDocument || content.some(({ text }) => text !== undefined)) return [];
  return [{ path, message: 'contains a document: add a text block that says what to do with it' }];
}

/** Every block of the prompt, and every block within a tool's result. */
export function blocksWithin({
  system,
  messages,
}: Pick<Prompt, 'system' | 'messages'>): readonly Partial<RequestBlock>[] {
  const blocks = [...system, ...messages.flatMap(({ content }) => content)];
  return blocks.flatMap((block) => [block, ...(block.toolResult?.content ?? [])]);
}

function cacheTtls(prompt: Prompt): readonly ('5m' | '1h')[] {
  const points = [...blocksWithin(prompt), ...(prompt.toolConfig?.tools ?? [])];
  return points.flatMap(({ cachePoint }) => (cachePoint ? [cachePoint.ttl ?? '5m'] : []));
}

function countProblems(prompt: Prompt): readonly InputProblem[] {
  const blocks = blocksWithin(prompt);
  const counts = [
    ['images', blocks.filter(({ image }) => image).length, IMAGES_MAX],
    ['documents', blocks.filter(({ document }) => document).length, DOCUMENTS_MAX],
  ] as const;
  return counts
    .filter(([, count, most]) => count > most)
    .map(([what, count, most]) => ({
      path: '$.prompt',
      message: `contains ${count} ${what}; the maximum is ${most}: leave some out`,
    }));
}

export function requiredCapabilities(prompt: Prompt): PromptTraits {
  const { system, messages, toolConfig } = prompt;
  const blocks = blocksWithin(prompt);
  const ttls = cacheTtls(prompt);
  return {
    hasSystem: system.length > 0,
    isPrefilled: messages.at(-1)?.role === 'assistant',
    hasImages: blocks.some(({ image }) => image),
    hasDocuments: blocks.some(({ document }) => document),
    hasTools: toolConfig !== undefined,
    cacheTtl: ttls.includes('1h') ? '1h' : ttls.length > 0 ? '5m' : 'none',
  };
}

/** The prompt for the audit log: of images and documents their size alone. */
export function withoutFiles(prompt: Prompt): Prompt {
  const messages = prompt.messages.map(({ role, content }) => ({
    role,
    content: content.map((block) => {
      const { toolResult } = block;
      if (!toolResult) return withoutBytes(block);
      return { toolResult: { ...toolResult, content: toolResult.content.map(withoutBytes) } };
    }),
  }));
  return { ...prompt, messages };
}

function withoutBytes<T extends Pick<RequestBlock, 'image' | 'document'>>(block: T): T {
  const { image, document } = block;
  if (image)
    return { ...block, image: { ...image, source: { bytes: sizeOf(image.source.bytes) } } };
  const bytes = document?.source.bytes;
  if (!document || bytes === undefined) return block;
  return { ...block, document: { ...document, source: { bytes: sizeOf(bytes) } } };
}

/** Base64 has four characters for three bytes. */
export const sizeOf = (base64: string): string =>
  `(about ${Math.round(base64.length * 0.75)} bytes)`;
