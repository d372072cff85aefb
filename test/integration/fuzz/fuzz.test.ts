/** A short run of the fuzzer on every route; `npm run test:fuzz` runs longer ones. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { judge } from '../../fuzz/judge.ts';
import { ROUTES } from '../../fuzz/routes.ts';
import { fuzz } from '../../fuzz/run.ts';
import { startFuzzed } from '../../fuzz/sandbox.ts';
import { requestOf } from '../../fuzz/send.ts';

jest.setTimeout(600_000);

const SEED = 20_261_129;
const COUNT = 120;
const CONCURRENCY = 4;

const log = (line: string): void => void process.stderr.write(`${line}\n`);

describe.each(ROUTES)('$name', (route) => {
  const [seed, concurrency] = [SEED, CONCURRENCY];

  test('answers whatever is sent, and counts what it costs', async () => {
    const start = () => startFuzzed(route.execution);
    const options = { route, seed, count: COUNT, chaos: false, concurrency, start, log };
    const { findings, kinds, limitsCompared } = await fuzz(options);
    expect(findings).toEqual([]);
    expect(Object.keys(kinds).length).toBeGreaterThan(2);
    expect(limitsCompared).toBeGreaterThan(5);
  });

  test('survives a failing model, a failing ledger, sweeps and kill -9', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cost-sentry-fuzz-'));
    try {
      const start = () => startFuzzed(route.execution, join(folder, 'data'));
      const options = { route, seed, count: COUNT, chaos: true, concurrency, start, log };
      const { findings, kills } = await fuzz(options);
      expect(findings).toEqual([]);
      expect(kills).toBe(2);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('is sent the same requests for the same seed', () => {
    const bodies = [requestOf(route, 1, 7), requestOf(route, 1, 7), requestOf(route, 2, 7)];
    expect(bodies[0]).toEqual(bodies[1]);
    const streams = [1, 2].map((each) =>
      JSON.stringify([1, 2, 3, 4, 5].map((n) => requestOf(route, each, n))),
    );
    expect(streams[0]).not.toBe(streams[1]);
  });
});

describe('the judge finds', () => {
  const sent = requestOf(ROUTES[0] ?? never(), 1, 1);
  const judged = (status: number, body: unknown, headers = {}) => {
    const received = { status, headers, body: Buffer.from(JSON.stringify(body)), ms: 1 };
    return judge({ ...sent, method: 'POST' }, received, { protocol: 'native', chaos: false });
  };

  test.each([
    ['a status that is not documented', 500, { message: 'Internal Server Error' }, {}],
    ['a failed call where nothing fails', 502, { code: 'invocation_failed' }, {}],
    ['a stack trace', 400, { code: 'invalid_request', title: 'at run (/x/y.js:1)' }, {}],
    ['a denial without a time', 429, { code: 'limit_exceeded' }, {}],
    ['a free call', 200, { outcome: 'succeeded', cost: { nanoUsd: 0, reservedNanoUsd: 1 } }, {}],
  ])('%s', async (_, status, body, headers) => {
    expect((await judged(status, body, headers)).findings).not.toEqual([]);
  });

  test('nothing in a sound refusal', async () => {
    const members = { type: 'urn:x', title: 'Invalid', status: 400, detail: 'x', requestId: 'r' };
    expect((await judged(400, { ...members, code: 'invalid_request' })).findings).toEqual([]);
  });
});

function never(): never {
  throw new Error('there are no routes');
}
