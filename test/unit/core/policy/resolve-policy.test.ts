import { describe, expect, test } from '@jest/globals';
import { policyOf } from '../../../support/policy.ts';
import {
  type Change,
  center,
  config,
  LIMIT,
  limitsOf,
  problemsOf,
  withLimits,
} from '../../../support/small-config.ts';

describe('defaults', () => {
  test('are those of the design', () => {
    const policy = policyOf(config());
    expect(policy).toMatchObject({
      name: 'genai',
      timeZone: 'UTC',
      execution: 'direct',
      logPrompts: false,
      organization: { limits: [] },
      ledger: {
        shards: 1,
        leaseSeconds: 420,
        historyWindows: 3,
        reservation: 'strict',
        unknownOutcome: 'charge',
        onLedgerError: 'deny',
      },
    });
    expect(policy).not.toHaveProperty('defaultCostCenter');
    expect(policy.costCenters.get('sales')).toMatchObject({ limits: [], alertEmails: [] });
    expect(policy.costCenters.get('sales')).not.toHaveProperty('callers');
  });

  test('the model of a cost center is the first of its models', () => {
    const { model, ...rest } = center({ models: ['haiku', 'lite'] });
    expect(model).toBe('lite');
    const policy = policyOf(config({ cost_centers: { sales: rest } }));
    expect(policy.costCenters.get('sales')?.model).toBe('haiku');
  });

  test('null means absent everywhere, as Terraform writes it', () => {
    const nulls = config({
      default_cost_center: null,
      organization: { limits: null },
      ledger: { shards: null },
      time_zone: null,
      models: {
        lite: {
          model_id: 'amazon.nova-lite-v1:0',
          price: null,
          limits: null,
          inference_profile: null,
        },
        haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
      },
      cost_centers: {
        sales: center({
          callers: null,
          limits: [{ ...LIMIT, name: null, ceilings: null, model: null }],
        }),
      },
    });
    expect(policyOf(nulls)).toEqual(policyOf(withLimits(LIMIT)));
  });

  test('a limit is named after its window, unit and scope', () => {
    const scoped = { window: 'day', unit: 'input_tokens', amount: 1 };
    const names = limitsOf(
      withLimits(
        scoped,
        { ...scoped, application: 'docs' },
        { ...scoped, model: 'haiku', environment: 'dev' },
        { ...scoped, model: 'haiku', environment: 'dev', application: 'docs' },
        { ...scoped, name: 'mine' },
      ),
    ).map(({ name }) => name);
    expect(names).toEqual([
      'day-input_tokens',
      'day-input_tokens-docs',
      'day-input_tokens-dev-haiku',
      'day-input_tokens-docs-dev-haiku',
      'mine',
    ]);
  });

  test('amounts are integers in the unit of the limit, USD in nano-USD', () => {
    const amounts = [0.000000001, 0.1, 500, 1234.567891234].map((amount, index) => ({
      ...LIMIT,
      name: `l${index}`,
      amount,
    }));
    expect(limitsOf(withLimits(...amounts)).map(({ amount }) => amount)).toEqual([
      1, 100_000_000, 500_000_000_000, 1_234_567_891_234,
    ]);
  });

  test('notifications are put in order', () => {
    const [limit] = limitsOf(withLimits({ ...LIMIT, notify_at: [100, 50, 80] }));
    expect(limit?.notifyAt).toEqual([50, 80, 100]);
  });

  test('limits know their owners, ceilings their scopes', () => {
    const ceilings = [
      { percent: 90, model: 'haiku', fallback: 'lite' },
      { percent: 80, environment: 'dev' },
    ];
    const policy = policyOf(
      config({
        models: {
          lite: { model_id: 'amazon.nova-lite-v1:0', limits: [LIMIT] },
          haiku: { model_id: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
        },
        organization: { limits: [LIMIT] },
        cost_centers: { sales: center({ limits: [{ ...LIMIT, ceilings, mode: 'observe' }] }) },
      }),
    );
    expect(policy.models.get('lite')?.limits[0]?.owner).toEqual({ kind: 'model', name: 'lite' });
    expect(policy.organization.limits[0]?.owner.kind).toBe('organization');
    expect(policy.costCenters.get('sales')?.limits[0]).toMatchObject({
      owner: { kind: 'costCenter', name: 'sales' },
      mode: 'observe',
      ceilings: [
        { percent: 90, scope: { model: 'haiku' }, fallback: 'lite' },
        { percent: 80, scope: { environment: 'dev' } },
      ],
    });
  });

  test('operations variables of the module are passed over', () => {
    expect(policyOf(config({ tags: { team: 'x' }, log_retention_days: 30, api: {} }))).toEqual(
      policyOf(config()),
    );
  });
});

describe('models', () => {
  const IN_HOUSE = {
    model_id: 'acme.in-house-v1',
    context_tokens: 32_000,
    max_output_tokens: 4_096,
    price: { input: 0.1, output: 0.4 },
  };
  const withModel = (model: unknown): Change =>
    config({ models: { lite: model, haiku: { model_id: 'amazon.nova-micro-v1:0' } } });

  const pricesOf = (model: Change, region = 'us-east-1') =>
    policyOf(withModel(model), { region }).models.get('lite')?.prices;

  test('parts of a price in the tfvars replace those of the catalogue, and no others', () => {
    const model = { model_id: 'amazon.nova-lite-v1:0', price: { input: 0.5, output: 2 } };
    const lite = policyOf(withModel(model)).models.get('lite');
    expect(lite).toMatchObject({ contextTokens: 300_000, maxOutputTokens: 10_000 });
    expect(lite?.prices).toMatchObject([
      {
        price: {
          input: 500_000_000n,
          output: 2_000_000_000n,
          cacheRead: 15_000_000n,
          cacheWrite: 60_000_000n,
        },
      },
    ]);
    const one = { model_id: 'amazon.nova-lite-v1:0', price: { cache_write: 0.07 } };
    expect(pricesOf(one)).toMatchObject([
      { price: { input: 60_000_000n, output: 240_000_000n, cacheWrite: 70_000_000n } },
    ]);
  });

  test('a long-context price of the catalogue stays, and takes parts as well', () => {
    const haiku = { model_id: 'us.anthropic.claude-haiku-5-5' };
    expect(pricesOf({ ...haiku, price: { input: 0.2, output: 0.6 } })).toMatchObject([
      {
        price: { input: 200_000_000n, cacheRead: 11_000_000n },
        longContext: { aboveInputTokens: 100_000, price: { input: 550_000_000n } },
      },
    ]);
    const long = { above: 90_000, input: 0.7 };
    expect(pricesOf({ ...haiku, price: { long_context: long } })).toMatchObject([
      {
        price: { input: 110_000_000n },
        longContext: {
          aboveInputTokens: 90_000,
          price: { input: 700_000_000n, output: 2_750_000_000n },
        },
      },
    ]);
  });

  test('a model of the own house has all parts: long contexts, tiers and latencies', () => {
    const price = {
      ...IN_HOUSE.price,
      long_context: { above: 16_000, input: 0.2, output: 0.6 },
      tiers: { flex: { input: 0.05, output: 0.2 } },
      latency: { optimized: { input: 0.3, output: 0.9, cache_read: 0.1 } },
    };
    expect(pricesOf({ ...IN_HOUSE, price })).toMatchObject([
      {
        price: { input: 100_000_000n },
        longContext: { aboveInputTokens: 16_000, price: { input: 200_000_000n } },
        tiers: { flex: { price: { input: 50_000_000n, cacheRead: 50_000_000n } } },
        latency: { optimized: { price: { output: 900_000_000n, cacheRead: 100_000_000n } } },
      },
    ]);
  });

  test('a price for a region that the catalogue has none for is the own one alone', () => {
    const model = { model_id: 'amazon.nova-lite-v1:0', price: { input: 0.5, output: 2 } };
    expect(pricesOf(model, 'eu-west-1')).toEqual([
      {
        price: {
          input: 500_000_000n,
          output: 2_000_000_000n,
          cacheRead: 500_000_000n,
          cacheWrite: 625_000_000n,
          cacheWrite1h: 1_000_000_000n,
        },
      },
    ]);
  });

  test('a price is of the region', () => {
    const model = { model_id: 'qwen.qwen3-next-80b-a3b' };
    expect(pricesOf(model)).toMatchObject([{ price: { input: 150_000_000n } }]);
    expect(pricesOf(model, 'eu-west-1')).toMatchObject([{ price: { input: 180_000_000n } }]);
  });

  test('an unlisted model may ask for caching only at a stated price', () => {
    const caching = (price: Change) => {
      const model = policyOf(withModel({ ...IN_HOUSE, price: { ...IN_HOUSE.price, ...price } }));
      const traits = model.models.get('lite')?.traits;
      return [traits?.promptCaching, traits?.promptCaching1h];
    };
    expect(caching({})).toEqual([false, false]);
    expect(caching({ cache_read: 0.01 })).toEqual([false, false]);
    expect(caching({ cache_read: 0.01, cache_write: 0.125 })).toEqual([true, false]);
    expect(caching({ cache_read: 0.01, cache_write: 0.125, cache_write_1h: 0.2 })).toEqual([
      true,
      true,
    ]);
  });

  test('an unlisted model has its family, also behind a prefix or in an ARN', () => {
    for (const id of [
      'us.anthropic.claude-opus-9',
      'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-opus-9',
    ]) {
      const given = { ...IN_HOUSE, model_id: id, inference_profile: false };
      const model = policyOf(withModel(given)).models.get('lite');
      expect(model).toMatchObject({
        baseModelId: 'anthropic.claude-opus-9',
        traits: { topK: 'top_k' },
      });
    }
  });

  test('an ARN can have no inference profile, and that must be written down', () => {
    const model_id = 'arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdef123456';
    expect(problemsOf(withModel({ ...IN_HOUSE, model_id }))).toEqual([
      {
        path: 'models.lite.inference_profile',
        message: 'must be false, as an ARN can have no inference profile',
      },
    ]);
  });

  test('profiles are made unless they are declined', () => {
    const of = (change: Change) =>
      policyOf(withModel({ model_id: 'amazon.nova-lite-v1:0', ...change })).models.get('lite');
    expect(of({})?.inferenceProfile).toBe(true);
    expect(of({ inference_profile: true })?.inferenceProfile).toBe(true);
    expect(of({ inference_profile: false })?.inferenceProfile).toBe(false);
  });

  test('max_tokens defaults to what the policy says, else the catalogue, never above the maximum', () => {
    const of = (change: Change) =>
      policyOf(withModel({ model_id: 'amazon.nova-lite-v1:0', ...change })).models.get('lite')
        ?.defaultMaxTokens;
    expect(of({})).toBe(4_096);
    expect(of({ default_max_tokens: 9_000 })).toBe(9_000);
    expect(of({ max_output_tokens: 1_000 })).toBe(1_000);
  });

  test.each([
    [{ ...IN_HOUSE, price: { input: 0.1 } }, 'models.lite.price.output'],
    [
      { ...IN_HOUSE, price: { ...IN_HOUSE.price, long_context: { above: 1 } } },
      'models.lite.price.long_context.input',
    ],
    [
      { ...IN_HOUSE, price: { ...IN_HOUSE.price, long_context: { input: 1, output: 1 } } },
      'models.lite.price.long_context.above',
    ],
    [
      { ...IN_HOUSE, price: { ...IN_HOUSE.price, tiers: { flex: { input: 1 } } } },
      'models.lite.price.tiers.flex.output',
    ],
    [
      { ...IN_HOUSE, price: { ...IN_HOUSE.price, tiers: { flexx: { input: 1, output: 1 } } } },
      'models.lite.price.tiers.flexx',
    ],
    [{ ...IN_HOUSE, price: { input: 0.1, output: 1e-10 } }, 'models.lite.price.output'],
    [{ ...IN_HOUSE, price: { input: 200_000, output: 1 } }, 'models.lite.price.input'],
    [{ ...IN_HOUSE, price: { ...IN_HOUSE.price, cache_raed: 1 } }, 'models.lite.price.cache_raed'],
    [{ ...IN_HOUSE, max_output_tokens: 40_000 }, 'models.lite.max_output_tokens'],
    [{ model_id: 'amazon nova' }, 'models.lite.model_id'],
    [{ model_id: 'sa.amazon.nova-lite-v1:0' }, 'models.lite'],
    [{}, 'models.lite.model_id'],
  ])('%j is refused at %s', (model, path) => {
    expect(problemsOf(withModel(model)).map((problem) => problem.path)).toContain(path);
  });
});
