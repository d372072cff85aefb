/** Input of the rules of style: files as text, and the same text with less in it. */

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  /** From 1; absent when it is about the whole file. */
  readonly line?: number;
  readonly says: string;
}

/** A rule of style: what is wrong with these files. */
export type Rule = (files: readonly SourceFile[]) => Violation[];

/** A violation for each pattern that no path matches: after a move it would check nothing. */
export const matching = (patterns: readonly RegExp[], files: readonly SourceFile[]): Violation[] =>
  patterns
    .filter((pattern) => !files.some(({ path }) => pattern.test(path)))
    .map((pattern) => ({
      path: String(pattern),
      says: 'matches no file: correct the pattern, or remove its rule',
    }));

/** A rule for the files whose path matches; it fails where there are none. */
export const withinPaths =
  (pattern: RegExp, rule: Rule): Rule =>
  (files) => {
    const found = files.filter(({ path }) => pattern.test(path));
    return [...matching([pattern], files), ...rule(found)];
  };

/** Violations as lines that an editor can jump to. */
export const wordViolations = (violations: readonly Violation[]): string[] =>
  violations.map(({ path, line, says }) => `${path}${line ? `:${line}` : ''}: ${says}`);

/** The line, from 1, of a position in the text. */
export const lineAt = (text: string, index: number): number =>
  text.slice(0, index).split('\n').length;

/** Paths of TypeScript, without declarations of types alone. */
export const TYPESCRIPT = /(?<!\.d)\.ts$/;

/** Paths of the project's own code. */
export const CODE =
  /^(?:core|adapters|functions|cli|sandbox|scripts|test)\/(?!fixtures\/).*(?<!\.d)\.(?:ts|mjs)$/;

export const isTypeScript = ({ path }: SourceFile): boolean => TYPESCRIPT.test(path);

/** A violation for each match of the pattern (with the flag g) in the text. */
export function violationsOf(
  path: string,
  text: string,
  pattern: RegExp,
  says: (match: RegExpExecArray) => string,
): Violation[] {
  return Array.from(text.matchAll(pattern), (match) => ({
    path,
    line: lineAt(text, match.index),
    says: says(match),
  }));
}

/** Code that may come before a `/` that begins a regular expression rather than divides. */
const BEFORE_REGEXP = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|=>|\b(?:return|typeof|case|in|of))\s*$/;

interface Piece {
  readonly kind: 'code' | 'comment' | 'string' | 'regexp';
  readonly text: string;
}

const TOKENS = {
  lineComment: /\/\/[^\n]*/y,
  blockComment: /\/\*[\s\S]*?(?:\*\/|$)/y,
  quoted: /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/y,
  regexp: /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y,
  templateText: /(?:\\[\s\S]|\$(?!\{)|[^`\\$])+/y,
};

const known = new Map<string, Piece[]>();

/** TypeScript as code, comments, strings and regular expressions. Each text is split once. */
export function piecesOf(text: string): Piece[] {
  const pieces = known.get(text) ?? split(text);
  known.set(text, pieces);
  return pieces;
}

/** Splits TypeScript into code, comments and strings; the code inside `${}` is code. */
function split(text: string): Piece[] {
  const pieces: Piece[] = [];
  // For each template that is open: the braces that are open inside its `${`, or 0 for its text.
  const templates: number[] = [];
  let at = 0;
  let code = '';
  const take = (token: RegExp): string | undefined => {
    token.lastIndex = at;
    return token.exec(text)?.[0];
  };
  const push = (kind: Piece['kind'], found: string): void => {
    if (kind === 'code') code += found;
    pieces.push({ kind, text: found });
    at += found.length;
  };
  while (at < text.length) {
    if (templates.at(-1) === 0) {
      const string = take(TOKENS.templateText);
      if (string !== undefined) push('string', string);
      if (at >= text.length) break;
      const isEnd = text[at] === '`';
      if (isEnd) templates.pop();
      else templates[templates.length - 1] = 1;
      push('code', isEnd ? '`' : '${');
      continue;
    }
    const comment = take(TOKENS.lineComment) ?? take(TOKENS.blockComment);
    const string = take(TOKENS.quoted);
    const regexp = BEFORE_REGEXP.test(code.slice(-20)) ? take(TOKENS.regexp) : undefined;
    const char = text[at] ?? '';
    if (comment !== undefined) push('comment', comment);
    else if (string !== undefined) push('string', string);
    else if (regexp !== undefined) push('regexp', regexp);
    else if (char === '`') {
      templates.push(0);
      push('code', char);
    } else {
      const open = templates.length - 1;
      if (open >= 0 && char === '{') templates[open] = (templates[open] ?? 0) + 1;
      if (open >= 0 && char === '}') templates[open] = (templates[open] ?? 1) - 1;
      push('code', char);
    }
  }
  return pieces;
}

const toSpaces = (text: string): string => text.replace(/[^\n]/g, ' ');

/** The text with its comments made spaces: positions and lines stay. */
export const withoutComments = (text: string): string =>
  piecesOf(text)
    .map((piece) => (piece.kind === 'comment' ? toSpaces(piece.text) : piece.text))
    .join('');

/** The text with its comments, strings and regular expressions made spaces. */
export const codeOnly = (text: string): string =>
  piecesOf(text)
    .map((piece) => (piece.kind === 'code' ? piece.text : toSpaces(piece.text)))
    .join('');
