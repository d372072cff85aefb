/** Method: a probe function in real worker threads, which each event instructs. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { LambdaHost, type LambdaResult } from '../../../../../sandbox/engines/lambda/host.ts';

const url = (path: string) => new URL(`../../../../../${path}`, import.meta.url);
const hosts: LambdaHost[] = [];

interface Options {
  readonly bundle?: string;
  readonly timeoutMs?: number;
}

function hostOf({ bundle = 'probe', timeoutMs = 5_000 }: Options = {}) {
  const printed: string[] = [];
  const clock = { offsetMs: 0 };
  const host = new LambdaHost(
    {
      functionName: 'probe',
      bundle: url(`test/fixtures/lambda-bundles/${bundle}.mjs`),
      env: { PROBE: 'yes' },
      timeoutMs,
    },
    {
      workerEntry: url('sandbox/engines/lambda/worker.ts'),
      clockOffsetMs: () => clock.offsetMs,
      printed: (name, line) => printed.push(`${name}: ${line}`),
    },
  );
  hosts.push(host);
  return { host, printed, clock };
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

const value = (result: LambdaResult): unknown =>
  'payload' in result ? JSON.parse(result.payload) : result.error;

describe('a hosted function', () => {
  test('gets the event, its context and only its own environment', async () => {
    const { host } = hostOf();
    await host.start();
    const answer = value(await host.invoke({ do: 'echo', text: 'ä\n' }));
    expect(answer).toEqual({
      event: { do: 'echo', text: 'ä\n' },
      functionName: 'probe',
      env: 'yes',
    });
  });

  test('answers null where it returns nothing', async () => {
    const { host } = hostOf();
    expect(await host.invoke({ do: 'nothing' })).toEqual({ payload: 'null' });
  });

  test('has printed its lines by the time it answers, whole and in order', async () => {
    const { host, printed } = hostOf();
    await host.invoke({ do: 'print', lines: ['{"a":', '1}\n{"b":2}\n', 'half'] });
    expect(printed).toEqual(['probe: {"a":1}', 'probe: {"b":2}']);
    await host.invoke({ do: 'log', line: ' a line' });
    expect(printed.at(-1)).toBe('probe: half a line');
  });

  test('answers many events at once', async () => {
    const { host } = hostOf();
    await host.start();
    const order: unknown[] = [];
    const waits = [500, ...Array(49).fill(0)];
    const answers = waits.map(async (ms) =>
      order.push(value(await host.invoke({ do: 'wait', ms }))),
    );
    await Promise.all(answers);
    expect(order).toEqual([...Array(49).fill(0), 500]);
  });

  test('fails with the name and message of what it throws', async () => {
    const { host } = hostOf();
    const answer = await host.invoke({ do: 'throw', name: 'LedgerUnavailable', message: 'no' });
    expect(answer).toMatchObject({ error: { errorType: 'LedgerUnavailable', errorMessage: 'no' } });
  });

  test('gets the time that is left, and is stopped after its time-out', async () => {
    const { host } = hostOf({ timeoutMs: 300 });
    await host.start();
    const remaining = value(await host.invoke({ do: 'remaining' }));
    expect(remaining).toBeGreaterThan(0);
    expect(remaining).toBeLessThanOrEqual(300);
    const late = await host.invoke({ do: 'wait', ms: 2_000 }, 'r-1');
    expect(late).toEqual({
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: 'RequestId: r-1 Error: Task timed out after 0.30 seconds',
      },
    });
    expect(value(await host.invoke({ do: 'wait', ms: 1 }))).toBe(1);
  });

  test('may not answer more than six megabytes', async () => {
    const { host } = hostOf();
    const answer = await host.invoke({ do: 'large', bytes: 6 * 1024 * 1024 });
    expect(answer).toMatchObject({ error: { errorType: 'Function.ResponseSizeTooLarge' } });
  });

  test.each(['exit', 'uncaught'])(
    'that crashes (%s) loses its events and starts again',
    async (how) => {
      const { host } = hostOf();
      await host.start();
      const [waiting, crashed] = await Promise.all([
        host.invoke({ do: 'wait', ms: 5_000 }),
        host.invoke({ do: how }),
      ]);
      expect(waiting).toMatchObject({ error: { errorType: 'Lambda.Unknown' } });
      expect(crashed).toMatchObject({ error: { errorType: 'Lambda.Unknown' } });
      expect(value(await host.invoke({ do: 'wait', ms: 1 }))).toBe(1);
    },
  );

  test.each([
    ['broken', 'probe cannot be loaded: the environment variable LEDGER_TABLE_NAME is missing'],
    ['no-handler', 'probe cannot be loaded: index.handler is not a function'],
    ['absent', /^probe cannot be loaded: Cannot find module/],
  ])('whose bundle is %s does not start', async (bundle, message) => {
    const { host } = hostOf({ bundle });
    await expect(host.start()).rejects.toThrow(message);
  });

  test('answers nothing any more once it is closed', async () => {
    const { host } = hostOf();
    await host.start();
    const waiting = host.invoke({ do: 'wait', ms: 5_000 });
    await host.close();
    expect(await waiting).toMatchObject({ error: { errorType: 'Lambda.Unknown' } });
    expect(await host.invoke({ do: 'now' })).toMatchObject({
      error: { errorType: 'Lambda.Unknown' },
    });
  });
});

describe("a hosted function's clock", () => {
  const YEAR_MS = 365 * 24 * 3600 * 1000;

  test('moves before setClock resolves, and goes on from there', async () => {
    const { host, clock } = hostOf();
    await host.start();
    clock.offsetMs = YEAR_MS;
    await host.setClock();
    const earliest = Date.now() + YEAR_MS;
    const { now, iso, text, given, isDate } = Object(value(await host.invoke({ do: 'now' })));
    const latest = Date.now() + YEAR_MS;
    for (const time of [now, Date.parse(iso)]) {
      expect(time).toBeGreaterThanOrEqual(earliest);
      expect(time).toBeLessThanOrEqual(latest);
    }
    expect(text).toContain(String(new Date(latest).getUTCFullYear()));
    expect(given).toBe('1970-01-01T00:00:00.000Z');
    expect(isDate).toBe(true);
  });

  test("goes back to the host's, and holds in a worker that was started again", async () => {
    const { host, clock } = hostOf();
    const begun = Date.now();
    clock.offsetMs = YEAR_MS;
    await host.invoke({ do: 'exit' });
    const later = Object(value(await host.invoke({ do: 'now' })));
    expect(later.now).toBeGreaterThanOrEqual(begun + YEAR_MS);
    clock.offsetMs = 0;
    await host.setClock();
    const { now } = Object(value(await host.invoke({ do: 'now' })));
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
