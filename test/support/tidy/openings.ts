/** The opening comment of a file: one sentence that says what the file owns. */
import { CODE, type Rule, type SourceFile, withinPaths } from './source.ts';

/** A test says it in its descriptions. */
const isOpened = ({ path }: SourceFile): boolean => !path.endsWith('.test.ts');

const OPENING = /^(?:#!.*\n)?\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(?=\n|import\b)/;
const SENTENCE = /^[A-Z`].*?[.:](?:\s|$)/;

function problemOf({ text }: SourceFile): string | undefined {
  const comment = OPENING.exec(text)?.[1]
    ?.replaceAll(/\s*\n \*\s?/g, ' ')
    .trim();
  if (comment === undefined) return 'has no opening comment: say what the file owns';
  return SENTENCE.test(comment) ? undefined : 'does not open with a sentence';
}

/** A reader knows from the first line whether this is the file to read. */
export const openingComments: Rule = withinPaths(CODE, (files) =>
  files.filter(isOpened).flatMap((file) => {
    const says = problemOf(file);
    return says === undefined ? [] : [{ path: file.path, line: 1, says }];
  }),
);
