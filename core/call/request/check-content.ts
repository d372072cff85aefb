/** Checks the blocks of a message, for every model. */

import type { InputProblem } from '../../input-problem.ts';
import { ownEntriesSome } from '../../json-value.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import type {
  DocumentBlock,
  ImageBlock,
  RequestBlock,
  ToolResultBlock,
} from './content-block.schema.ts';
import { decodeBase64, readDocument, readImage } from './files.ts';

type Role = 'system' | 'user' | 'assistant';

/**
 * Files come from the user, tool uses from the assistant
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html, 2026-11).
 */
const BLOCKS = {
  system: ['text', 'cachePoint'],
  user: ['text', 'image', 'document', 'toolResult', 'cachePoint'],
  assistant: ['text', 'toolUse', 'reasoningContent', 'citationsContent', 'cachePoint'],
} as const satisfies Record<Role, readonly (keyof RequestBlock)[]>;

/** No tool needs deeper values, and rendering them indented must stay cheap. */
const JSON_DEPTH_MAX = 32;

export const isBlankText = ({ text }: Pick<RequestBlock, 'text'>): boolean =>
  text !== undefined && text.trim() === '';

/** @param path of the block in the request. */
export function blockProblems(
  role: Role,
  block: RequestBlock,
  path: string,
): readonly InputProblem[] {
  const allowed: readonly string[] = BLOCKS[role];
  const [kind = ''] = Object.keys(block);
  if (!allowed.includes(kind)) {
    const owner = role === 'system' ? 'a system message' : `a message with the role ${role}`;
    return [
      {
        path: `${path}.${kind}`,
        message: `is not allowed in ${owner}: use ${formatChoices(allowed)}`,
      },
    ];
  }
  const { image, document, toolUse, toolResult } = block;
  if (isBlankText(block) && role !== 'assistant') {
    const message = `${quoted(block.text)} is not a text: write more than white space`;
    return [{ path: `${path}.text`, message }];
  }
  const { redactedContent } = block.reasoningContent ?? {};
  if (redactedContent !== undefined && !decodeBase64(redactedContent)) {
    const message = "is not base64: send the model's own block unchanged";
    return [{ path: `${path}.reasoningContent.redactedContent`, message }];
  }
  if (toolUse) return depthProblems(toolUse.input, `${path}.toolUse.input`);
  if (toolResult) return toolResultProblems(toolResult, `${path}.toolResult.content`);
  return fileProblems({ image, document }, path);
}

function toolResultProblems({ content }: ToolResultBlock, path: string): readonly InputProblem[] {
  return content.flatMap((block, index) => {
    const at = `${path}[${index}]`;
    return block.json ? depthProblems(block.json, `${at}.json`) : fileProblems(block, at);
  });
}

interface Files {
  readonly image?: ImageBlock | undefined;
  readonly document?: DocumentBlock | undefined;
}

function fileProblems({ image, document }: Files, path: string): readonly InputProblem[] {
  const result = image ? readImage(image) : document ? readDocument(document) : undefined;
  if (result?.outcome !== 'not_valid') return [];
  const member = image ? 'image' : 'document';
  return [{ path: `${path}.${member}.${result.at}`, message: result.message }];
}

export function depthProblems(value: unknown, path: string): readonly InputProblem[] {
  if (!isDeeper(value, JSON_DEPTH_MAX)) return [];
  return [{ path, message: `is nested deeper than ${JSON_DEPTH_MAX} levels: make it flatter` }];
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Array.isArray(value)
    ? value.some((inner) => isDeeper(inner, levels - 1))
    : ownEntriesSome(value, (_, inner) => isDeeper(inner, levels - 1));
}
