/** How long files and lines may be. */
import { isTypeScript, type Rule } from './source.ts';

const LINES_MAX = 400;
const COLUMNS_MAX = 100;

/** A file of code fits on a few screens; data may be as long as it needs. */
export const fileLength: Rule = (files) =>
  files
    .filter(({ path }) => /\.(ts|mjs)$/.test(path) && !path.startsWith('test/fixtures/'))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => ({ path, says: `has ${lines} lines, more than ${LINES_MAX}` }));

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
 * Lines fit beside each other; excused are addresses, long messages and, in tests, rows of tables.
 */
export const lineWidth: Rule = (files) =>
  files.filter(isTypeScript).flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const columns = [...line].length;
      if (columns <= COLUMNS_MAX || isExcused(path, line)) return [];
      return [{ path, line: index + 1, says: `${columns} columns, more than ${COLUMNS_MAX}` }];
    }),
  );
