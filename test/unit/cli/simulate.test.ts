/** Method: the command in this process, on files of a separate folder. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readTrace, TraceStats } from '../../../cli/simulate/read-trace.ts';
import { sortedCalls } from '../../../cli/simulate/sorted-calls.ts';
import { randomOf } from '../../ledger-simulation/random.ts';
import { answeredLine, deniedLine } from '../../support/audit-lines.ts';
import { costSentry } from '../../support/command-line.ts';
import { limitsConfig } from '../../support/policy.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cost-sentry-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: string | Buffer, end = 'jsonl'): string {
  const path = join(folder, `file-${++files}.${end}`);
  writeFileSync(path, content);
  return path;
}
const jsonLines = (lines: readonly object[]) =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');
const policyFile = (requests: number) =>
  file(
    JSON.stringify(limitsConfig([{ window: 'day', unit: 'requests', amount: requests }])),
    'tfvars.json',
  );

const simulated = (...args: readonly string[]) => costSentry(['simulate', ...args]);

const DAY = '2026-11-23T14:0';
const lines = [
  answeredLine({ start: `${DAY}0:00.000Z` }, { actualNanoUsd: 87_500 }),
  answeredLine({ start: `${DAY}1:00.000Z` }, { actualNanoUsd: 87_500 }),
  deniedLine({ start: `${DAY}2:00.000Z` }),
];

describe('the table', () => {
  test('shows the recorded calls next to each policy', async () => {
    const [tight, wide] = [policyFile(1), policyFile(3)];
    const trace = file(jsonLines(lines));
    const args = ['--var-file', tight, '--compare-with', wide, '--trace', trace, '--daily'];
    const { exitCode, out, err } = await simulated(...args);
    expect([exitCode, err]).toEqual([0, '']);
    const rows = out.split('\n').map((line) => line.trim().split(/\s{2,}/));
    const [one, two] = [tight, wide].map((path) => path.slice(path.lastIndexOf('/') + 1));
    expect(rows).toEqual(
      expect.arrayContaining([
        ['retail', 'recorded', '2', '1', '0.000175', '0.00', '0.00375'],
        [one, '1', '2', '0.00035', '0.00', '0.0075'],
        [two, '3', '0', '0.00105', '0.00035', '0.00'],
        ['2026-11-23', 'retail', 'recorded', '2', '1', '0.000175', '0.00', '0.00375'],
      ]),
    );
    expect(out).toContain(
      `${one}, compared with the recorded decisions: 1 now denied (their recorded cost: USD ` +
        '0.0000875).',
    );
    expect(out).toContain(`${two}, compared with the recorded decisions: 1 no longer denied.`);
    expect(out).toContain('ESTIMATED USD: cost of calls that did not run');
  });
});

test('lines that cannot be read are counted and named, and the rest is replayed', async () => {
  const { tags: _, ...broken } = answeredLine();
  const text = `not json\n${jsonLines(lines)}${jsonLines([broken, { _aws: {} }])}`;
  const trace = file(text);
  const { exitCode, out } = await simulated(
    '--var-file',
    policyFile(9),
    '--trace',
    trace,
    '--json',
  );
  expect(exitCode).toBe(0);
  expect(JSON.parse(out).trace).toMatchObject({
    lines: 6,
    replayed: 3,
    otherLines: 1,
    badLines: {
      count: 2,
      first: [
        { file: trace, line: 1, message: 'is not JSON' },
        { file: trace, line: 5, message: 'tags: is required' },
      ],
    },
  });
});

test('gzipped and printed exports are replayed as the lines themselves are', async () => {
  const events = lines.map((line) => ({ timestamp: 1, message: JSON.stringify(line) }));
  const exported = lines.map((line) => `2026-11-23T14:00:00.000Z ${JSON.stringify(line)}\n`);
  const traces = [
    file(jsonLines(lines)),
    file(JSON.stringify({ events }, null, 4), 'json'),
    file(gzipSync(exported.join('')), 'gz'),
  ];
  const policy = policyFile(1);
  const results = await Promise.all(
    traces.map(async (trace) => {
      const { out } = await simulated('--var-file', policy, '--trace', trace, '--json');
      return JSON.parse(out).totals.results;
    }),
  );
  expect(results[0][1]).toMatchObject({ answered: 1, denied: 2 });
  expect(results).toEqual([results[0], results[0], results[0]]);
});

test('--fail-on-denied exits with 1 only if an allowed call is now denied', async () => {
  const trace = file(jsonLines(lines));
  const run = async (requests: number) =>
    (await simulated('--var-file', policyFile(requests), '--trace', trace, '--fail-on-denied'))
      .exitCode;
  expect([await run(1), await run(2)]).toEqual([1, 0]);
});

describe('a hostile trace', () => {
  const run = async (calls: readonly object[], ...args: readonly string[]) =>
    simulated('--var-file', policyFile(9), '--trace', file(jsonLines(calls)), ...args);

  test('sends no control sequence to the terminal', async () => {
    const costCenter = '\u001b[31mretail\r\n\u202e';
    const { exitCode, out } = await run([
      deniedLine({ costCenter }, { limit: 'x/\u001b]0;y\u0007' }),
      lines[0] ?? {},
    ]);
    expect(exitCode).toBe(0);
    expect(out).toContain('\\u{1b}[31mretail\\u{d}\\u{a}\\u{202e}');
    expect(out).not.toMatch(/[^\P{C}\n]/u);
  });

  test('larger than the ledger can count is reported, and does not end the replay', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const usage = {
      ...{ inputTokens: most, outputTokens: most, cacheReadInputTokens: most },
      ...{ cacheWriteInputTokens: most, cacheWrite1hInputTokens: most },
    };
    const calls = [
      answeredLine({ start: `${DAY}0:00.000Z` }, { usage, actualNanoUsd: most }),
      answeredLine({ start: `${DAY}1:00.000Z` }, { usage, actualNanoUsd: most }),
      answeredLine({ start: `${DAY}2:00.000Z` }),
    ];
    const { exitCode, out } = await run(calls, '--json');
    expect(exitCode).toBe(0);
    const found = JSON.parse(out);
    expect(found.notValid).toMatchObject([
      { reason: 'could cost more than the ledger counts', calls: 2 },
    ]);
    const [recorded, replayed] = found.totals.results;
    expect(recorded.spent).toEqual({ usd: '18014398.509481982' });
    expect(replayed).toMatchObject({ answered: 1, notValid: 2 });
  });
});

test('policies in files of one name are distinguished by their folders', async () => {
  const [now, next] = ['now', 'next'].map((name) => {
    mkdirSync(join(folder, name));
    const path = join(folder, name, 'terraform.tfvars');
    writeFileSync(path, 'x = 1');
    return path;
  });
  const both = ['--var-file', now ?? '', '--compare-with', next ?? ''];
  const { err } = await simulated(...both, '--trace', file(jsonLines(lines)));
  for (const path of [now, next]) expect(err).toContain(`${path}: x: unknown variable`);
});

describe('exit code 2', () => {
  test.each<[string, () => readonly string[], RegExp]>([
    [
      'no line is usable',
      () => ['--trace', file('a\nb\n')],
      /--trace: none of 2 lines is a call that can be replayed/,
    ],
    [
      'file not found',
      () => ['--trace', join(folder, 'none')],
      /^--trace: .*none: file not found$/m,
    ],
    ['a folder is named', () => ['--trace', folder], /is a directory: name the files in it/],
    [
      'a gzip is cut off',
      () => ['--trace', file(gzipSync('x'.repeat(999)).subarray(0, 20))],
      /the file is truncated/,
    ],
    [
      'a guess is unknown',
      () => ['--trace', file(''), '--guess', 'best'],
      /^--guess: must be one of mean, worst, got "best"/m,
    ],
    [
      'the other policy is wrong',
      () => ['--trace', file(''), '--compare-with', file('x = 1', 'tfvars')],
      /^file-\d+\.tfvars: x: unknown variable/m,
    ],
  ])('%s', async (_, args, says) => {
    const { exitCode, out, err } = await simulated('--var-file', policyFile(1), ...args());
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(says);
    expect(err).not.toMatch(/\n\s+at /);
  });
});

test('calls come by the time they start, also when they are sorted on the disk', async () => {
  const random = randomOf('sorted-calls');
  const shuffled = Array.from({ length: 500 }, (_, i) => {
    const start = new Date(Date.UTC(2026, 10, 23, 0, 0, random.integer(0, 300))).toISOString();
    return answeredLine({ id: `n-${i}`, start, ms: random.integer(0, 2) });
  });
  const trace = file(jsonLines(shuffled));
  const order = async (partMax?: number) => {
    const found: string[] = [];
    for await (const { line } of sortedCalls(readTrace([trace], new TraceStats()), partMax)) {
      found.push(line.requestId);
    }
    return found;
  };
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('cost-sentry-'));
  const inMemory = await order();
  expect(await order(64)).toEqual(inMemory);
  expect(inMemory).toHaveLength(500);
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('cost-sentry-'));
  expect(
    after.filter((name) => !before.includes(name) && !name.startsWith('cost-sentry-test-')),
  ).toEqual([]);
});
