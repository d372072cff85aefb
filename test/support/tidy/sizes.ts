/** How long files and lines may be. */
import { type Rule, TYPESCRIPT, withinPaths } from './source.ts';

const LINES_MAX = 400;
const COLUMNS_MAX = 100;

const FILES = /^(?!test\/fixtures\/).*\.(?:ts|mjs)$/;

/** A file of code fits on a few screens; data may be as long as it needs. */
export const fileLength: Rule = withinPaths(FILES, (files) =>
  files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => ({ path, says: `has ${lines} lines, more than ${LINES_MAX}` })),
);

/**
 * A line that holds only one string can't be broken by the formatter, and a break would hide it.
 */
const ONE_STRING = /^\s*(?:[\w$]+(?:\.[\w$]+)*:\s*)?(['"`]).*\1[,;)\]}]*$/;
/** So with a regular expression. */
const ONE_PATTERN = /^\s*\/.*\/[a-z]*[,;)\]}]*$/;
/** A row of a table: an array or object literal, alone on its line, holding strings. */
const TABLE_ROW = /^\s*[[{].*['"`].*[\]}],?$/;
/** A message of words: its line is wide because the message is. */
const MESSAGE = /(['"`])(?:(?!\1).){60,}\1|`[^`]{40,}`/;

const isExcused = (path: string, line: string): boolean =>
  [...line.replace(/https?:\/\/[^\s,)]+/g, '')].length <= COLUMNS_MAX ||
  ONE_STRING.test(line) ||
  ONE_PATTERN.test(line) ||
  MESSAGE.test(line) ||
  (path.startsWith('test/') && TABLE_ROW.test(line));

/**
 * Two files fit next to each other on a screen. Addresses, long messages and, in tests, rows of
 * tables may be wider.
 */
export const lineWidth: Rule = withinPaths(TYPESCRIPT, (files) =>
  files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const columns = [...line].length;
      if (columns <= COLUMNS_MAX || isExcused(path, line)) return [];
      return [{ path, line: index + 1, says: `${columns} columns, more than ${COLUMNS_MAX}` }];
    }),
  ),
);
