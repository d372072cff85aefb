/** Who may import whom, and what the pure core may not reach for. */
import { posix } from 'node:path';
import type { SourceFile } from './source.ts';
import {
  codeOnly,
  isTypeScript,
  lineAt,
  type Rule,
  violationsOf,
  withoutComments,
} from './source.ts';

export interface Import {
  readonly from: string;
  /** The path in the project, or the name of a package as it stands. */
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

/** Every import and re-export of a file. */
export function importsOf({ path, text }: SourceFile): Import[] {
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

interface Direction {
  readonly from: RegExp;
  readonly not: RegExp;
  readonly why: string;
}

const DIRECTIONS: readonly Direction[] = [
  {
    from: /^core\//,
    not: /^(?:adapters|functions|sandbox|cli|scripts|test|modules)\//,
    why: 'the core imports only the core',
  },
  {
    from: /^core\//,
    not: /^(?:node:|@aws-sdk\/|@smithy\/|@aws-crypto\/|@middy\/|aws-lambda$)/,
    why: 'the core knows no platform: declare a port and implement it in an adapter',
  },
  {
    from: /^adapters\//,
    not: /^(?:functions|sandbox|cli|scripts|test)\//,
    why: 'an adapter implements ports of the core and knows nothing of the edge',
  },
  {
    from: /^functions\/edge\//,
    not: /^functions\/(?!edge\/)/,
    why: 'the edge does not know the functions it serves',
  },
  {
    from: /^functions\//,
    not: /^(?:sandbox|cli|scripts|test)\//,
    why: 'what is deployed imports nothing of what is not',
  },
  { from: /^(?:sandbox|cli)\//, not: /^test\//, why: 'a program imports nothing of its tests' },
];

const LAMBDA = /^functions\/(?!edge\/)([^/]+)\//;

/** Imports point from the outside to the core, and no function imports another. */
export const importDirections: Rule = (files) =>
  files.filter(isTypeScript).flatMap((file) =>
    importsOf(file).flatMap(({ from, target, line }) => {
      const broken = DIRECTIONS.filter((rule) => rule.from.test(from) && rule.not.test(target));
      const [own, other] = [LAMBDA.exec(from)?.[1], LAMBDA.exec(target)?.[1]];
      const isForeign = own !== undefined && other !== undefined && own !== other;
      const why = isForeign ? 'one function does not import another' : broken[0]?.why;
      return why === undefined ? [] : [{ path: from, line, says: `imports ${target}: ${why}` }];
    }),
  );

const IMPURE: readonly [RegExp, string][] = [
  [/\bprocess\s*\.\s*\w+/g, 'a configuration or port'],
  [/\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/g, 'the Clock'],
  [/\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/g, 'a port for ids or randomness'],
  [/\bset(?:Timeout|Interval|Immediate)\b/g, 'a port that waits'],
  [/\bconsole\.\w+|\bfetch\s*\(/g, 'a port'],
];

/** The core depends on nothing but its arguments: time, randomness and the world come as ports. */
export const pureCore: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && file.path.startsWith('core/'))
    .flatMap(({ path, text }) =>
      IMPURE.flatMap(([pattern, instead]) =>
        violationsOf(path, codeOnly(text), pattern, ([found]) => `${found}: use ${instead}`),
      ),
    );
