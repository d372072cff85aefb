/** Relative links of Markdown files, and which of them lead nowhere: to no file, or to no heading. */
import { posix } from 'node:path';

const FENCE = /^(\s*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\s*\2[ \t]*$|(?![\s\S]))/gm;
const COMMENT = /<!--[\s\S]*?-->/g;
const CODE = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g;
const LINKS = [
  /\]\(\s*<?([^)\s>]*)>?(?:\s+"[^"]*")?\s*\)/g,
  /^\s*\[[^\]]+\]:\s*<?(\S+?)>?(?:\s|$)/gm,
  /\b(?:href|src)="([^"]*)"/g,
];
/** A scheme such as https: or mailto:, or a host without one. */
const IS_ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

const toSpaces = (text) => text.replace(/[^\n]/g, ' ');

/** The text without its code and comments; positions stay. */
const withoutCode = (text) =>
  [FENCE, COMMENT, CODE].reduce((rest, pattern) => rest.replace(pattern, toSpaces), text);

const lineAt = (text, index) => text.slice(0, index).split('\n').length;

function linksOf(text) {
  const prose = withoutCode(text);
  return LINKS.flatMap((pattern) =>
    Array.from(prose.matchAll(pattern), ({ index, 0: all, 1: target }) => ({
      target,
      line: lineAt(prose, index + all.indexOf(target)),
    })),
  ).filter(({ target }) => !IS_ELSEWHERE.test(target));
}

/** The anchors that GitHub gives the headings, and those that the page names itself. */
function anchorsOf(text) {
  const prose = text.replace(FENCE, toSpaces);
  const anchors = new Set(Array.from(prose.matchAll(/\b(?:id|name)="([^"]+)"/g), ([, id]) => id));
  const counts = new Map();
  for (const [, heading] of prose.matchAll(/^#{1,6}[ \t]+(.+?)[ \t#]*$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * @param {readonly {path: string, text: string}[]} pages Markdown, by paths from one root.
 * @param {readonly string[]} paths every file below that root.
 */
export function deadLinks(pages, paths) {
  const folders = paths.flatMap((path) => {
    const parts = path.split('/');
    return parts.map((_, i) => parts.slice(0, i).join('/') || '.');
  });
  const known = new Set([...paths, ...folders]);
  const texts = new Map(pages.map(({ path, text }) => [path, text]));
  return pages.flatMap(({ path, text }) =>
    linksOf(text).flatMap(({ target, line }) => {
      const [file, anchor] = decoded(target).split('#');
      const found = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '');
      if (!known.has(found)) return [{ path, line, says: `${target}: there is no such file` }];
      const page = texts.get(found);
      const isDead = anchor !== undefined && !(page && anchorsOf(page).has(anchor));
      return isDead ? [{ path, line, says: `${target}: there is no such heading` }] : [];
    }),
  );
}
