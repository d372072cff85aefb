/**
 * Where files belong: tests where a runner finds them, a README in each part, one version
 * floor.
 */
import { matching, type Rule, type SourceFile, type Violation } from './source.ts';

/** Folders of test/ with files that are not tests. */
const NOT_TESTS = [
  /^test\/bench\//,
  /^test\/fixtures\//,
  /^test\/golden\//,
  /^test\/ledger-simulation\//,
  /^test\/fuzz\//,
  /^test\/clients\/programs\//,
  /^test\/(?:.+\/)?support\//,
];
const SUITES = /^scripts\/suites\/[\w-]+\.mjs$/;

const misplaced = (path: string, says: string): Violation[] => [{ path, says }];

function problemOfTest(path: string, suites: string): Violation[] {
  if (path.endsWith('.hcl')) {
    const isFound = /^test\/terraform\/[^/]+\.tftest\.hcl$/.test(path);
    return isFound ? [] : misplaced(path, 'is passed over: not test/terraform/*.tftest.hcl');
  }
  if (!/\.(ts|mts|js|mjs)$/.test(path)) return [];
  if (!path.endsWith('.test.ts')) return misplaced(path, 'is no test: not *.test.ts');
  const folder = path.split('/').slice(0, 2).join('/');
  const isRun = suites.includes(`'${folder}'`);
  return isRun ? [] : misplaced(path, `is never run: no suite in scripts/suites names ${folder}`);
}

/** A runner passes over a file whose name or folder it doesn't know, without a word. */
export const testsAreRun: Rule = (files) => {
  const suites = files
    .filter(({ path }) => SUITES.test(path))
    .map(({ text }) => text)
    .join('\n');
  const stray = files
    .filter(({ path }) => !path.startsWith('test/') && /\.(?:test\.ts|tftest\.hcl)$/.test(path))
    .flatMap(({ path }) => misplaced(path, 'is a test outside test/'));
  const inTest = files
    .filter(({ path }) => path.startsWith('test/') && !NOT_TESTS.some((each) => each.test(path)))
    .flatMap(({ path }) => problemOfTest(path, suites));
  return [...matching([SUITES, ...NOT_TESTS], files), ...stray, ...inTest];
};

const PARTS = [/^(core\/[^/]+)\//, /^(modules\/[^/]+)\//];

/** Every part has a README that says what it owns. */
export const readmes: Rule = (files) => {
  const folders = files.flatMap(({ path }) =>
    PARTS.flatMap((pattern) => pattern.exec(path)?.[1] ?? []),
  );
  const present = new Set(files.map(({ path }) => path));
  const missing = [...new Set(folders)]
    .filter((folder) => !present.has(`${folder}/README.md`))
    .map((folder) => ({ path: folder, says: 'has no README.md' }));
  return [...matching(PARTS, files), ...missing];
};

const FLOOR = /\b(?:required_version|source|version)\s*=\s*"[^"]*"/g;

const floorOf = ({ text }: SourceFile): string =>
  (text.match(FLOOR) ?? []).map((line) => line.replace(/\s+/g, ' ')).join(', ');

/** Whether anything of the folder's own is of a provider. */
const usesProvider = (files: readonly SourceFile[], folder: string): boolean =>
  files.some(
    ({ path, text }) => path.startsWith(`${folder}/`) && /^(?:resource|data) "aws_/m.test(text),
  );

/** Root, modules and examples ask for the same Terraform, and the same providers if for any. */
export const versionFloors: Rule = (files) => {
  const versions = files.filter(({ path }) =>
    /^(?:(?:modules|examples)\/.+\/)?versions\.tf$/.test(path),
  );
  const root = versions.find(({ path }) => path === 'versions.tf');
  const expected = root && floorOf(root);
  const [terraformOnly] = root?.text.match(FLOOR) ?? [];
  const isEnough = (file: SourceFile): boolean =>
    floorOf(file) === expected ||
    (floorOf(file) === terraformOnly &&
      !usesProvider(files, file.path.slice(0, -'/versions.tf'.length)));
  if (!expected) return [{ path: 'versions.tf', says: 'is missing or asks for no version' }];
  const folders = files.flatMap(
    ({ path }) => /^((?:modules|examples)\/[^/]+)\/[^/]+\.tf$/.exec(path)?.[1] ?? [],
  );
  const without = [...new Set(folders)].filter(
    (folder) => !versions.some(({ path }) => path === `${folder}/versions.tf`),
  );
  return [
    ...without.map((path) => ({ path, says: 'has no versions.tf' })),
    ...versions
      .filter((file) => !isEnough(file))
      .map((file) => ({
        path: file.path,
        says: `asks for ${floorOf(file)}, the root for ${expected}`,
      })),
  ];
};

const INDEX = 'docs/README.md';
const PAGE = /^docs\/(?!README\.md$).*\.md$/;

/** A reader finds every page of the documentation in its index. */
export const indexedPages: Rule = (files) => {
  const index = files.find(({ path }) => path === INDEX);
  if (!index) return misplaced(INDEX, 'is missing');
  return files
    .filter(({ path }) => PAGE.test(path))
    .map(({ path }) => path.slice('docs/'.length))
    .filter((page) => !index.text.includes(`](${page})`))
    .flatMap((page) => misplaced(INDEX, `has no link to ${page}`));
};
