/** The prose of Markdown: paragraphs, list items and table rows, without blocks of code. */
import type { Line, Paragraph } from './wording.ts';

const FENCE = /^\s*(`{3,}|~{3,})\s*([\w-]*)/;
/** Lines that begin a paragraph without a blank line before them. */
const BEGINS_BLOCK = /^(?:#{1,6} |[-*+] |\d+[.)] |\||> |<!--)/;
const INDENTED_CODE = /^(?: {4}|\t)/;

/** Each paragraph with its lines; of fenced blocks only those marked `text`, which people read. */
export function markdownParagraphs(text: string): Paragraph[] {
  const paragraphs: Line[][] = [];
  let current: Line[] = [];
  let fence: { mark: string; isRead: boolean } | undefined;
  const end = (): void => {
    if (current.length > 0) paragraphs.push(current);
    current = [];
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = { number: index + 1, text: raw.trim() };
    const [, mark = '', language = ''] = FENCE.exec(raw) ?? [];
    if (fence === undefined && mark !== '') {
      end();
      fence = { mark, isRead: language === 'text' };
    } else if (fence !== undefined && line.text === fence.mark) {
      end();
      fence = undefined;
    } else if (fence !== undefined) {
      if (line.text === '') end();
      else if (fence.isRead) current.push({ ...line, text: line.text.replace(/\s+/g, ' ') });
    } else if (line.text === '' || (current.length === 0 && INDENTED_CODE.test(raw))) {
      end();
    } else {
      if (BEGINS_BLOCK.test(line.text)) end();
      current.push(line);
    }
  }
  end();
  return paragraphs;
}
