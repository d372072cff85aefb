/** The sandbox as a process: how it starts, refuses to start, and ends. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  descendants,
  type Ended,
  kill,
  pathOf,
  pause,
  type RunningSandbox,
  runSandbox,
  SandboxProcess,
} from './support/run-sandbox.ts';
import { SMALL, smallRequest, statusOf } from './support/small-policy.ts';

jest.setTimeout(180_000);
let directory: string;
let running: RunningSandbox[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sentry-'));
});
afterEach(async () => {
  await Promise.all(running.map((each) => each.stop()));
  running = [];
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function small(...args: readonly string[]): Promise<RunningSandbox> {
  const sandbox = await runSandbox('--var-file', SMALL, ...args);
  running.push(sandbox);
  return sandbox;
}
const refused = (...args: readonly string[]): Promise<Ended> => new SandboxProcess(args).ended;
const isGone = (url: string) =>
  fetch(`${url}/healthz`).then(
    () => false,
    () => true,
  );

/** One that has ended but was not waited for does not count. */
async function alive(pids: readonly number[]): Promise<number[]> {
  const states = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  return pids.filter((_pid, index) => /\) [^ZX]/.test(states[index] ?? ''));
}

describe('two sandboxes', () => {
  test('run side by side and share nothing', async () => {
    const [one, two] = await Promise.all([small(), small()]);
    expect(one.url).not.toBe(two.url);
    expect((await one.post('/v1/invoke', smallRequest())).status).toBe(200);
    await one.post('/_sandbox/clock', { now: '2031-05-05T12:00:00Z' });
    await one.post('/_sandbox/bedrock/behavior', { hang: true });
    expect(await statusOf(two)).toMatchObject({ three: '0/0' });
    expect((await two.post('/v1/invoke', smallRequest())).status).toBe(200);
    expect((await one.stop()).code).toBe(0);
    expect((await two.get('/healthz')).status).toBe(200);
    expect((await two.stop()).code).toBe(0);
  });
});

describe('the end', () => {
  test.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'by %s comes even while requests hang',
    async (signal) => {
      const sandbox = await small();
      await sandbox.post('/_sandbox/bedrock/behavior', { hang: true });
      const hanging = Promise.allSettled(
        Array.from({ length: 5 }, () => sandbox.post('/v1/invoke', smallRequest())),
      );
      await pause(300);
      const pids = await descendants(sandbox.process.child.pid ?? 0);
      const ended = await sandbox.process.stop(signal);
      expect(ended.code).toBe(0);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
      expect(await alive(pids)).toEqual([]);
      expect(await isGone(sandbox.url)).toBe(true);
      await hanging;
    },
  );

  test('prints the address once, before the lines for clients, and no other', async () => {
    const sandbox = await small();
    const { stdout } = await sandbox.stop();
    const lines = stdout.split('\n').filter((line) => line.includes('http://'));
    expect(lines[0]).toContain(sandbox.url);
    expect(lines[0]).not.toContain('bcs_');
    expect(new Set(stdout.match(/http:\/\/[^/\s'"]+/g))).toEqual(new Set([sandbox.url]));
  });

  test('comes when the one who started it is killed', async () => {
    const { url, process: started } = await small();
    const pids = await descendants(started.child.pid ?? 0);
    started.child.kill('SIGKILL');
    for (let i = 0; i < 60 && !(await isGone(url)); i += 1) await pause(100);
    expect(await isGone(url)).toBe(true);
    await pause(500);
    expect(await alive(pids)).toEqual([]);
  });
});

describe('a start that is refused', () => {
  test('by a port in use: exit 2, naming it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const ended = await refused('--port', port, '--var-file', SMALL);
    other.close();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toBe(
      `Port ${port} is in use: use another --port, or --port 0 for a free one.\n`,
    );
  });

  test('by wrong flags: exit 2', async () => {
    expect(await refused('--port', 'http')).toMatchObject({ code: 2, stdout: '' });
    expect(await refused('--nothing')).toMatchObject({ code: 2 });
  });

  test('by a configuration with problems: exit 2, each with its path', async () => {
    const broken = join(directory, 'broken.tfvars');
    const text = await readFile(SMALL, 'utf8');
    const wrong = text
      .replace('unit = "usd"', 'unit = "eur"')
      .replace('models       = ["micro"]', 'models = ["macro"]');
    await writeFile(broken, wrong);
    const { code, stdout, stderr } = await refused('--var-file', broken);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^cost_centers\.retail\.limits\[1\]\.unit: .*"eur"/m);
    expect(stderr).toMatch(/^cost_centers\.wholesale\.models\[0\]: .*"macro"/m);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test('by a file that is not there: exit 2', async () => {
    const ended = await refused('--var-file', '/nonexistent.tfvars');
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('file not found') });
  });

  test('by a ledger that another sandbox uses: exit 1, saying so', async () => {
    const data = join(directory, 'shared');
    const sandbox = await small('--data', data);
    const ended = await refused('--port', '0', '--var-file', SMALL, '--data', data);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(data);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    await sandbox.stop();
  });

  test('--help is not one', async () => {
    const { code, stdout } = await refused('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--var-file');
  });
});

describe('--data', () => {
  test('keeps the counters over a normal end and over kill -9; the policy follows the tfvars', async () => {
    const data = join(directory, 'kept');
    const first = await small('--data', data);
    expect((await first.post('/v1/invoke', smallRequest())).status).toBe(200);
    await first.stop();
    const second = await small('--data', data);
    expect(await statusOf(second)).toMatchObject({ three: '1/0' });
    expect((await second.post('/v1/invoke', smallRequest())).status).toBe(200);
    await kill(second);
    const more = join(directory, 'more.tfvars');
    await writeFile(more, (await readFile(SMALL, 'utf8')).replace('amount = 3', 'amount = 4'));
    const third = await runSandbox('--var-file', more, '--data', data);
    running.push(third);
    expect(await statusOf(third)).toMatchObject({ three: '2/0' });
    for (const expected of [200, 200, 429]) {
      expect((await third.post('/v1/invoke', smallRequest())).status).toBe(expected);
    }
    await third.stop();
  });
});

test('the examples that ship start', async () => {
  const sandbox = await runSandbox('--var-file', pathOf('examples/complete/terraform.tfvars'));
  running.push(sandbox);
  expect((await sandbox.get('/v1/models')).status).toBe(200);
  await sandbox.stop();
});
