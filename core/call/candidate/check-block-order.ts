/** Checks the order of content blocks against the families that are strict about it. */
import type { InputProblem } from '../../input-problem.ts';
import type { Model } from '../../policy/policy.ts';
import { quoted } from '../../safe-text.ts';
import { isPlainText } from '../request/files.ts';
import type { Prompt } from '../request/prompt.ts';

const MESSAGES = '$.prompt.messages';
const TOOLS = '$.prompt.toolConfig.tools';

type Content = Prompt['messages'][number]['content'];

/**
 * Claude wants tool uses last in the assistant's turn and their results first in the user's
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/implement-tool-use, 2026-11), and
 * has no cache mark for a text document; Nova caches system and messages, not tools
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, 2026-11).
 */
export function blockOrderProblems(model: Model, prompt: Prompt): readonly InputProblem[] {
  const { baseModelId, alias } = model;
  if (baseModelId.startsWith('amazon.nova')) return toolCachePointProblems(alias, prompt);
  if (!baseModelId.startsWith('anthropic.')) return [];
  return prompt.messages
    .flatMap(({ content }) => [textAfterToolUse(content), lateToolResult(content)])
    .concat([prompt.system, ...prompt.messages.map(({ content }) => content)].map(documentCached))
    .flatMap((message) => (message === undefined ? [] : [{ path: MESSAGES, message }]));
}

function textAfterToolUse(content: Content): string | undefined {
  const first = content.findIndex(({ toolUse }) => toolUse);
  const isLast = content
    .slice(Math.max(first, 0))
    .every(({ toolUse, cachePoint }) => toolUse || cachePoint);
  if (first < 0 || isLast) return undefined;
  const id = quoted(content[first]?.toolUse?.toolUseId);
  return `the assistant's turn has text after the toolUse ${id}: put the text before it`;
}

function lateToolResult(content: Content): string | undefined {
  const firstOther = content.findIndex(({ toolResult, cachePoint }) => !toolResult && !cachePoint);
  const late = content.slice(Math.max(firstOther, 0)).find(({ toolResult }) => toolResult);
  if (firstOther < 0 || !late) return undefined;
  const id = quoted(late.toolResult?.toolUseId);
  return `the user's turn has the toolResult for ${id} after other blocks: put toolResults first`;
}

function documentCached(content: Content): string | undefined {
  const at = content.findIndex(
    ({ cachePoint }, index) => cachePoint && isTextDocument(content[index - 1]),
  );
  if (at < 0) return undefined;
  const name = quoted(content[at - 1]?.document?.name);
  return `a cachePoint follows the text document ${name}: put it before the document, or after a text block`;
}

const isTextDocument = (block: Content[number] | undefined): boolean =>
  block?.document !== undefined && isPlainText(block.document.format);

const toolCachePointProblems = (alias: string, { toolConfig }: Prompt): readonly InputProblem[] =>
  (toolConfig?.tools ?? []).flatMap(({ cachePoint }, index) =>
    cachePoint
      ? [
          {
            path: `${TOOLS}[${index}].cachePoint`,
            message: `is not taken by ${alias} among tools: put it in the system messages`,
          },
        ]
      : [],
  );
