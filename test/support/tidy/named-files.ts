/** Files that Markdown names in code spans: they exist, so that a page does not outlive a move. */
import { posix } from 'node:path';
import { matching, type Rule, type SourceFile, violationsOf } from './source.ts';

const PAGE = /\.md$/;
/** A file of the sources, alone or with its path. Patterns such as `*.tf` name no single file. */
const SOURCE_FILE = /`((?:\.{0,2}\/)?(?:[\w.-]+\/)*[\w.-]+\.(?:ts|mjs|tf|tftpl|sh))`/g;

const isThere = (paths: ReadonlySet<string>, page: SourceFile, name: string): boolean =>
  paths.has(posix.normalize(name)) || paths.has(posix.join(posix.dirname(page.path), name));

/** A named file exists, from the root or from the page's folder. */
export const namedFiles: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path));
  const pages = files.filter(({ path }) => PAGE.test(path));
  return [
    ...matching([PAGE], files),
    ...pages.flatMap((page) =>
      violationsOf(page.path, page.text, SOURCE_FILE, ([, name = '']) => name)
        .filter(({ says }) => !isThere(paths, page, says))
        .map((found) => ({ ...found, says: `names ${found.says}, which does not exist` })),
    ),
  ];
};
