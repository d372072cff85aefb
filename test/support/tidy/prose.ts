/** The rules of wording: which files are read as prose, and which of them are clean already. */
import { hclParagraphs, scriptParagraphs } from './code-prose.ts';
import { markdownParagraphs } from './markdown.ts';
import { matching, type Rule, type SourceFile } from './source.ts';
import { avoidedExpressions, overusedExpressions, type Paragraph } from './wording.ts';

interface Prose {
  readonly files: RegExp;
  readonly paragraphs: (text: string) => Paragraph[];
}

/** The kinds of files with prose, and how it is taken out of them. */
const KINDS: readonly Prose[] = [
  { files: /\.md$/, paragraphs: markdownParagraphs },
  { files: /(?<!\.d|\.validator)\.(?:ts|mjs)$/, paragraphs: scriptParagraphs },
  { files: /\.(?:tf|hcl|tftpl|tfvars|sh)$/, paragraphs: hclParagraphs },
];

/** Paths whose prose is clean. A path that became clean is added and never taken out. */
const CLEAN: readonly RegExp[] = [
  /\.md$/,
  /^(?:adapters|cli|core|functions|modules|sandbox)\//,
  /^[\w-]+\.tf$/,
];

const isClean = ({ path }: SourceFile): boolean => CLEAN.some((pattern) => pattern.test(path));

const paragraphsOf = ({ path, text }: SourceFile): Paragraph[] =>
  KINDS.filter(({ files }) => files.test(path)).flatMap(({ paragraphs }) => paragraphs(text));

/** Prose has none of the avoided expressions. */
export const plainWording: Rule = (files) => [
  ...matching([...KINDS.map((kind) => kind.files), ...CLEAN], files),
  ...files.filter(isClean).flatMap((file) =>
    avoidedExpressions(paragraphsOf(file)).map(({ line, says }) => ({
      path: file.path,
      line,
      says,
    })),
  ),
];

/** Expressions that are rarely right do not become more frequent. */
export const rareWording: Rule = (files) =>
  overusedExpressions(files.filter(isClean).flatMap(paragraphsOf)).map((says) => ({
    path: 'all prose',
    says,
  }));
