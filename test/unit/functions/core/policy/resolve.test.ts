import { describe, expect, test } from '@jest/globals';
import type { Policy, Problem } from '../../../../../functions/core/policy/policy.ts';
import {
  type ResolveOptions,
  resolvePolicy,
} from '../../../../../functions/core/policy/resolve.ts';

type Change = Readonly<Record<string, unknown>>;

const LIMIT = { window: 'month', unit: 'usd', amount: 500 };

/** A small valid configuration, with top-level variables replaced. */
const config = (change: Change = {}): Change => ({
  name: 'genai',
  models: {
    lite: { model_id: 'amazon.nova-lite-v1:0' },
    haiku: { model_id: 'us.anthropic.claude-3-5-haiku-20241022-v1:0' },
  },
  applications: { docs: { environments: ['dev', 'production'] }, crm: { environments: ['test'] } },
  cost_centers: { sales: center() },
  ...change,
});

const center = (change: Change = {}): Change => ({
  model: 'lite',
  models: ['lite', 'haiku'],
  applications: ['docs'],
  ...change,
});

const withLimits = (...limits: unknown[]): Change =>
  config({ cost_centers: { sales: center({ limits }) } });

function policyOf(document: unknown, options: ResolveOptions = {}): Policy {
  const resolution = resolvePolicy(document, options);
  if ('problems' in resolution) throw new Error(JSON.stringify(resolution.problems, null, 2));
  return resolution.policy;
}

function problemsOf(document: unknown): readonly Problem[] {
  const resolution = resolvePolicy(document);
  return 'problems' in resolution ? resolution.problems : [];
}

const limitsOf = (document: unknown) => policyOf(document).costCenters.get('sales')?.limits ?? [];

describe('defaults', () => {
  test('are those of the design', () => {
    const policy = policyOf(config());
    expect(policy).toMatchObject({
      name: 'genai',
      timeZone: 'UTC',
      execution: 'workflow',
      logPrompts: false,
      organization: { limits: [] },
      ledger: {
        shards: 1,
        leaseSeconds: 420,
        historyWindows: 3,
        reservation: 'strict',
        expiredReservation: 'charge',
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
        haiku: { model_id: 'us.anthropic.claude-3-5-haiku-20241022-v1:0' },
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
          haiku: { model_id: 'us.anthropic.claude-3-5-haiku-20241022-v1:0' },
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

  test('a price of the tfvars wins over the catalogue', () => {
    const model = { model_id: 'amazon.nova-lite-v1:0', price: { input: 0.5, output: 2 } };
    const lite = policyOf(withModel(model)).models.get('lite');
    expect(lite).toMatchObject({ contextTokens: 300_000, maxOutputTokens: 10_000 });
    expect(lite?.prices).toEqual([
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

describe('problems', () => {
  test('are reported all at once, of form and across the document', () => {
    const problems = problemsOf({
      modles: {},
      models: { lite: { model_id: 'amazon.nova-litte-v1:0' }, haiku: { model_id: 7 } },
      applications: { docs: { environments: [] } },
      cost_centers: {
        lite: center({
          models: ['lite', 'lite', 'x'],
          limits: [{ window: 'week', unit: 'usd', amount: -1 }],
        }),
        sales: center({ model: 'x', applications: [] }),
      },
      default_cost_center: 'x',
      time_zone: 'Mars',
      ledger: { shards: 0 },
    });
    expect(new Set(problems.map(({ path }) => path))).toEqual(
      new Set([
        'modles',
        'models.lite',
        'models.haiku.model_id',
        'applications.docs.environments',
        'cost_centers.lite',
        'cost_centers.lite.models[1]',
        'cost_centers.lite.models[2]',
        'cost_centers.lite.limits[0].window',
        'cost_centers.lite.limits[0].amount',
        'cost_centers.sales.applications',
        'cost_centers.sales.model',
        'default_cost_center',
        'ledger.shards',
        'time_zone',
      ]),
    );
  });

  test.each<[string, unknown, string, string]>([
    [
      'typo of a variable',
      config({ cost_centres: {} }),
      'cost_centres',
      'did you mean "cost_centers"?',
    ],
    [
      'typo of a property',
      withLimits({ ...LIMIT, notify_a: [] }),
      'cost_centers.sales.limits[0].notify_a',
      'did you mean "notify_at"?',
    ],
    [
      'a quoted number',
      withLimits({ ...LIMIT, amount: '500' }),
      'cost_centers.sales.limits[0].amount',
      'leave the quotes out',
    ],
    [
      'a fractional request',
      withLimits({ ...LIMIT, unit: 'requests', amount: 0.5 }),
      'cost_centers.sales.limits[0].amount',
      'whole number',
    ],
    [
      'an unsafe integer',
      withLimits({ ...LIMIT, unit: 'tokens', amount: 2 ** 53 }),
      'cost_centers.sales.limits[0].amount',
      'at most 9007199254740991',
    ],
    [
      'more USD than fit',
      withLimits({ ...LIMIT, amount: 9_007_199.3 }),
      'cost_centers.sales.limits[0].amount',
      'at most 9007199.254740991',
    ],
    [
      'ten decimals',
      withLimits({ ...LIMIT, amount: 0.1234567891 }),
      'cost_centers.sales.limits[0].amount',
      'at most 9 decimals',
    ],
    [
      'Infinity',
      withLimits({ ...LIMIT, amount: Number.POSITIVE_INFINITY }),
      'cost_centers.sales.limits[0].amount',
      'must be',
    ],
    [
      'NaN',
      withLimits({ ...LIMIT, amount: Number.NaN }),
      'cost_centers.sales.limits[0].amount',
      'must be',
    ],
    [
      'a ceiling that never matches',
      withLimits({
        ...LIMIT,
        environment: 'dev',
        ceilings: [{ percent: 5, environment: 'production' }],
      }),
      'cost_centers.sales.limits[0].ceilings[0].environment',
      'never matches',
    ],
    [
      "a fallback to the limit's own model",
      withLimits({ ...LIMIT, model: 'lite', ceilings: [{ percent: 5, fallback: 'lite' }] }),
      'cost_centers.sales.limits[0].ceilings[0].fallback',
      'falls back to itself',
    ],
    [
      'an environment of another application',
      withLimits({ ...LIMIT, application: 'docs', environment: 'test' }),
      'cost_centers.sales.limits[0].environment',
      'of application "docs" "test"',
    ],
    [
      'callers that name nobody',
      config({ cost_centers: { sales: center({ callers: {} }) } }),
      'cost_centers.sales.callers',
      'names no caller',
    ],
    [
      'a role of any account',
      config({
        cost_centers: { sales: center({ callers: { iam_role_arns: ['arn:aws:iam::*:role/x'] } }) },
      }),
      'cost_centers.sales.callers.iam_role_arns[0]',
      'is not the ARN of an IAM role',
    ],
    [
      'a model limit narrowed to a model',
      config({
        models: {
          lite: { model_id: 'amazon.nova-lite-v1:0', limits: [{ ...LIMIT, model: 'haiku' }] },
          haiku: { model_id: 'amazon.nova-micro-v1:0' },
        },
      }),
      'models.lite.limits[0].model',
      'leave `model` out',
    ],
    ['an offset as time zone', config({ time_zone: '+02:00' }), 'time_zone', 'Europe/Berlin'],
    ['a list for a map', config({ models: [] }), 'models', 'must be an object, not a list'],
    ['no configuration', [], '', 'must be an object'],
    ['null', null, '', 'must be an object'],
  ])('%s', (_what, document, path, says) => {
    const found = problemsOf(document).filter((problem) => problem.path === path);
    expect(found.map(({ message }) => message).join('\n')).toContain(says);
  });

  test('never print what a terminal would obey, and stay short', () => {
    const evil = `\u001b[2J\n\u202e${'x'.repeat(10_000)}`;
    const problems = problemsOf(
      config({ [evil]: 1, time_zone: evil, cost_centers: { [evil]: center({ model: evil }) } }),
    );
    expect(problems.length).toBeGreaterThan(3);
    for (const { path, message } of problems) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not occur.
      expect(path + message).not.toMatch(/[\u0000-\u001f\u202e]/);
      expect(path.length + message.length).toBeLessThan(700);
    }
  });

  test('are bounded in number', () => {
    const limits = Array.from({ length: 1_000 }, () => ({ x: 1 }));
    expect(problemsOf(withLimits(...limits)).length).toBeLessThanOrEqual(400);
  });
});

describe('names of JavaScript itself', () => {
  const json = (text: string): unknown => JSON.parse(text);

  test.each(['constructor', 'valueof'])('"%s" is a name like any other', (name) => {
    const document = config({
      models: { [name]: { model_id: 'amazon.nova-lite-v1:0' } },
      applications: { [name]: { environments: [name] } },
      cost_centers: { sales: { model: name, models: [name], applications: [name] } },
    });
    expect(policyOf(document).models.get(name)?.alias).toBe(name);
  });

  test('an inherited name is not found', () => {
    const paths = problemsOf(
      config({
        cost_centers: {
          sales: center({ model: 'constructor', models: ['toString', '__proto__'] }),
        },
        default_cost_center: 'constructor',
      }),
    ).map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'cost_centers.sales.model',
        'cost_centers.sales.models[1]',
        'default_cost_center',
      ]),
    );
  });

  test('__proto__ is refused as a name, wherever it stands', () => {
    const models = json('{"__proto__": {"model_id": "amazon.nova-lite-v1:0"}}');
    const cost_centers = json('{"__proto__": {"model": "lite"}}');
    const paths = problemsOf({ ...config(), models, cost_centers }).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['models.__proto__', 'cost_centers.__proto__']));
    expect(problemsOf(json('{"__proto__": {}, "models": {}}')).map(({ path }) => path)).toContain(
      '__proto__',
    );
  });
});

describe('size', () => {
  test('200 cost centers with three models and 10,000 profiles resolve at once', () => {
    const cost_centers = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        `center-${index}`,
        center({ limits: [LIMIT, { ...LIMIT, window: 'day', model: 'haiku' }] }),
      ]),
    );
    const inferenceProfiles = new Map(
      Array.from({ length: 10_000 }, (_, index) => [
        `center-${index % 200}/docs/dev/lite${index}`,
        'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc',
      ]),
    );
    const startedAt = performance.now();
    const policy = policyOf(config({ cost_centers }), { inferenceProfiles });
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(policy.costCenters.size).toBe(200);
    expect(policy.costCenters.get('center-0')?.inferenceProfiles.size).toBe(50);
  });
});
