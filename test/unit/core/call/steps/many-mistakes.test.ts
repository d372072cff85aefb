import { describe, expect, test } from '@jest/globals';
import { systemDigest } from '../../../../../adapters/system.ts';
import { validateAndSetContext } from '../../../../../core/call/steps/validate-and-set-context.ts';
import { request } from '../../../../support/call-harness.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const policy = policyOf(configWith({}));
const validate = (input: unknown) =>
  validateAndSetContext(
    {
      policies: { load: async () => policy },
      clock: { now: () => Date.parse('2026-11-23T14:05:30Z') },
      ids: { uuid: () => '11111111-1111-4111-8111-111111111111' },
      digest: systemDigest,
      identity: { isOn: false, acceptsDirectStarts: false },
      warn: () => undefined,
    },
    input,
  );

describe('a request with very many mistakes', () => {
  const sayAll = (content: unknown) =>
    request({ prompt: { messages: [{ role: 'user', content }] } });
  const many = (count: number, block: unknown) => Array.from({ length: count }, () => block);
  const use = { toolUse: { toolUseId: 'a', name: 't', input: {} } };

  test.each([
    ['wrong blocks', sayAll(many(1_000, use)), 'is not allowed'],
    ['unknown blocks', sayAll(many(900, { ['x'.repeat(5_000)]: 1 })), 'unknown content block'],
    [
      'long keys in deep values',
      sayAll([{ text: 'x' }, ...many(900, { text: ' ' })]),
      'white space',
    ],
    ['200,000 blocks', sayAll(many(200_000, {})), 'more than 100000'],
    [
      '300,000 properties',
      { ...request(), ...Object.fromEntries(many(300_000, 0).map((_, at) => [`k${at}`, at])) },
      'more than 100000',
    ],
  ])('%s has a small answer that says how many', async (_, body, text) => {
    const { status, answer } = (await validate(body)) as { status: string; answer: unknown };
    expect(status).toBe('not_valid');
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(JSON.stringify(answer)).toContain(text);
    expect(JSON.stringify(answer).length).toBeLessThan(60_000);
  });

  test('9,000 toolUse blocks in as many messages do not take the time of each pair', async () => {
    const messages = Array.from({ length: 9_000 }, (_, at) =>
      at % 2 === 0
        ? { role: 'user', content: 'x' }
        : { role: 'assistant', content: [{ toolUse: { ...use.toolUse, toolUseId: `u${at}` } }] },
    );
    const result = await validate(request({ prompt: { messages } }));
    expect(result.status).toBe('not_valid');
  });
});
