/** Method: the command line in this process against dynalite, reached by the usual environment. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type CommandWorld, costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';
import { startLedger, type TestLedger } from '../../support/ledger.ts';
import { limitsConfig } from '../../support/policy.ts';
import { storePolicy } from '../../support/stored-policy.ts';

withEnvironment({
  AWS_ENDPOINT_URL_DYNAMODB: undefined,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});

let table: TestLedger;
beforeEach(async () => {
  table = await startLedger();
  const endpoint = await table.client.config.endpoint?.();
  process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://${endpoint?.hostname}:${endpoint?.port}`;
  const limits = [
    { name: 'budget', window: 'month', unit: 'usd', amount: 500 },
    { name: 'calls', window: 'day', unit: 'requests', amount: 10, mode: 'observe' },
  ];
  await storePolicy(table, limitsConfig(limits));
});
afterEach(() => table.close());

const limitsCommand = (args: readonly string[], world: CommandWorld = {}) =>
  costSentry(['limits', ...args], {
    clock: table.clock,
    env: { COST_SENTRY_TABLE: table.table },
    user: 'ada',
    ...world,
  });

const raise = (...more: readonly string[]) => [
  ...['raise', `retail/budget`, '--by', '100', '--until', '2026-12-01'],
  ...['--reason', 'launch week', ...more],
];

const shown = async () => {
  const { out } = await limitsCommand(['show', `retail/budget`, '--json']);
  return JSON.parse(out).limits[0];
};

describe('limits raise', () => {
  test('raises, with a reason, an author and an end', async () => {
    const { exitCode, out, err } = await limitsCommand(raise('--yes'));
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toBe(
      'raise retail/budget from USD 500.00 to USD 600.00 until 2026-12-01T00:00:00.000Z: ' +
        'takes effect within 60 seconds' +
        '\n',
    );
    expect(await shown()).toMatchObject({
      configured: 500_000_000_000,
      inForce: 600_000_000_000,
      override: { reason: 'launch week', author: 'ada', until: '2026-12-01T00:00:00.000Z' },
    });
  });

  test('prints what it did as JSON when asked', async () => {
    const { out } = await limitsCommand(raise('--yes', '--json', '--author', 'grace'));
    expect(JSON.parse(out)).toMatchObject({
      action: 'raise',
      usd: { to: '600.00' },
      author: 'grace',
    });
  });

  test('asks at a terminal, and takes only yes for a yes', async () => {
    for (const answer of ['', 'n', 'yess', 'please']) {
      const { exitCode, out, err, asked } = await limitsCommand(raise(), { answer });
      expect([exitCode, out, err]).toEqual([1, '', 'No change was made.\n']);
      expect(asked).toEqual([
        `raise retail/budget from USD 500.00 to USD 600.00 until 2026-12-01T00:00:00.000Z? [y/N] `,
      ]);
    }
    expect(await shown()).not.toHaveProperty('override');
    expect((await limitsCommand(raise(), { answer: 'Y' })).exitCode).toBe(0);
    expect(await shown()).toHaveProperty('override');
  });

  test('changes nothing without a terminal and without --yes', async () => {
    const { exitCode, err } = await limitsCommand(raise());
    expect([exitCode, err]).toEqual([2, '--yes: is required without a terminal\n']);
    expect(await shown()).not.toHaveProperty('override');
  });

  test('says everything that is wrong by its flag, and stores nothing', async () => {
    const args = ['raise', 'retail/calls', '--to', '9', '--until', 'soon', '--yes'];
    const { exitCode, out, err } = await limitsCommand(args, { user: undefined });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err.trimEnd().split('\n')).toEqual([
      '--to: must be above the 10 requests in force, got 9 requests',
      expect.stringMatching(/^--until: invalid time "soon": /),
      '--reason: is required for the audit log',
      '--author: is required for the audit log',
    ]);
  });

  test('names flags where the API names fields', async () => {
    const { err } = await limitsCommand(raise('--to', '600'));
    expect(err).toBe('--to: give either --by (a difference) or --to (the new amount)\n');
    const json = JSON.parse((await limitsCommand(raise('--to', '600', '--json'))).out);
    expect(json.problems[0]).toMatchObject({
      path: 'to',
      message: expect.stringContaining('`by`'),
    });
    const two = await limitsCommand(['show', '--user', 'ada', '--key', '3xK9mQ2p7R']);
    expect(two.err).toBe('--key: conflicts with --user: give one of them\n');
  });

  test('says it in JSON when asked', async () => {
    const args = ['raise', 'ghost/calls', '--by', '1', '--until', '1d', '--reason', 'r', '--json'];
    const { exitCode, out, err } = await limitsCommand(args);
    expect([exitCode, err]).toEqual([2, '']);
    expect(JSON.parse(out)).toEqual({
      problems: [{ path: 'limit', message: expect.stringContaining('use one of retail') }],
    });
  });
});

test('limits lower, then reset', async () => {
  const lower = ['lower', `retail/budget`, '--to', '0.5', '--until', '12h', '--reason', 'incident'];
  expect((await limitsCommand([...lower, '--yes'])).exitCode).toBe(0);
  expect(await shown()).toMatchObject({ usd: { inForce: '0.50' } });
  const reset = ['reset', `retail/budget`, '--reason', 'over', '--yes'];
  const { exitCode, out } = await limitsCommand(reset);
  expect([exitCode, out]).toEqual([
    0,
    `reset retail/budget from USD 0.50 to USD 500.00: takes effect within 60 seconds\n`,
  ]);
  expect(await shown()).not.toHaveProperty('override');
  expect(await limitsCommand(reset)).toMatchObject({
    exitCode: 2,
    err: `limit: retail/budget is as configured: there is nothing to reset\n`,
  });
});

test('usage marks a limit with an override, and its JSON has the configured amount', async () => {
  await limitsCommand(raise('--yes'));
  const usage = async (...args: readonly string[]) =>
    (await costSentry(['usage', '--table', table.table, ...args], { clock: table.clock })).out;
  const [budget] = JSON.parse(await usage('--json')).costCenters[0].limits;
  expect(budget).toMatchObject({
    limit: 600_000_000_000,
    override: { configured: 500_000_000_000, until: '2026-12-01T00:00:00.000Z' },
  });
  expect(await usage()).toMatch(/^retail\/budget \(override\) .* 600\.00 USD /m);
  await limitsCommand(['reset', 'retail/budget', '--reason', 'over', '--yes']);
  expect(JSON.parse(await usage('--json')).costCenters[0].limits[0]).not.toHaveProperty('override');
  expect(await usage()).not.toContain('override');
});

describe('limits show', () => {
  test('is a table whose amounts are aligned', async () => {
    await limitsCommand(raise('--yes'));
    const { exitCode, out } = await limitsCommand(['show', 'retail']);
    expect(exitCode).toBe(0);
    const [titles = '', first = '', second = ''] = out.split('\n');
    expect(titles).toMatch(/^LIMIT +WINDOW +UNIT +CONFIGURED +CURRENT +USED +RESERVED +OVERRIDE$/);
    expect(second).toMatch(/^retail\/calls \(observed\) /);
    expect(first).toContain('until 2026-12-01T00:00:00.000Z by ada: launch week');
    const end = titles.indexOf('CONFIGURED') + 'CONFIGURED'.length;
    expect([first, second].map((line) => line.slice(0, end).split(/\s+/).at(-1))).toEqual([
      '500.00',
      '10',
    ]);
  });

  test('shows no usage of a limit that each user has, until one is named', async () => {
    const each = { name: 'each', window: 'day', unit: 'requests', amount: 5, per: 'user' };
    await storePolicy(table, limitsConfig([each]));
    const all = await limitsCommand(['show', 'retail/each']);
    expect(all.out).toMatch(/^retail\/each \(each user\) +day +requests +5 +5 +- +-$/m);
    const one = await limitsCommand(['show', 'retail/each', '--user', 'ada']);
    expect(one.out).toMatch(/^retail\/each \(ada\) +day +requests +5 +5 +0 +0$/m);
    const nobody = await limitsCommand(['show', 'retail/each', '--user', 'unknown']);
    expect(nobody.out).toMatch(/^retail\/each \(unknown\) /m);
  });

  test('says what there is when asked for what there is not', async () => {
    expect(await limitsCommand(['show', 'budget'])).toMatchObject({
      exitCode: 2,
      err: 'limit: "budget" names no owner: did you mean "retail/budget"?\n',
    });
    expect(await limitsCommand(['show', 'retial'])).toMatchObject({
      exitCode: 2,
      err: 'limit: unknown owner of limits "retial": did you mean "retail"? use one of retail\n',
    });
  });
});

describe('where the limits are', () => {
  test.each<[readonly string[], Record<string, string>, RegExp]>([
    [[], {}, /^--table: is required \(or COST_SENTRY_TABLE\)/],
    [[], { COST_SENTRY_TABLE: '' }, /^--table: is required/],
    [['--table', ''], {}, /^--table: is required/],
    [
      ['--table', 'a', '--url', 'http://127.0.0.1:1'],
      {},
      /^--url: conflicts with --table: use one of them/,
    ],
    [
      [],
      { COST_SENTRY_TABLE: 'a', COST_SENTRY_URL: 'b' },
      /^COST_SENTRY_URL: conflicts with COST_SENTRY_TABLE/,
    ],
    [['--url', 'localhost'], {}, /^--url: "localhost" is not a URL: use one such as http:/],
    [
      ['--table', 'no-such-table'],
      {},
      /^not found in the region of your profile \(.+\): check the table/,
    ],
  ])('%j with %j is refused', async (flags, env, message) => {
    const { exitCode, out, err } = await limitsCommand(['show', ...flags], { env });
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  test('a flag wins over the environment', async () => {
    const env = { COST_SENTRY_URL: 'http://127.0.0.1:1', COST_SENTRY_TABLE: 'other' };
    const { exitCode } = await limitsCommand(['show', '--table', table.table], { env });
    expect(exitCode).toBe(0);
  });
});

test.each(['show', 'raise', 'lower', 'reset'])(
  'limits %s --help has an example',
  async (command) => {
    const { exitCode, out } = await limitsCommand([command, '--help']);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringContaining(`$ cost-sentry limits ${command} `),
    ]);
  },
);
