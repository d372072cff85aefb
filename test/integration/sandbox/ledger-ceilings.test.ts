/** The graduated response: first dev stops, then the cheaper model answers, then nothing does. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { costSentry } from '../../support/command-line.ts';
import { Folder, question } from './support/ledger-policy.ts';
import { limitOf, moveClock } from './support/ledger-steps.ts';
import { type Json, type RunningSandbox, runSandbox } from './support/run-sandbox.ts';

jest.setTimeout(600_000);

const LIMIT_USD = 0.02;
const LIMIT_NANO_USD = LIMIT_USD * 1e9;
/** What `haiku` takes for a token of a prompt, and of its answer, in nano-USD. */
const INPUT_NANO_USD = 250;
const OUTPUT_NANO_USD = 1_250;

describe.each(['direct', 'workflow'])('executed in %s', (execution) => {
  let folder: Folder;
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    folder = await Folder.create();
    const budget = {
      name: 'monthly-budget',
      window: 'month',
      unit: 'usd',
      amount: LIMIT_USD,
      ceilings: [
        { percent: 80, environment: 'dev' },
        { percent: 90, model: 'haiku', fallback: 'micro' },
      ],
    };
    const policy = await folder.writePolicy({ limits: { retail: [budget] } });
    sandbox = await runSandbox('--var-file', policy, '--execution', execution);
    await moveClock(sandbox, '2031-03-01T00:00:00Z');
  });
  afterAll(async () => {
    expect(await sandbox.stop()).toMatchObject({ code: 0 });
    await folder.remove();
  });

  const used = async (): Promise<number> => (await limitOf(sandbox, 'monthly-budget')).used;
  const invoke = (over: object = {}) => sandbox.post('/v1/invoke', question(over));
  const answerWith = (outputTokens: number) =>
    sandbox.post('/_sandbox/bedrock/behavior', { usage: { inputTokens: 1, outputTokens } });

  /** Spends up to so many percent of the limit with `haiku`, four thousand tokens at a time. */
  async function spendTo(percent: number): Promise<void> {
    const goal = Math.floor((LIMIT_NANO_USD * percent) / 100);
    const tokensLeft = async () =>
      Math.floor((goal - (await used()) - INPUT_NANO_USD) / OUTPUT_NANO_USD);
    for (let left = await tokensLeft(); left > 0; left = await tokensLeft()) {
      const tokens = Math.min(4_000, left);
      await answerWith(tokens);
      expect((await invoke({ maxTokens: tokens })).status).toBe(200);
    }
    await answerWith(1);
  }
  const refusal = (body: Json) => [body.code, body.limit?.name, body.limit?.ceilingPercent];

  test('below 80 % everybody gets the model asked for', async () => {
    await spendTo(79);
    for (const environment of ['dev', 'production']) {
      const { status, body } = await invoke({ environment });
      expect([status, body.model, body.fallbackFrom]).toEqual([200, 'haiku', undefined]);
    }
  });

  test('at 80 % dev stops, on every model, and production goes on', async () => {
    await spendTo(80);
    for (const model of ['haiku', 'micro']) {
      const { status, body, headers } = await invoke({ environment: 'dev', model });
      expect([status, ...refusal(body)]).toEqual([429, 'limit_exceeded', 'monthly-budget', 80]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(30 * 86_400);
    }
    expect((await invoke()).body).toMatchObject({ outcome: 'succeeded', model: 'haiku' });
  });

  test('at 90 % the cheaper model answers, says for which, and is what is paid', async () => {
    // One more call would reserve 0.57 % of the limit.
    await spendTo(89.6);
    const before = await used();
    const { status, body } = await invoke();
    expect([status, body.model, body.fallbackFrom]).toEqual([200, 'micro', 'haiku']);
    const sent = (await sandbox.get('/_sandbox/bedrock/requests')).body.at(-1);
    expect(sent.modelId).toBe(body.modelId);
    expect((await used()) - before).toBe(body.cost.nanoUsd);
    // A token in at 35 and a token out at 140.
    expect(body.cost.nanoUsd).toBe(35 + 140);
    const asked = await invoke({ model: 'micro' });
    expect([asked.status, asked.body.fallbackFrom]).toEqual([200, undefined]);
    const dev = await invoke({ environment: 'dev' });
    expect([dev.status, ...refusal(dev.body)]).toEqual([
      429,
      'limit_exceeded',
      'monthly-budget',
      80,
    ]);
  });

  test('at 100 % nothing is let through, and no more than the limit was spent', async () => {
    for (const tokens of [4_000, 1_000, 200, 50, 10]) {
      await answerWith(tokens);
      for (let status = 200; status === 200; ) {
        status = (await invoke({ maxTokens: tokens })).status;
        expect([200, 429]).toContain(status);
      }
    }
    const models = ['haiku', 'micro'];
    for (const model of models) {
      const { status, body } = await invoke({ model, maxTokens: 50 });
      expect([status, body.code]).toEqual([429, 'limit_exceeded']);
    }
    const spent = await used();
    expect(spent).toBeLessThanOrEqual(LIMIT_NANO_USD);
    expect(spent).toBeGreaterThan(0.999 * LIMIT_NANO_USD);
  });

  test('the command line shows what the API does, with a forecast', async () => {
    const { exitCode, out } = await costSentry(['usage', '--url', sandbox.url, '--json']);
    const { costCenters } = JSON.parse(out);
    expect(exitCode).toBe(0);
    expect(costCenters).toMatchObject([
      {
        name: 'retail',
        limits: [
          {
            name: 'monthly-budget',
            used: await used(),
            forecast: { perHour: { window: expect.any(Number) }, projected: expect.any(Number) },
          },
        ],
      },
    ]);
  });

  test('each step was published once, as it began', async () => {
    const { body } = await sandbox.get('/_sandbox/alerts');
    const published = body.map(({ detailType, detail }: Json) => [
      detailType,
      detail.id,
      detail.from,
    ]);
    const of = (mark: string) => `costCenter#retail/monthly-budget/2031-03/${mark}`;
    expect(published).toEqual([
      ['CallDenied', of('denied-80'), undefined],
      ['FallbackBegun', of('fallback-90'), 'haiku'],
      ['CallDenied', of('denied-100'), undefined],
    ]);
    expect(body[0].detail).toMatchObject({ deployment: 'ledger', notify: true });
    expect((await sandbox.post('/_sandbox/sweep', {})).body).toMatchObject({ published: 0 });
  });
});
