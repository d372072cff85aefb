/** Method: the command line in this process; the table is dynalite's, the endpoint a local server. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { authorization } from '../../../cli/remote/authorization.ts';
import { settle } from '../../../core/ledger/settle.ts';
import { verifySigV4 } from '../../../sandbox/http/sigv4.ts';
import { costSentry } from '../../support/command-line.ts';
import { withEnvironment } from '../../support/environment.ts';
import { ONE_CALL, SweepHarness } from '../../support/sweep-harness.ts';

withEnvironment({
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIATEST',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: undefined,
  AWS_ENDPOINT_URL_DYNAMODB: undefined,
});

const ESCAPE = '\u001b';

describe('from the table', () => {
  let harness: SweepHarness;
  beforeEach(async () => {
    harness = await SweepHarness.start();
    const { hostname, port } = (await harness.table.client.config.endpoint?.()) ?? {};
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http://${hostname}:${port}`;
    const policy = await harness.configure(
      [
        { name: 'calls', window: 'month', unit: 'requests', amount: 4 },
        { name: 'watched', window: 'day', unit: 'tokens', amount: 150, mode: 'observe' },
      ],
      {},
      { organization: { limits: [{ name: 'all', window: 'day', unit: 'usd', amount: 12.5 }] } },
    );
    await settle(harness.table.ledger, await harness.reserved(policy), ONE_CALL);
    await harness.reserved(policy);
  });
  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
    await harness.table.close();
  });

  const usage = (args: readonly string[] = [], world: object = {}) =>
    costSentry(['usage', '--table', harness.table.table, ...args], {
      clock: harness.table.clock,
      ...world,
    });

  test('is a table of every limit; what has nothing left makes it exit 1', async () => {
    const { exitCode, out, err } = await usage();
    expect([exitCode, err]).toEqual([1, '']);
    expect(out).toBe(
      [
        'NAME                       WINDOW      USED  RESERVED       LEFT       LIMIT  USAGE             PROJECTED  REACHED AT  RESETS',
        'retail/calls               month          1         1          2  4 requests  #####.....  50 %          1              2026-12-01',
        'retail/watched (observed)  day          100       100          0  150 tokens  ########## 133 %        170  now         2026-11-24',
        'organization/all           day     0.000001  0.000001  12.499998   12.50 USD  ..........   0 %   0.000002              2026-11-24',
        '',
      ].join('\n'),
    );
  });

  test('names the limits that it does not show, as each user or session has a counter', async () => {
    const each = (per: string) => ({ name: per, window: 'day', unit: 'usd', amount: 5, per });
    await harness.configure([each('session'), each('user')]);
    const line = 'Limits of each user, session: --per user, --per session\n';
    expect((await usage()).out).toBe(line);
    await harness.configure([
      { name: 'calls', window: 'month', unit: 'requests', amount: 4 },
      each('key'),
    ]);
    const { out } = await usage();
    expect(out).toMatch(/^retail\/calls .*\nLimits of each key: --per key\n$/m);
    const json = JSON.parse((await usage(['--json'])).out);
    expect(json.hasPer).toEqual(['key']);
  });

  test('of one cost center, and exits with 0 if every limit has something left', async () => {
    await harness.configure([{ name: 'calls', window: 'month', unit: 'requests', amount: 4 }]);
    const { exitCode, out } = await usage(['--cost-center', 'retail']);
    expect([exitCode, out.split('\n').length]).toEqual([0, 3]);
  });

  test('says which cost centers there are', async () => {
    expect(await usage(['--cost-center', 'retial'])).toMatchObject({
      exitCode: 2,
      err: '--cost-center: unknown cost center "retial": did you mean "retail"? use one of retail\n',
    });
  });

  test('is the JSON of GET /v1/usage', async () => {
    const { exitCode, out } = await usage(['--json']);
    const report = JSON.parse(out);
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({
      asOf: new Date(harness.table.clock.now()).toISOString(),
      costCenters: [{ name: 'retail', limits: [{ name: 'calls', used: 1 }, { used: 100 }] }],
      organization: { limits: [{ name: 'all', forecast: { perHour: {} } }] },
    });
  });

  test.each([200, 120, 100, 80, 60, 40])('fits a terminal of %i columns', async (columns) => {
    const { out } = await usage([], { columns, env: { NO_COLOR: '1' } });
    const widths = out.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    // However narrow it is, which limit and how much of it stay.
    expect(out).toMatch(/^retail\/watch.*133 %/m);
  });

  test('drops columns before it widens the bar', async () => {
    const { out } = await usage([], { columns: 130, env: { NO_COLOR: '1' } });
    expect(out).toMatch(/WINDOW.*RESERVED.*PROJECTED.*RESETS$/m);
    expect(out).toContain(' █████░░░░░  50 %');
  });

  test('has colors at a terminal only, and not where NO_COLOR says so', async () => {
    const isColored = async (world: object) =>
      (await usage([], world)).out.includes(`${ESCAPE}[31m`);
    expect(await isColored({ columns: 120 })).toBe(true);
    expect(await isColored({})).toBe(false);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect(await isColored({ columns: 120, env })).toBe(false);
    }
  });

  test.each([
    [['--interval', '0'], /^--interval: must be a whole number of seconds from 1 to 3600, got "0"/],
    [['--url', 'http://127.0.0.1:1'], /^--url: conflicts with --table: use one of them/],
  ])('%j is refused', async (args, message) => {
    const { exitCode, err } = await usage(args);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe('from an endpoint', () => {
  const REPORT = {
    asOf: '2026-11-23T14:05:30.000Z',
    costCenters: [
      {
        name: 'sales',
        limits: [
          {
            ...{ name: 'budget', window: 'month', unit: 'usd', mode: 'enforce', scope: {} },
            ...{ limit: 500_000_000_000, used: 410_123_456_789, reserved: 0 },
            ...{ remaining: 89_876_543_211, utilization: 82, projected: 545_000_000_000 },
            resetsAt: '2026-12-01T00:00:00.000Z',
            forecast: {
              ...{ projected: 612_000_000_000, burn: 'fast' },
              reachedAt: '2026-11-23T17:15:00.000Z',
            },
          },
        ],
      },
    ],
  };
  let server: Server;
  let url: string;
  let answer: { status: number; body: unknown };
  let requests: IncomingMessage[];
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  beforeEach(() => {
    [answer, requests] = [{ status: 200, body: REPORT }, []];
  });

  const usage = (args: readonly string[] = [], env: Record<string, string> = {}) =>
    costSentry(['usage', '--url', url, ...args], { env });

  test.each([
    [500_000_000_000, 2_904_000_000, 0],
    [500_000_000, 24_600_000, 5_400_000],
    [300_000_000_000, 5_115_429, 0],
    [300_000_000_000, 0, 1],
    [10_000_000_000, 9_995_000_000, 4_999_999],
    [1_000, 999, 0],
    [300_000_000_000, 150_005_000_000, 99_995_000_000],
  ])(
    'used, reserved and left of %d nano-USD add up to the limit',
    async (limit, used, reserved) => {
      const remaining = limit - used - reserved;
      const [center] = REPORT.costCenters;
      const limits = [{ ...center?.limits[0], limit, used, reserved, remaining }];
      answer.body = { ...REPORT, costCenters: [{ name: 'sales', limits }] };
      const { out } = await usage();
      const [, , ...amounts] = (out.split('\n')[1] ?? '').split(/\s+/);
      const nano = amounts.slice(0, 4).map((amount) => Math.round(Number(amount) * 1e9));
      const [shownUsed = 0, shownReserved = 0, left = 0, shownLimit = 0] = nano;
      expect(shownUsed + shownReserved + left).toBe(shownLimit);
      expect(shownLimit).toBe(limit);
      expect([shownUsed, shownReserved, left].map((amount) => amount > 0)).toEqual(
        [used, reserved, remaining].map((amount) => amount > 0),
      );
    },
  );

  test('is drawn with what it forecasts, and is sent no identity over http', async () => {
    const { exitCode, out } = await usage(['--cost-center', 'sales']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^sales\/budget +month +410\.12 .+ 82 % +612\.00 +in 3 h, 17:15Z +2026-12-01$/m,
    );
    expect(requests[0]?.url).toBe('/v1/usage?costCenter=sales');
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  test.each(['/', '/v1', '/v1/', '/v1/usage'])('may be named with %s at its end', async (route) => {
    const { exitCode } = await costSentry(['usage', '--url', `${url}/stage${route}`]);
    expect([exitCode, requests[0]?.url]).toEqual([0, '/stage/v1/usage']);
  });

  test('is signed as AWS_* say, so that the sandbox and API Gateway take it', async () => {
    await usage(['--auth', 'iam', '--cost-center', 'sales']);
    const [request] = requests;
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const role = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret', roleArn: 'arn' };
    const signed = { method: 'GET', url: request?.url ?? '', headers, body: Buffer.from('') };
    const verified = await verifySigV4(signed, [role]);
    expect(verified).toMatchObject({ role: { accessKeyId: 'AKIATEST' } });
    expect(headers.authorization).toContain('/eu-west-1/execute-api/');
  });

  test('sends the token that COST_SENTRY_TOKEN holds', async () => {
    await usage([], { COST_SENTRY_TOKEN: 'abc' });
    expect(requests[0]?.headers.authorization).toBe('Bearer abc');
    expect(await usage(['--auth', 'jwt'])).toMatchObject({
      exitCode: 2,
      err: 'COST_SENTRY_TOKEN: is required for --auth jwt\n',
    });
  });

  test.each([
    ['http://sentry.example', {}],
    ['http://127.0.0.1.sentry.example', {}],
    ['http://[::1]:8787', { authorization: 'Bearer abc' }],
    ['https://sentry.example', { authorization: 'Bearer abc' }],
  ])('shows its token to %s as is safe', async (base, headers) => {
    const found = authorization('auto', new URL(base), { env: { COST_SENTRY_TOKEN: 'abc' } });
    if ('problem' in found) throw new Error(found.problem.message);
    expect(await found.authorize(new URL(base))).toEqual(headers);
  });

  test('--watch refreshes, continues after a failure, and exits with 0', async () => {
    const looks = [
      () => undefined,
      () => Object.assign(answer, { status: 503, body: { detail: 'The ledger is down.' } }),
      () => Object.assign(answer, { status: 200, body: REPORT }),
    ];
    const world = { columns: 100, looks, clock: { now: () => Date.parse(REPORT.asOf) } };
    const args = ['usage', '--url', url, '--watch'];
    const { exitCode, out, err } = await costSentry([...args, '--interval', '2'], world);
    expect(exitCode).toBe(0);
    const [hidden, ...drawings] = out.split(`${ESCAPE}[H${ESCAPE}[J`);
    expect(hidden).toBe(`${ESCAPE}[?25l`);
    expect(drawings).toHaveLength(2);
    expect(drawings[0]).toMatch(/^2026-11-23T14:05:30\.000Z {2}every 2 s, Ctrl-C to stop\n\nNAME/);
    expect(out.endsWith(`${ESCAPE}[?25h`)).toBe(true);
    expect(err).toMatch(
      /^2026-11-23T14:05:30\.000Z {2}.+ returned status 503: The ledger is down\.\n$/,
    );
    const lines = (await costSentry([...args, '--json'], world)).out.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).asOf)).toEqual([REPORT.asOf, REPORT.asOf]);
  });

  test('--watch that sees nothing at the first look exits 2', async () => {
    answer = { status: 503, body: { detail: 'away' } };
    const world = { looks: [() => undefined, () => undefined] };
    const { exitCode, err } = await costSentry(['usage', '--url', url, '--watch'], world);
    expect([exitCode, err.split('\n')]).toEqual([2, [expect.stringContaining('503'), '']]);
  });

  test.each([
    [401, {}, /denied access \(401\): use --auth iam/],
    [404, { detail: 'Path not found.' }, /returned status 404: Path not found\.$/m],
    [200, { hello: 'world' }, /is not a usage report: check --url$/m],
    [
      400,
      { code: 'unknown_cost_center', detail: 'unknown cost center "x": use one of sales.' },
      /^--cost-center: unknown cost center "x": use one of sales$/m,
    ],
  ])('%i %j is one sentence, and exits 2', async (status, body, message) => {
    answer = { status, body };
    const { exitCode, out, err } = await usage();
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err.trimEnd()).not.toContain('\n');
  });

  test('that refuses connections is reported too', async () => {
    const { exitCode, err } = await costSentry(['usage', '--url', 'http://127.0.0.1:1']);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:1 is not responding.*\n$/),
    ]);
  });
});

test('help has examples and the exit codes', async () => {
  const { exitCode, out } = await costSentry(['usage', '--help']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/Exit codes: 0 every limit has something left; 1 at least one/);
  expect(out).toContain('$ cost-sentry usage --table genai-ledger --cost-center sales --watch');
});
