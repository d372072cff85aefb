/** Calendar windows: a call counts where it was reserved, and a new window begins empty. */
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import {
  Folder,
  type LedgerPolicy,
  limitOf,
  moveClock,
  question,
} from './support/ledger-policy.ts';
import { pause, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

let folder: Folder;
let sandbox: RunningSandbox;
afterEach(async () => {
  expect(await sandbox.stop()).toMatchObject({ code: 0 });
  await folder.remove();
});

async function start(execution: string, policy: LedgerPolicy): Promise<void> {
  folder = await Folder.create();
  const file = await folder.writePolicy(policy);
  sandbox = await runSandbox('--var-file', file, '--execution', execution);
}

const invoke = (over: object = {}) => sandbox.post('/v1/invoke', question(over));
const behave = (behavior: object) => sandbox.post('/_sandbox/bedrock/behavior', behavior);
const requests = (window: string, amount: number, over: object = {}) => ({
  name: window,
  window,
  unit: 'requests',
  amount,
  ...over,
});

/** One call that waits for its model while the window ends. */
async function callOver(lastSeconds: string, nextWindow: string): Promise<void> {
  await moveClock(sandbox, lastSeconds);
  await behave({ hang: true });
  const answering = invoke();
  const called = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;
  while ((await called()) === 0) await pause(20);
  await moveClock(sandbox, nextWindow);
  expect(await limitOf(sandbox, 'month')).toMatchObject({ used: 0, reserved: 0 });
  await behave({});
  expect((await answering).status).toBe(200);
}

describe('in UTC', () => {
  test('a call settled after midnight of the 30th counts in the old month', async () => {
    await start('workflow', { limits: { retail: [requests('month', 1)] } });
    await callOver('2031-11-30T23:59:50Z', '2031-12-01T00:00:03Z');
    expect(await limitOf(sandbox, 'month')).toMatchObject({ used: 0, reserved: 0 });
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-11-30T23:59:55Z');
    expect(await limitOf(sandbox, 'month')).toMatchObject({
      used: 1,
      reserved: 0,
      resetsAt: '2031-12-01T00:00:00.000Z',
    });
    expect((await invoke()).status).toBe(429);
  });

  test('a minute opens again with the next one', async () => {
    await start('direct', { limits: { retail: [requests('minute', 2), requests('hour', 5)] } });
    await moveClock(sandbox, '2031-03-01T10:00:20Z');
    expect((await invoke()).status).toBe(200);
    expect((await invoke()).status).toBe(200);
    const { status, body, headers } = await invoke();
    expect([status, body.limit.name]).toEqual([429, 'minute']);
    expect(body.limit.resetsAt).toBe('2031-03-01T10:01:00.000Z');
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(40);
    await moveClock(sandbox, '2031-03-01T10:01:00Z');
    expect((await invoke()).status).toBe(200);
    expect(await limitOf(sandbox, 'minute')).toMatchObject({ used: 1 });
    await moveClock(sandbox, '2031-03-01T10:59:00Z');
    expect((await invoke()).status).toBe(200);
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-03-01T10:59:59Z');
    const hour = await invoke();
    // Both are full: the one that opens last is named, here at the same moment.
    expect(hour.status).toBe(429);
    expect(Number(hour.headers.get('retry-after'))).toBe(1);
  });
});

describe('in New York', () => {
  const timeZone = 'America/New_York';

  test('a call settled after its midnight counts in the old month', async () => {
    await start('direct', { timeZone, limits: { retail: [requests('month', 1)] } });
    await callOver('2031-12-01T04:59:50Z', '2031-12-01T05:00:03Z');
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-12-01T04:59:55Z');
    expect(await limitOf(sandbox, 'month')).toMatchObject({
      used: 1,
      reserved: 0,
      resetsAt: '2031-12-01T05:00:00.000Z',
    });
  });

  test('the hour that comes twice in autumn is two, in a day of 25', async () => {
    const limits = [requests('hour', 1), requests('day', 3)];
    await start('workflow', { timeZone, limits: { retail: limits } });
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

  test('the hour that spring leaves out is none, in a day of 23', async () => {
    const limits = [requests('hour', 1), requests('day', 2)];
    await start('direct', { timeZone, limits: { retail: limits } });
    await moveClock(sandbox, '2031-03-09T06:59:50Z');
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-03-09T07:00:00Z');
    expect((await invoke()).status).toBe(200);
    await moveClock(sandbox, '2031-03-10T03:59:50Z');
    const { status, body } = await invoke();
    expect([status, body.limit.resetsAt]).toEqual([429, '2031-03-10T04:00:00.000Z']);
    await moveClock(sandbox, '2031-03-10T04:00:00Z');
    expect((await invoke()).status).toBe(200);
  });
});
