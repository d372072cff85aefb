/** Requests with an Idempotency-Key, through the built functions, in both executions. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Answer, pathOf, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';
import { SMALL, smallRequest, statusOf } from './support/small-policy.ts';

// A busy machine is not a failure.
jest.setTimeout(180_000);

const LOG_PROMPTS = pathOf('test/integration/sandbox/support/log-prompts.tfvars');

const wholesale = smallRequest({
  model: 'micro',
  tags: { applicationId: 'faq', costCenter: 'wholesale', environment: 'production' },
});

let keys = 0;
const newKey = (): string => `key-${++keys}`;

const coded = ({ status, body }: Answer): string => `${status} ${body.code ?? body.outcome}`;

function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of answers.map(coded)) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

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
  let unavailable = 0;
  /** Again after a 503: a busy machine's ledger may not answer in the functions' two seconds. */
  const insist = async (key: string): Promise<Answer> => {
    for (;;) {
      const answer = await invoke(key);
      if (answer.body.code !== 'ledger_unavailable') return answer;
      unavailable += 1;
    }
  };
  const called = async () => (await sandbox.get('/_sandbox/bedrock/requests')).body.length;

  test.each([
    [0, '2031-01-15T12:00:00Z'],
    [40, '2031-02-15T12:00:00Z'],
  ])('twenty at once, %d writes failing: one is charged', async (times, now) => {
    await sandbox.post('/_sandbox/clock', { now });
    await sandbox.post('/_sandbox/bedrock/behavior', { latencyMs: 8_000 });
    const fail = { operation: 'UpdateItem', when: 'before', times };
    await sandbox.post('/_sandbox/ledger/behavior', times > 0 ? { fail } : {});
    const before = await called();
    unavailable = 0;
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => insist(key)));
    const counts = tally(answers);
    const { '409 request_in_progress': running = 0, '409 request_completed': late = 0 } = counts;
    const { three } = await statusOf(sandbox);
    const seen = { calls: (await called()) - before, three, ...counts };
    expect(seen).toMatchObject({ calls: 1, three: '1/0', '200 succeeded': 1 });
    expect([running + late, running > 0]).toEqual([19, true]);
    if (times > 0) expect(unavailable).toBeGreaterThan(0);
    const first = answers.find(({ status }) => status === 200);
    const others = answers.filter((each) => each !== first);
    const originals = new Set(others.map(({ body }) => body.originalRequestId));
    expect(originals).toEqual(new Set([first?.body.requestId]));
  });

  test('one after the other: the second gets what the first cost, and changes nothing', async () => {
    const key = newKey();
    const first = await invoke(key);
    expect(coded(first)).toBe('200 succeeded');
    const before = [await called(), await statusOf(sandbox)];
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
    expect([await called(), await statusOf(sandbox)]).toEqual(before);
  });

  test('another request under the key is refused', async () => {
    const key = newKey();
    expect(coded(await invoke(key))).toBe('200 succeeded');
    const prompt = { messages: [{ role: 'user', content: 'Something else' }] };
    expect(coded(await invoke(key, { prompt }))).toBe('422 idempotency_key_reused');
  });

  test('denied, and let through once the window has changed', async () => {
    while ((await statusOf(sandbox)).three !== '3/0') await invoke(newKey());
    const key = newKey();
    expect(coded(await invoke(key))).toBe('429 limit_exceeded');
    expect(coded(await invoke(key))).toBe('429 limit_exceeded');
    await sandbox.post('/_sandbox/clock', { now: '2031-05-31T12:00:00Z' });
    expect(coded(await invoke(key))).toBe('200 succeeded');
    expect(coded(await invoke(key))).toBe('409 request_completed');
    expect((await statusOf(sandbox)).three).toBe('1/0');
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
      expect(await statusOf(sandbox, 'wholesale')).toEqual({ many: '1/0' });
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
    expect((await statusOf(sandbox)).three).toBe('1/0');
    const { body: audit } = await sandbox.get('/_sandbox/audit');
    expect(audit.at(-1)).toMatchObject({
      decision: 'replayed',
      originalRequestId: first.body.requestId,
    });
  });
});
