import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseTfvars } from '../../../adapters/parse-tfvars.ts';
import { loadTfvarsPolicy } from '../../../adapters/tfvars-policy.ts';

let folder = '';
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tfvars-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function file(content: string | Uint8Array, extension = 'tfvars'): Promise<string> {
  count += 1;
  const path = join(folder, `file-${count}.${extension}`);
  await writeFile(path, content);
  return path;
}

const read = async (content: string | Uint8Array, extension?: string) =>
  parseTfvars([await file(content, extension)]);

const problemsOf = async (content: string | Uint8Array, extension?: string) =>
  (await read(content, extension)).problems;

describe('values', () => {
  test('come as they were written', async () => {
    const source = `
      n = 0.1
      tiny = 1e-7
      big = 9007199254740991
      text = "a $\${b} %%{c} \\"d\\" é"
      heredoc = <<-EOT
        two
        lines
      EOT
      nothing = null
      list = [true, { "x.y" = 1 }]
    `;
    expect(await read(source)).toEqual({
      complete: true,
      problems: [],
      config: {
        n: 0.1,
        tiny: 1e-7,
        big: Number.MAX_SAFE_INTEGER,
        text: `a \${b} %{c} "d" é`,
        heredoc: 'two\nlines\n',
        nothing: null,
        list: [true, { 'x.y': 1 }],
      },
    });
  });

  test('of a later file replace those of an earlier one as a whole', async () => {
    const files = [
      await file('a = { x = 1 }\nb = 1'),
      await file('{"a": {"y": 2}}', 'tfvars.json'),
    ];
    expect((await parseTfvars(files)).config).toEqual({ a: { y: 2 }, b: 1 });
    expect((await parseTfvars(files.toReversed())).config).toEqual({ a: { x: 1 }, b: 1 });
  });

  test('under names of JavaScript itself stay values', async () => {
    const { config } = await read('a = { __proto__ = { x = 1 }, constructor = 2 }');
    const a: unknown = config.a;
    expect(Object.entries(a ?? {})).toEqual([
      ['__proto__', { x: 1 }],
      ['constructor', 2],
    ]);
  });

  test('survive a byte order mark and Windows line ends', async () => {
    expect((await read('\ufeffa = 1\r\nb = 2\r\n')).config).toEqual({ a: 1, b: 2 });
    expect((await problemsOf('\ufeff{"a": 1}', 'json'))[0]?.message).toMatch(/byte order mark/);
  });
});

describe('problems', () => {
  test('of syntax name the file, as it was given, and the line', async () => {
    const problems = await problemsOf('a = 1\nb = {\n');
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toMatch(/^\/.+\/file-\d+\.tfvars:3$/);
    expect(problems[0]?.message).toContain('Missing expression');
  });

  test('an attribute set twice', async () => {
    expect((await problemsOf('a = 1\na = 2\n'))[0]?.message).toMatch(
      /^Attribute redefined; .* was already set at line 1\. /,
    );
  });

  test('a name set twice in a map, which parsing would drop silently', async () => {
    const [problem] = await problemsOf(
      'cost_centers = {\n  sales = { x = 1 }\n  sales = { x = 2 }\n}',
    );
    expect(problem).toMatchObject({
      path: 'cost_centers.sales',
      message: expect.stringContaining('twice'),
    });
    const [json] = await problemsOf('{"a": {"b": 1, "b": 2}}', 'json');
    expect(json?.path).toBe('a.b');
  });

  test.each(['9007199254740993', '12345678901234567890', '0.1234567890123456789', '1e400'])(
    '%s, which no double holds',
    async (text) => {
      const [problem] = await problemsOf(`a = { b = [1, ${text}] }`);
      expect(problem?.path).toBe('a.b[1]');
      expect(problem?.message).toContain(text);
      const [json] = await problemsOf(`{"a": {"b": [1, ${text}]}}`, 'json');
      expect(json?.path).toBe('a.b[1]');
    },
  );

  test.each([
    'var.x',
    `"\${var.x}"`,
    '1 < 2 ? 1 : 2',
    'upper("x")',
    '"x%{ if true }y%{ endif }"',
    '[for x in [1] : x]',
  ])('the expression %s', async (expression) => {
    const [problem] = await problemsOf(`a = { b = [0, ${expression}] }`);
    expect(problem).toMatchObject({
      path: 'a.b[1]',
      message: expect.stringMatching(/in \/\S+\/file-\d+\.tfvars is an expression/),
    });
  });

  test('an expression as a name', async () => {
    expect((await problemsOf('a = { (var.b) = 1 }'))[0]?.message).toContain('the name');
  });

  test.each([
    ['[1]', 'json', 'one JSON object'],
    ['null', 'json', 'one JSON object'],
    ['{"a":', 'json', 'not JSON'],
    ['', 'json', 'not JSON'],
    [new Uint8Array([0x61, 0xff, 0xfe]), 'tfvars', 'not UTF-8'],
  ])('%j in a .%s file', async (content, extension, says) => {
    const result = await read(content, extension);
    expect(result.complete).toBe(false);
    expect(result.problems[0]?.message).toContain(says);
  });

  test('a file that is not there, and a folder', async () => {
    const { problems } = await parseTfvars([join(folder, 'nope.tfvars'), folder]);
    expect(problems.map(({ message }) => message)).toEqual([
      'file not found',
      'is a directory: name a file',
    ]);
  });

  test('of all files are reported at once, with those of the policy', async () => {
    const files = [
      await file('name = "X"'),
      await file('time_zone = "Mars"\nledger = { shards = 0 }'),
    ];
    const result = await loadTfvarsPolicy(files);
    const paths = 'problems' in result ? result.problems.map(({ path }) => path) : [];
    expect(paths).toEqual(expect.arrayContaining(['name', 'time_zone', 'ledger.shards', 'models']));
  });

  test('of reading are not followed by what is missing because of them', async () => {
    const result = await loadTfvarsPolicy([await file('models = {')]);
    expect('problems' in result && result.problems).toHaveLength(1);
  });
});

test.each(['examples/complete/terraform.tfvars', 'test/fixtures/policies/contract.tfvars'])(
  '%s resolves',
  async (path) => {
    expect(await loadTfvarsPolicy([path])).toHaveProperty('policy');
  },
);

describe('messages', () => {
  const loaded = async (content: string) => {
    const result = await loadTfvarsPolicy([await file(content)]);
    return 'problems' in result
      ? result.problems.map(({ path, message }) => `${path.replace(/^.*\//, '')}: ${message}`)
      : [];
  };
  const POLICY = (limit: string) => `
models = { lite = { model_id = "amazon.nova-lite-v1:0" } }
applications = { faq = { environments = ["dev"] } }
cost_centers = {
  sales = { models = ["lite"], applications = ["faq"], limits = [{ ${limit} }] }
}
`;

  test('of a quote that is not closed: the first, and how many more', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `v${i} = "text"`);
    const problems = await loaded(['a = "b', ...lines].join('\n'));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(/^file-\d+\.tfvars:1: (?!Invalid multi-line)/);
    expect(problems[1]).toMatch(/: and \d+ more syntax errors: correct the first one$/);
  });

  test('of a word without quotes: one, with the fix', async () => {
    expect(await loaded(POLICY('window = "month", unit = usd, amount = 5'))).toEqual([
      expect.stringMatching(
        /^cost_centers\.sales\.limits\[0\]\.unit: usd in .* must be in quotes: use "usd"$/,
      ),
    ]);
  });

  test('of a block: one, with the fix', async () => {
    const text = POLICY('window = "month", unit = "usd", amount = 5');
    expect(await loaded(text.replace('cost_centers = {', 'cost_centers {'))).toEqual([
      expect.stringMatching(
        /^cost_centers: blocks are not allowed in .*: use cost_centers = \{ … \}$/,
      ),
    ]);
  });

  test('come once each', async () => {
    const problems = await loaded(
      POLICY('window = "month", unit = "usd", amount = 5, notify_at = [0.5, 0.8, 1.2]'),
    );
    expect(problems.length).toBeGreaterThan(0);
    expect(new Set(problems).size).toBe(problems.length);
  });

  test('never end in an empty list of choices', async () => {
    const text = POLICY('window = "month", unit = "usd", amount = 5, environment = "dev"');
    const problems = await loaded(text.replace('applications = ["faq"]', 'aplications = ["faq"]'));
    expect(problems.join('\n')).toContain('did you mean "applications"?');
    expect(problems.filter((each) => /(?:of|:) *$/.test(each))).toEqual([]);
  });

  test.each([
    ['Amsterdam', 'Europe/Amsterdam'],
    ['new york', 'America/New_York'],
    ['Europe/Berln', 'Europe/Berlin'],
  ])('of the time zone %s suggests %s', async (zone, near) => {
    const text = `time_zone = "${zone}"\n${POLICY('window = "month", unit = "usd", amount = 5')}`;
    expect(await loaded(text)).toEqual([expect.stringContaining(`did you mean "${near}"?`)]);
  });
});
