/** Requests with an Idempotency-Key, through the built functions, in both executions. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import {
  type Answer,
  pathOf,
  type RunningSandbox,
  runSandbox,
  SMALL,
  smallRequest,
  standing,
} from './support/run-sandbox.ts';

// A busy machine is no failure.
jest.setTimeout(180_000);

const LOG_PROMPTS = pathOf('test/integration/sandbox/support/log-prompts.tfvars');

const wholesale = smallRequest({
  model: 'micro',
  tags: { applicationId: 'faq', costCenter: 'wholesale', environment: 'production' },
});

let keys = 0;
const newKey = (): string => `key-${++keys}`;

const coded = ({ status, body }: Answer): string => `${status} ${body.code ?? body.outcome}`;

describe.each(['workflow', 'direct'])('requests with one key, executed in %s', (execution) => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', SMALL, '--execution', execution);
  });
  afterEach(async () => {
    await sandbox.post('/_sandbox/bedrock/behavior', {});
    await sandbox.post('/_sandbox/ledger/behavior', {});
    await sandbox.post('/_sandbox/clock', { now: null });
  });
  afterAll(async () => {
    expect(await sandbox.stop()).toMatchObject({ code: 0 });
  });
  const invoke = (key: string, over: Record<string, unknown> = {}) =>
    sandbox.post('/v1/invoke', smallRequest(over), { 'idempotency-key': key });
  const called = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;

  test('twenty at once: one is called and charged, the others learn its id', async () => {
    await sandbox.post('/_sandbox/bedrock/behavior', { latencyMs: 2_000 });
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => invoke(key)));
    const [first, ...more] = answers.filter(({ status }) => status === 200);
    expect([first?.status, more.length]).toEqual([200, 0]);
    const others = answers.filter((each) => each !== first);
    expect(new Set(others.map(({ status }) => status))).toEqual(new Set([409]));
    expect(others.map(coded)).toContain('409 request_in_progress');
    const originals = new Set(others.map(({ body }) => body.originalRequestId));
    expect(originals).toEqual(new Set([first?.body.requestId]));
    expect([await called(), (await standing(sandbox)).three]).toEqual([1, '1/0']);
  });

  test('one after the other: the second is told what the first cost, and changes nothing', async () => {
    const key = newKey();
    const first = await invoke(key);
    expect(coded(first)).toBe('200 succeeded');
    const before = [await called(), await standing(sandbox)];
    const { headers, ...second } = await invoke(key);
    expect(second).toMatchObject({
      status: 409,
      body: {
        code: 'request_completed',
        originalRequestId: first.body.requestId,
        usage: first.body.usage,
        cost: first.body.cost,
      },
    });
    expect(headers.get('retry-after')).toBeNull();
    expect([await called(), await standing(sandbox)]).toEqual(before);
  });

  test('another request under the key is refused', async () => {
    const key = newKey();
    expect(coded(await invoke(key))).toBe('200 succeeded');
    const prompt = { messages: [{ role: 'user', content: 'Something else' }] };
    expect(coded(await invoke(key, { prompt }))).toBe('422 idempotency_key_reused');
  });

  test('denied, and let through once the window has changed', async () => {
    expect((await standing(sandbox)).three).toBe('3/0');
    const key = newKey();
    expect(coded(await invoke(key))).toBe('429 limit_exceeded');
    expect(coded(await invoke(key))).toBe('429 limit_exceeded');
    await sandbox.post('/_sandbox/clock', { now: '2031-05-31T12:00:00Z' });
    expect(coded(await invoke(key))).toBe('200 succeeded');
    expect(coded(await invoke(key))).toBe('409 request_completed');
    expect((await standing(sandbox)).three).toBe('1/0');
  });

  test.each([1, 2, 3, 4, 6, 7])(
    '%d lost answers from the claim on: charged once',
    async (times) => {
      const key = newKey();
      const send = () => sandbox.post('/v1/invoke', wholesale, { 'idempotency-key': key });
      const before = await called();
      await sandbox.post('/_sandbox/clock', { now: `2031-06-01T12:0${times}:00Z` });
      const fail = { operation: 'UpdateItem', when: 'after', times };
      await sandbox.post('/_sandbox/ledger/behavior', { fail });
      const first = await send();
      await sandbox.post('/_sandbox/ledger/behavior', {});
      const answers = [first, await send(), await send()].map(coded);
      expect(answers.filter((each) => each === '200 succeeded')).toHaveLength(1);
      expect(answers.at(-1)).toBe('409 request_completed');
      expect((await called()) - before).toBe(1);
      expect(await standing(sandbox, 'wholesale')).toEqual({ many: '1/0' });
    },
  );

  test.each(['', 'x'.repeat(256), 'clé'])('the key %j is refused by name', async (key) => {
    const { status, body } = await invoke(key);
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.errors).toEqual([
      { path: 'headers.Idempotency-Key', message: expect.stringContaining('1 to 255') },
    ]);
  });
});

describe('where the policy lets content be kept', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await runSandbox('--var-file', SMALL, '--var-file', LOG_PROMPTS);
  });
  afterAll(async () => {
    await sandbox.stop();
  });

  test('a repeat gets the first answer again, and says so', async () => {
    const key = newKey();
    const send = () => sandbox.post('/v1/invoke', smallRequest(), { 'idempotency-key': key });
    const first = await send();
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([200, null]);
    const second = await send();
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(second.body).toEqual({ ...first.body, replayed: true });
    expect((await sandbox.get('/_sandbox/bedrock/requests')).body).toHaveLength(1);
    expect((await standing(sandbox)).three).toBe('1/0');
    const { body: audit } = await sandbox.get('/_sandbox/audit');
    expect(audit.at(-1)).toMatchObject({
      decision: 'replayed',
      originalRequestId: first.body.requestId,
    });
  });
});
