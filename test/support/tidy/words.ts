/** Words that have no place: in names, in comments, in any text. */
import { codeOnly, type Rule, TYPESCRIPT, violationsOf, withinPaths } from './source.ts';

/** Names that say nothing of what a thing is. */
const EMPTY_WORD = /^(?:manager|helper|helpers|util|utils|misc)$/i;

const wordsIn = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');

const emptyWord = (name: string): string | undefined =>
  wordsIn(name).find((word) => EMPTY_WORD.test(word));

const TS_NAME = /\b(?:class|interface|type|function|const|let|enum)\s+(\w+)/g;
const HCL_NAME = /^\s*(?:resource|data|variable|output|module)\s+(?:"[^"]+"\s+)?"([^"]+)"/gm;

/** Files, folders and what they declare are named for what they are. */
export const bannedNames: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const inPath = emptyWord(path);
    const code = /\.(ts|mjs)$/.test(path) ? codeOnly(text) : '';
    const hcl = path.endsWith('.tf') ? text : '';
    const declared = [[code, TS_NAME] as const, [hcl, HCL_NAME] as const].flatMap(
      ([body, pattern]) =>
        violationsOf(path, body, pattern, ([, name = '']) => name).filter(
          ({ says }) => emptyWord(says) !== undefined,
        ),
    );
    return [
      ...(inPath ? [{ path, says: `is called "${inPath}": name what it does` }] : []),
      ...declared.map((found) => ({ ...found, says: `${found.says}: name what it does` })),
    ];
  });

// Written in pieces, so that this file does not hold what it looks for.
const LEFT_OVER = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`, 'g');
const MACHINE_PATH = new RegExp(
  `(?<![\\w.$}~*-])/(?:${['root', 'work', 'home'].join('|')})/|\\.\\./(?:${'sha' + 'red'})/`,
  'g',
);
const REGISTRY = new RegExp(
  `\\bhttps?://[\\w.-]*(?:${['npm' + 'js', 'py' + 'pi', 'python' + 'hosted', 'crates', 'maven'].join('|')}|` +
    `proxy\\.|mirror|artifact|nexus)[\\w.-]*(?=[/:\\s"']|$)`,
  'gi',
);

/** Work left over is an issue, not a comment. */
export const leftOvers: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    violationsOf(path, text, LEFT_OVER, ([word]) => `${word}: do it, or open an issue`),
  );

/** Nothing in the project depends on the machine it was written on. */
export const machinePaths: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    violationsOf(path, text, MACHINE_PATH, ([found]) => `${found} is a path of one machine`),
  );

/** The person who installs packages decides where they come from. */
export const registryHosts: Rule = (files) =>
  files
    .filter(({ path }) => path !== 'LICENSE')
    .flatMap(({ path, text }) =>
      violationsOf(path, text, REGISTRY, ([found]) => `${found} is the host of a registry`),
    );

export const lockWithoutHosts: Rule = withinPaths(/(?:^|\/)package-lock\.json$/, (files) =>
  files.flatMap(({ path, text }) =>
    violationsOf(
      path,
      text,
      /"resolved":\s*"[a-z+]+:\/\/[^"]*"/g,
      () => 'says where a package came from',
    ),
  ),
);

/** The compiler is not silenced. */
export const noSuppressions: Rule = withinPaths(TYPESCRIPT, (files) =>
  files.flatMap(({ path, text }) =>
    violationsOf(
      path,
      text,
      /(?:\/\/|\/\*)\s*@ts-(?:ignore|nocheck)/g,
      ([found]) => `${found} hides an error`,
    ),
  ),
);
