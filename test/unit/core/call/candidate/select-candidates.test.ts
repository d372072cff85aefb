import { describe, expect, test } from '@jest/globals';
import { systemDigest } from '../../../../../adapters/system.ts';
import type { CountRequest } from '../../../../../core/call/prompt-bound/ports.ts';
import { validateAndSetContext } from '../../../../../core/call/steps/validate-and-set-context.ts';
import { request } from '../../../../support/call-harness.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const models = {
  haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
  micro: { model_id: 'amazon.nova-micro-v1:0' },
  sonnet: { model_id: 'us.anthropic.claude-sonnet-4-6' },
};
const now = Date.parse('2026-11-23T14:05:30Z');

interface Scene {
  readonly reservation?: 'strict' | 'count';
  readonly counted?: number | undefined;
  readonly deadline?: number;
  readonly input?: Record<string, unknown>;
}

async function validate({ reservation = 'count', counted, deadline, input = request() }: Scene) {
  const limit = {
    window: 'month',
    unit: 'usd',
    amount: 5,
    ceilings: [
      { percent: 50, fallback: 'micro' },
      { percent: 70, fallback: 'sonnet' },
    ],
  };
  const policy = policyOf(
    configWith({
      models,
      ledger: { reservation },
      cost_centers: {
        retail: {
          model: 'haiku',
          models: Object.keys(models),
          applications: ['faq'],
          limits: [limit],
        },
      },
    }),
  );
  const asked: CountRequest[] = [];
  const state = await validateAndSetContext(
    {
      policies: { load: async () => policy },
      clock: { now: () => now },
      ids: { uuid: () => 'id' },
      digest: systemDigest,
      identity: { isOn: false, acceptsDirectStarts: false },
      warn: () => undefined,
      counter: {
        count: async (each) => {
          asked.push(each);
          return counted;
        },
      },
    },
    {
      request: input,
      requestId: 'r',
      receivedAt: now,
      ...(deadline !== undefined && { deadline }),
    },
  );
  const candidates = state.status === 'valid' ? state.candidates : [];
  const inputs = Object.fromEntries(
    candidates.map((each) => [each.model, each.worstCase.input_tokens]),
  );
  return { state, asked, inputs };
}

describe('reservation = "count"', () => {
  test('takes the count and a margin, of each model that counts, by its bare id', async () => {
    const { asked, inputs } = await validate({ counted: 20 });
    const strict = (await validate({ reservation: 'strict' })).inputs;
    expect(asked.map(({ baseModelId }) => baseModelId)).toEqual([
      'anthropic.claude-haiku-4-5-20251001-v1:0',
      'anthropic.claude-sonnet-4-6',
    ]);
    expect(inputs).toEqual({ haiku: 37, micro: strict.micro, sonnet: 37 });
  });

  test('waits two seconds, or as long as the caller does', async () => {
    expect((await validate({ counted: 1 })).asked[0]?.deadline).toBe(now + 2_000);
    expect((await validate({ counted: 1, deadline: now + 900 })).asked[0]?.deadline).toBe(
      now + 900,
    );
  });

  test('falls back to the strict bound when nothing was counted', async () => {
    const strict = (await validate({ reservation: 'strict' })).inputs;
    expect((await validate({ counted: undefined })).inputs).toEqual(strict);
  });

  test('is never above the strict bound', async () => {
    const strict = (await validate({ reservation: 'strict' })).inputs;
    expect((await validate({ counted: 1_000_000 })).inputs).toEqual(strict);
  });

  test('does not count what is refused anyway', async () => {
    const parameters = { temperature: 0.5, top_p: 0.5 };
    const input = request({ prompt: { messages: [{ role: 'user', content: 'Hi' }], parameters } });
    const { state, asked } = await validate({ counted: 20, input });
    expect(state.status).toBe('not_valid');
    expect(asked).toEqual([]);
  });
});

test('reservation = "strict" never counts', async () => {
  expect((await validate({ reservation: 'strict', counted: 20 })).asked).toEqual([]);
});
