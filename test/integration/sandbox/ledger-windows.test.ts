/** Calendar windows: a call counts where it was reserved, and a new window begins empty. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Folder, type LedgerPolicy, question } from './support/ledger-policy.ts';
import { limitOf, moveClock } from './support/ledger-steps.ts';
import { pause, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

let folder: Folder;
let sandbox: RunningSandbox;
afterAll(async () => {
  await folder.remove();
});

async function start(execution: string, policy: LedgerPolicy): Promise<void> {
  folder ??= await Folder.create();
  const file = await folder.writePolicy(policy);
  sandbox = await runSandbox('--var-file', file, '--execution', execution);
}
const stop = async () => void expect(await sandbox.stop()).toMatchObject({ code: 0 });

const callerOf = (costCenter: string) => () => sandbox.post('/v1/invoke', question({ costCenter }));
const requests = (window: string, amount: number) => ({
  name: window,
  window,
  unit: 'requests',
  amount,
});

/** A call that waits for its model while the month ends; once settled, it counts in the old one. */
async function expectOldMonth(lastSeconds: string, nextMonth: string): Promise<void> {
  const invoke = callerOf('retail');
  const called = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
  await moveClock(sandbox, lastSeconds);
  await sandbox.post('/_sandbox/bedrock/behavior', { hang: true });
  const before = await called();
  const answering = invoke();
  while ((await called()) === before) await pause(20);
  await moveClock(sandbox, nextMonth);
  expect(await limitOf(sandbox, 'month')).toMatchObject({ used: 0, reserved: 0 });
  await sandbox.post('/_sandbox/bedrock/behavior', {});
  expect((await answering).status).toBe(200);
  expect(await limitOf(sandbox, 'month')).toMatchObject({ used: 0, reserved: 0 });
  expect((await invoke()).status).toBe(200);
  await moveClock(sandbox, lastSeconds);
  expect(await limitOf(sandbox, 'month')).toMatchObject({ used: 1, reserved: 0 });
  expect((await invoke()).status).toBe(429);
}

describe('in UTC, executed in workflow', () => {
  beforeAll(async () => {
    const limits = {
      retail: [requests('month', 1)],
      wholesale: [requests('minute', 2), requests('hour', 5)],
    };
    await start('workflow', { limits });
  });
  afterAll(stop);

  test('a call settled after midnight of the 30th counts in the old month', async () => {
    await expectOldMonth('2031-11-30T23:59:50Z', '2031-12-01T00:00:03Z');
  });

  test('a minute opens again with the next one', async () => {
    const invoke = callerOf('wholesale');
    await moveClock(sandbox, '2031-03-01T10:00:20Z');
    expect((await invoke()).status).toBe(200);
    expect((await invoke()).status).toBe(200);
    const { status, body, headers } = await invoke();
    expect([status, body.limit.name]).toEqual([429, 'minute']);
    expect(body.limit.resetsAt).toBe('2031-03-01T10:01:00.000Z');
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(40);
    await moveClock(sandbox, '2031-03-01T10:01:00Z');
    expect((await invoke()).status).toBe(200);
    expect(await limitOf(sandbox, 'minute', 'wholesale')).toMatchObject({ used: 1 });
    await moveClock(sandbox, '2031-03-01T10:58:00Z');
    expect((await invoke()).status).toBe(200);
    expect((await invoke()).status).toBe(200);
    // The hour is full too, and opens later.
    const hour = await invoke();
    expect([hour.status, hour.body.limit.name]).toEqual([429, 'hour']);
    expect(hour.body.limit.resetsAt).toBe('2031-03-01T11:00:00.000Z');
  });
});

describe('in New York, executed in direct', () => {
  beforeAll(async () => {
    const limits = {
      retail: [requests('month', 1)],
      autumn: [requests('hour', 1), requests('day', 3)],
      spring: [requests('hour', 1), requests('day', 2)],
    };
    await start('direct', { timeZone: 'America/New_York', limits });
  });
  afterAll(stop);

  test('a call settled after its midnight counts in the old month', async () => {
    await expectOldMonth('2031-12-01T04:59:50Z', '2031-12-01T05:00:03Z');
    const { resetsAt } = await limitOf(sandbox, 'month');
    expect(resetsAt).toBe('2031-12-01T05:00:00.000Z');
  });

  test('the hour that comes twice in autumn is two, in a day of 25', async () => {
    const invoke = callerOf('autumn');
    for (const [now, resetsAt] of [
      ['2031-11-02T05:30:00Z', '2031-11-02T06:00:00.000Z'],
      ['2031-11-02T06:30:00Z', '2031-11-02T07:00:00.000Z'],
    ] as const) {
      await moveClock(sandbox, now);
      expect((await invoke()).status).toBe(200);
      const { status, body } = await invoke();
      expect([status, body.limit.name, body.limit.resetsAt]).toEqual([429, 'hour', resetsAt]);
    }
    await moveClock(sandbox, '2031-11-03T03:30:00Z');
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-11-03T04:30:00Z');
    const last = await invoke();
    expect([last.status, last.body.limit.name]).toEqual([429, 'day']);
    expect(last.body.limit.resetsAt).toBe('2031-11-03T05:00:00.000Z');
    await moveClock(sandbox, '2031-11-03T05:00:00Z');
    expect((await invoke()).status).toBe(200);
  });

  test('the hour that spring leaves out has no window, in a day of 23', async () => {
    const invoke = callerOf('spring');
    await moveClock(sandbox, '2031-03-09T06:30:00Z');
    expect((await invoke()).status).toBe(200);
    expect((await invoke()).body.limit.resetsAt).toBe('2031-03-09T07:00:00.000Z');
    await moveClock(sandbox, '2031-03-09T07:00:00Z');
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-03-10T03:30:00Z');
    const { status, body } = await invoke();
    expect([status, body.limit.name, body.limit.resetsAt]).toEqual([
      429,
      'day',
      '2031-03-10T04:00:00.000Z',
    ]);
    await moveClock(sandbox, '2031-03-10T04:00:00Z');
    expect((await invoke()).status).toBe(200);
  });
});
