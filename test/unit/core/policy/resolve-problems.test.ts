import { describe, expect, test } from '@jest/globals';
import type { Policy } from '../../../../core/policy/policy.ts';
import { policyOf } from '../../../support/policy.ts';
import { center, config, LIMIT, problemsOf, withLimits } from '../../../support/small-config.ts';

describe('problems', () => {
  test('are reported all at once, of form and across the document', () => {
    const problems = problemsOf({
      modles: {},
      models: { lite: { model_id: 'amazon.nova-litte-v1:0' }, haiku: { model_id: 7 } },
      applications: { docs: { environments: [] } },
      cost_centers: {
        lite: center({
          models: ['lite', 'lite', 'x'],
          limits: [{ window: 'year', unit: 'usd', amount: -1 }],
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
      'must be at most 9007199.25 (about USD 9 million)',
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
      'callers without an identity',
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

  test('__proto__ is refused as a name, wherever it is', () => {
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
  /** That many cost centers with three models and fifty profiles each. */
  const resolveMany = (centers: number): Policy => {
    const cost_centers = Object.fromEntries(
      Array.from({ length: centers }, (_, index) => [
        `center-${index}`,
        center({ limits: [LIMIT, { ...LIMIT, window: 'day', model: 'haiku' }] }),
      ]),
    );
    const inferenceProfiles = new Map(
      Array.from({ length: centers * 50 }, (_, index) => [
        `center-${index % centers}/docs/dev/lite${index}`,
        'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc',
      ]),
    );
    return policyOf(config({ cost_centers }), { inferenceProfiles });
  };

  const cpuOf = (work: () => void): number => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };

  test('200 cost centers with three models and 10,000 profiles resolve', () => {
    const policy = resolveMany(200);
    expect(policy.costCenters.size).toBe(200);
    expect(policy.costCenters.get('center-0')?.inferenceProfiles.size).toBe(50);
  });

  test('sixteen times the cost centers take far less than 256 times the work', () => {
    const least = (work: () => void) => Math.min(...[1, 2, 3].map(() => cpuOf(work)));
    const once = least(() => {
      for (let i = 0; i < 4; i += 1) resolveMany(25);
    });
    expect((least(() => resolveMany(400)) * 4) / once).toBeLessThan(80);
  });
});
