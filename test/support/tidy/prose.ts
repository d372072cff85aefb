/** The rules of wording: which files are read as prose, and which of them are not. */
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
  { files: /\.(?:tf|hcl|tftpl|tfvars|sh|py)$|^\.ci\/run$/, paragraphs: hclParagraphs },
];

/** Tests of these rules: they hold the expressions that prose avoids. */
const EXAMPLES = /^test\/(?:tidy\/|unit\/support\/tidy\/|support\/tidy\/wording\.ts)/;

const isProse = ({ path }: SourceFile): boolean => !EXAMPLES.test(path);

const paragraphsOf = ({ path, text }: SourceFile): Paragraph[] =>
  KINDS.filter(({ files }) => files.test(path)).flatMap(({ paragraphs }) => paragraphs(text));

/** Prose has none of the avoided expressions. */
export const plainWording: Rule = (files) => [
  ...matching([...KINDS.map((kind) => kind.files), EXAMPLES], files),
  ...files.filter(isProse).flatMap((file) =>
    avoidedExpressions(paragraphsOf(file)).map(({ line, says }) => ({
      path: file.path,
      line,
      says,
    })),
  ),
];

/** Expressions that are rarely right do not become more frequent. */
export const rareWording: Rule = (files) =>
  overusedExpressions(files.filter(isProse).flatMap(paragraphsOf)).map((says) => ({
    path: 'all prose',
    says,
  }));
