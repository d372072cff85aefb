/** Exports of files: by name only, and none that is not imported. */
import { type Import, importsOf } from './imports.ts';
import {
  codeOnly,
  isTypeScript,
  lineAt,
  matching,
  type Rule,
  type SourceFile,
  violationsOf,
} from './source.ts';

const DELIVERED = ['core', 'adapters', 'functions', 'sandbox', 'cli'].map(
  (folder) => new RegExp(`^${folder}/`),
);

const isDelivered = (file: SourceFile): boolean =>
  isTypeScript(file) && DELIVERED.some((folder) => folder.test(file.path));

export const namedExports: Rule = (files) => [
  ...matching(DELIVERED, files),
  ...files
    .filter(isDelivered)
    .flatMap(({ path, text }) =>
      violationsOf(
        path,
        codeOnly(text),
        /^export default\b/gm,
        () => 'exports by default, not by name',
      ),
    ),
];

const DECLARED =
  /^export\s+(?:declare\s+)?(?:async\s+|abstract\s+)*(?:const|let|function\*?|class|interface|type|enum)\s+(\w+)/gm;
const LISTED = /^export\s+(?:type\s+)?\{([^}]*)\}/gm;

interface Export {
  readonly name: string;
  readonly line: number;
}

function exportsOf({ text }: SourceFile): Export[] {
  const code = codeOnly(text);
  const declared = Array.from(code.matchAll(DECLARED), (match) => [match[1] ?? '', match.index]);
  const listed = Array.from(code.matchAll(LISTED)).flatMap((match) =>
    (match[1] ?? '')
      .split(',')
      .map(
        (entry) =>
          entry
            .trim()
            .replace(/^type\s+/, '')
            .split(/\s+as\s+/)
            .at(-1) ?? '',
      )
      .filter((name) => name !== '')
      .map((name) => [name, match.index]),
  );
  return [...declared, ...listed].map(([name, index]) => ({
    name: String(name),
    line: lineAt(code, Number(index)),
  }));
}

const isTest = (path: string): boolean => path.endsWith('.test.ts');
const isSupport = (path: string): boolean => path.startsWith('test/') && path.includes('/support/');

/** Started or loaded from outside rather than imported. */
const isEntry = (path: string, name: string): boolean =>
  (path.endsWith('/handler.ts') && name === 'handler') || path.endsWith('.validator.ts');

function isUsed(users: readonly Import[], path: string, name: string): boolean {
  return users.some(
    (one) => one.target === path && one.from !== path && (one.isWhole || one.names.includes(name)),
  );
}

/**
 * Every export has a user in another file. A test is not one, except for what supports tests: what
 * only tests reach is either dead or not reached the way its users do.
 */
export const deadExports: Rule = (files) => {
  const sources = files.filter(({ path }) => /\.(ts|mjs)$/.test(path));
  const imports = sources.flatMap(importsOf);
  const production = imports.filter(({ from }) => !isTest(from) && !isSupport(from));
  const dead = files
    .filter((file) => isDelivered(file) || (isTypeScript(file) && isSupport(file.path)))
    .flatMap((file) => {
      const users = isSupport(file.path) ? imports : production;
      return exportsOf(file)
        .filter(({ name }) => !isEntry(file.path, name) && !isUsed(users, file.path, name))
        .map(({ name, line }) => ({
          path: file.path,
          line,
          says: isUsed(imports, file.path, name)
            ? `exports ${name}, which only tests import`
            : `exports ${name}, which no other file imports`,
        }));
    });
  return [...matching(DELIVERED, files), ...dead];
};
