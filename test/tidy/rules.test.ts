import { posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { noCircles } from '../support/tidy/circles.ts';
import { pureCore } from '../support/tidy/imports.ts';
import { functionsApart, layers, noPlatform } from '../support/tidy/layers.ts';
import { indexedPages } from '../support/tidy/layout.ts';
import { namedFiles } from '../support/tidy/named-files.ts';
import { openingComments } from '../support/tidy/openings.ts';
import { type SourceFile, withinPaths, wordViolations } from '../support/tidy/source.ts';

/** Files by path, each with the paths that it imports. */
type Imports = Readonly<Record<string, readonly string[]>>;

/** One file in each part of the project, so that every pattern matches. */
const EVERY_PART: Imports = {
  'scripts/test.mjs': [],
  'test/unit/a.test.ts': ['../../core/time.ts'],
  'functions/gateway/handler.ts': ['../edge/http.ts'],
  'functions/edge/http.ts': ['../../core/call/answers/answers.ts'],
  'cli/main.ts': ['../adapters/system.ts'],
  'sandbox/main.ts': ['../adapters/system.ts'],
  'adapters/system.ts': ['../core/ledger/ports.ts'],
  'core/jobs/sweep.ts': ['../insight/forecast/forecast.ts'],
  'core/insight/forecast/forecast.ts': ['../../ledger/ports.ts'],
  'core/call/answers/answers.ts': ['../../telemetry/ports.ts'],
  'core/telemetry/ports.ts': ['../ledger/ports.ts'],
  'core/ledger/ports.ts': ['../policy/policy.ts'],
  'core/policy/policy.ts': ['../pricing/price.ts'],
  'core/pricing/price.ts': ['../time.ts'],
  'core/time.ts': [],
};

const sourcesOf = (imports: Imports): SourceFile[] =>
  Object.entries(imports).map(([path, targets]) => ({
    path,
    text: targets.map((target) => `import type { A } from '${target}';\n`).join(''),
  }));

const withImports = (more: Imports): SourceFile[] => sourcesOf({ ...EVERY_PART, ...more });

const violationsBy = (rule: typeof layers, more: Imports): readonly string[] =>
  wordViolations(rule(withImports(more)));

describe('layers', () => {
  test('imports that point down are right', () => {
    expect(violationsBy(layers, {})).toEqual([]);
  });

  test.each([
    ['core/ledger/ports.ts', 'core/telemetry/ports.ts'],
    ['core/time.ts', 'core/policy/policy.ts'],
    ['core/pricing/price.ts', 'core/policy/policy.ts'],
    ['core/telemetry/ports.ts', 'core/call/answers/answers.ts'],
    ['core/call/answers/answers.ts', 'core/jobs/sweep.ts'],
    ['core/jobs/sweep.ts', 'adapters/system.ts'],
    ['adapters/system.ts', 'functions/edge/http.ts'],
    ['functions/gateway/handler.ts', 'test/unit/a.test.ts'],
  ])('%s does not import %s', (from, target) => {
    const specifier = `./${posix.relative(posix.dirname(from), target)}`;
    expect(violationsBy(layers, { [from]: [specifier] })).toEqual([
      `${from}:1: imports ${target}: a layer does not import the ones above it`,
    ]);
  });

  test('parts of one layer do not import each other', () => {
    expect(violationsBy(layers, { 'cli/main.ts': ['../sandbox/main.ts'] })).toEqual([
      'cli/main.ts:1: imports sandbox/main.ts: parts of one layer do not import each other',
    ]);
  });

  test('a new folder needs a place', () => {
    expect(violationsBy(layers, { 'core/extra/a.ts': [] })).toEqual([
      'core/extra/a.ts: belongs to no layer: give its folder a place',
    ]);
  });

  test('a part that has moved away is a violation', () => {
    const { 'core/ledger/ports.ts': _, ...others } = EVERY_PART;
    expect(wordViolations(layers(sourcesOf(others)))).toEqual([
      '/^core\\/ledger\\//: matches no file: correct the pattern, or remove its rule',
    ]);
  });
});

describe('functions and the core', () => {
  test('no function imports another', () => {
    const more = { 'functions/invoke-model/handler.ts': ['../gateway/handler.ts'] };
    expect(violationsBy(functionsApart, more)).toHaveLength(1);
  });

  test('the edge imports no function', () => {
    const more = { 'functions/edge/http.ts': ['../gateway/handler.ts'] };
    expect(violationsBy(functionsApart, more)).toHaveLength(1);
  });

  test.each(['node:fs', '@aws-sdk/client-dynamodb', '@middy/core', 'aws-lambda'])(
    'the core does not import %s',
    (name) => {
      expect(violationsBy(noPlatform, { 'core/ledger/ports.ts': [name] })).toHaveLength(1);
    },
  );
});

test.each(['Date.now()', 'new Date()', 'Math.random()', 'process.env.A', "fetch('a')"])(
  'the core does not call %s',
  (code) => {
    const files = [{ path: 'core/money.ts', text: `export const a = ${code};\n` }];
    expect(pureCore(files)).toHaveLength(1);
  },
);

test('a tree has no circles', () => {
  expect(violationsBy(noCircles, {})).toEqual([]);
});

const CIRCLES: readonly (readonly [string, Imports, string])[] = [
  [
    'two files',
    { 'core/a.ts': ['./b.ts'], 'core/b.ts': ['./a.ts'] },
    'core/a.ts: files import each other in a circle: core/a.ts, core/b.ts',
  ],
  [
    'three files',
    { 'cli/a.ts': ['./b.ts'], 'cli/b.ts': ['./c.ts'], 'cli/c.ts': ['./a.ts'] },
    'cli/a.ts: files import each other in a circle: cli/a.ts, cli/b.ts, cli/c.ts',
  ],
  [
    'two folders whose files are in no circle',
    {
      'cli/x/a.ts': ['../y/b.ts'],
      'cli/y/c.ts': ['../x/d.ts'],
      'cli/y/b.ts': [],
      'cli/x/d.ts': [],
    },
    'cli/x: folders import each other in a circle: cli/x, cli/y',
  ],
  [
    'a folder and one in it',
    {
      'cli/x/a.ts': ['./y/b.ts'],
      'cli/x/y/c.ts': ['../d.ts'],
      'cli/x/y/b.ts': [],
      'cli/x/d.ts': [],
    },
    'cli/x: folders import each other in a circle: cli/x, cli/x/y',
  ],
  [
    'two folders through those below them',
    {
      'cli/x/a.ts': ['../y/p/b.ts'],
      'cli/y/q/c.ts': ['../../x/z/d.ts'],
      'cli/y/p/b.ts': [],
      'cli/x/z/d.ts': [],
    },
    'cli/x: folders with all below them import each other in a circle: cli/x, cli/y',
  ],
];

test.each(CIRCLES)('a circle of %s is found', (_, more, violation) => {
  expect(violationsBy(noCircles, more)).toContain(violation);
});

describe('a pattern that matches no file', () => {
  const nothing = withinPaths(/^functions\/core\//, () => []);

  test('fails its rule', () => {
    expect(wordViolations(nothing(withImports({})))).toEqual([
      '/^functions\\/core\\//: matches no file: correct the pattern, or remove its rule',
    ]);
  });

  test.each([
    ['the pure core', pureCore],
    ['the core without platform', noPlatform],
    ['opening comments', openingComments],
    ['circles', noCircles],
  ])('fails %s', (_, rule) => {
    const elsewhere = [{ path: 'modules/ledger/main.tf', text: '' }];
    expect(wordViolations(rule(elsewhere))).toHaveLength(1);
  });
});

describe('opening comments', () => {
  const opened = (text: string) => wordViolations(openingComments([{ path: 'core/a.ts', text }]));

  test.each([
    ['/** Amounts of money. */\n\nexport const A = 1;\n'],
    ["/** Amounts of money. */\nimport { A } from './b.ts';\n"],
    ["/**\n * Amounts of money: nano-USD.\n * More.\n */\n\nimport { A } from './b.ts';\n"],
  ])('%j opens with one', (text) => {
    expect(opened(text)).toEqual([]);
  });

  test.each([
    ["import { A } from './b.ts';\n"],
    ['/** What A is. */\nexport const A = 1;\n'],
    ['/** amounts */\n\nexport const A = 1;\n'],
    ['/** */\n\nexport const A = 1;\n'],
  ])('%j does not', (text) => {
    expect(opened(text)).toHaveLength(1);
  });
});

describe('files that Markdown names', () => {
  const named = (text: string) =>
    wordViolations(
      namedFiles([
        { path: 'core/call/README.md', text },
        { path: 'core/call/steps.ts', text: '' },
        { path: 'core/money.ts', text: '' },
      ]),
    );

  test.each(['`steps.ts`', '`./steps.ts`', '`../money.ts`', '`core/money.ts`', '`*.tf`, `a.json`'])(
    '%s exist',
    (text) => {
      expect(named(text)).toEqual([]);
    },
  );

  test.each(['`money.ts`', '`core/steps.ts`', '`../../money.ts`', '`modules/x/main.tf`'])(
    '%s do not',
    (text) => {
      expect(named(`text\n${text}`)).toEqual([
        `core/call/README.md:2: names ${text.slice(1, -1)}, which does not exist`,
      ]);
    },
  );
});

test('a page that the index does not link is found', () => {
  const index = { path: 'docs/README.md', text: '- [Limits](limits.md)' };
  const pages = ['docs/limits.md', 'docs/reference/inputs.md'].map((path) => ({ path, text: '' }));
  expect(wordViolations(indexedPages([index, ...pages]))).toEqual([
    'docs/README.md: has no link to reference/inputs.md',
  ]);
});
