/** The imports of a file, and what the pure core may not use. */
import { posix } from 'node:path';
import type { SourceFile } from './source.ts';
import {
  codeOnly,
  lineAt,
  type Rule,
  violationsOf,
  withinPaths,
  withoutComments,
} from './source.ts';

export interface Import {
  readonly from: string;
  /** The path in the project, or the name of a package as it is written. */
  readonly target: string;
  readonly names: readonly string[];
  /** All of it, as with `import * as` or `import()`. */
  readonly isWhole: boolean;
  readonly line: number;
}

const STATEMENT =
  /\b(?:import|export)\s+(?:type\s+)?(?:(\*(?:\s+as\s+\w+)?)|(?:(\w+)\s*,?\s*)?(?:\{([^}]*)\})?)\s*from\s*'([^']+)'/g;
const BARE_OR_DYNAMIC = /\bimport\s*(?:\(\s*)?'([^']+)'/g;

const namesIn = (list: string): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim().replace(/^type\s+/, ''))
    .map((entry) => entry.split(/\s+as\s+/)[0] ?? '')
    .filter((entry) => entry !== '');

const known = new WeakMap<SourceFile, Import[]>();

/** Every import and re-export of a file; each file is read once. */
export function importsOf(file: SourceFile): Import[] {
  const imports = known.get(file) ?? readImports(file);
  known.set(file, imports);
  return imports;
}

function readImports({ path, text }: SourceFile): Import[] {
  const code = withoutComments(text);
  const resolve = (specifier: string): string =>
    specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier;
  const statements = Array.from(code.matchAll(STATEMENT), (match) => {
    const [, star, byDefault, list = '', specifier = ''] = match;
    const names = [...(byDefault ? ['default'] : []), ...namesIn(list)];
    const [isWhole, line] = [star !== undefined, lineAt(code, match.index)];
    return { from: path, target: resolve(specifier), names, isWhole, line };
  });
  const others = Array.from(code.matchAll(BARE_OR_DYNAMIC), (match) => {
    const [target, line] = [resolve(match[1] ?? ''), lineAt(code, match.index)];
    return { from: path, target, names: [], isWhole: true, line };
  });
  return [...statements, ...others];
}

const IMPURE: readonly [RegExp, string][] = [
  [/\bprocess\s*\.\s*\w+/g, 'a configuration or port'],
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/g, 'the Clock'],
  [/\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/g, 'a port for ids or randomness'],
  [/\bset(?:Timeout|Interval|Immediate)\b/g, 'a port that waits'],
  [/\bconsole\.\w+|\bfetch\s*\(/g, 'a port'],
];

/** The core depends on nothing but its arguments: time, randomness and I/O come as ports. */
export const pureCore: Rule = withinPaths(/^core\/.+\.ts$/, (files) =>
  files.flatMap(({ path, text }) =>
    IMPURE.flatMap(([pattern, instead]) =>
      violationsOf(path, codeOnly(text), pattern, ([found]) => `${found}: use ${instead}`),
    ),
  ),
);
