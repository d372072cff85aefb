/** The prose of code: comments joined over their lines, and strings joined over their parts. */
import { lineAt, piecesOf } from './source.ts';
import type { Line, Paragraph } from './wording.ts';

/** A comment or string of a file, without its marks, and the line where it begins. */
interface Passage {
  readonly kind: 'comment' | 'string';
  readonly line: number;
  readonly text: string;
  /** The code between the passage before it and this one. */
  readonly between: string;
}

const BEGINS_ITEM = /^(?:[-*] |\d+[.)] |@)/;

/** Lines as paragraphs: an empty line ends one, and a list item begins one. */
function paragraphsOf(lines: readonly Line[]): Paragraph[] {
  const paragraphs: Line[][] = [];
  let current: Line[] = [];
  for (const line of lines.map(({ number, text }) => ({ number, text: text.trim() }))) {
    if (line.text === '' || BEGINS_ITEM.test(line.text)) current = [];
    if (line.text === '') continue;
    if (current.length === 0) paragraphs.push(current);
    current.push(line);
  }
  return paragraphs;
}

/** Code that continues a comment on the next line. */
const CONTINUES_COMMENT = /^[ \t]*\n?[ \t]*$/;
/** Code that joins two strings: `+`, the marks of a template, and a value in `${}`. */
const CONTINUES_STRING = /^(?:\$\{[\s\S]*\})?[\s+`]*(?:\$\{[\s\S]*\})?$/;

const continues = (last: Passage | undefined, { kind, between }: Passage): boolean =>
  last?.kind === kind && (kind === 'comment' ? CONTINUES_COMMENT : CONTINUES_STRING).test(between);

/** The lines of a passage; those of a string go on in the line that it continues. */
function appended(lines: readonly Line[], { kind, line, text, between }: Passage): Line[] {
  const added = text.split('\n').map((part, index) => ({ number: line + index, text: part }));
  const last = lines.at(-1);
  const [first, ...rest] = added;
  if (kind === 'comment' || !last || !first) return [...lines, ...added];
  const value = between.includes('${') ? '…' : '';
  return [...lines.slice(0, -1), { ...last, text: last.text + value + first.text }, ...rest];
}

/** Passages that continue each other, each group as paragraphs. */
function paragraphsOfPassages(passages: readonly Passage[]): Paragraph[] {
  const found: Paragraph[] = [];
  let lines: Line[] = [];
  let last: Passage | undefined;
  for (const passage of passages) {
    if (!continues(last, passage)) {
      found.push(...paragraphsOf(lines));
      lines = [];
    }
    lines = appended(lines, passage);
    last = passage;
  }
  return [...found, ...paragraphsOf(lines)];
}

const withoutCommentMarks = (comment: string): string =>
  comment.replace(/^\/\*+|\*\/$|^[ \t]*\*(?!\/)|^\/\/+|^#+/gm, '');

const withoutQuotes = (text: string): string =>
  text
    .replace(/^(['"])([\s\S]*)\1$/, '$2')
    .replace(/\\([nrt])/g, (_, letter: string) => (letter === 'n' ? '\n' : ' '));

/** Every comment and string of TypeScript or JavaScript. */
export function scriptParagraphs(text: string): Paragraph[] {
  const passages: Passage[] = [];
  let at = 0;
  let between = '';
  for (const piece of piecesOf(text)) {
    if (piece.kind === 'comment' || piece.kind === 'string') {
      const { kind } = piece;
      const bare = kind === 'comment' ? withoutCommentMarks(piece.text) : withoutQuotes(piece.text);
      passages.push({ kind, line: lineAt(text, at), text: bare, between });
      between = '';
    } else {
      between += piece.text;
    }
    at += piece.text.length;
  }
  return paragraphsOfPassages(passages);
}

const HCL_PASSAGE =
  /(?<comment>#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)|"(?<quoted>(?:\$\{(?:"(?:\\.|[^"\\])*"|[^{}"])*\}|\\.|[^"\\\n])*)"|<<-?(?<mark>\w+)\n(?<heredoc>[\s\S]*?)\n[ \t]*\k<mark>\b/g;

/** Every comment and string of Terraform's language, heredocs included, and of JSON templates. */
export function hclParagraphs(text: string): Paragraph[] {
  const passages: Passage[] = [];
  let end = 0;
  for (const { 0: whole, index, groups = {} } of text.matchAll(HCL_PASSAGE)) {
    const { comment, quoted, heredoc } = groups;
    const isHeredoc = heredoc !== undefined;
    passages.push({
      kind: comment === undefined ? 'string' : 'comment',
      line: lineAt(text, index) + (isHeredoc ? 1 : 0),
      text: heredoc ?? (comment === undefined ? (quoted ?? '') : withoutCommentMarks(comment)),
      between: text.slice(end, index),
    });
    end = index + whole.length;
  }
  return paragraphsOfPassages(passages);
}
