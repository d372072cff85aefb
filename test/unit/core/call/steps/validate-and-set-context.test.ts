import { describe, expect, test } from '@jest/globals';
import { systemDigest } from '../../../../../adapters/system.ts';
import { isProblem } from '../../../../../core/call/answers/answers.ts';
import { validateAndSetContext } from '../../../../../core/call/steps/validate-and-set-context.ts';
import type { Caller } from '../../../../../core/caller.ts';
import type { Policy } from '../../../../../core/policy/policy.ts';
import { request } from '../../../../support/call-harness.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const center = (over: Record<string, unknown> = {}) => ({
  model: 'haiku',
  models: ['haiku', 'micro'],
  applications: ['faq'],
  limits: [],
  ...over,
});

const models = {
  haiku: { model_id: 'global.anthropic.claude-haiku-4-5-20251001-v1:0' },
  micro: { model_id: 'amazon.nova-micro-v1:0' },
  'sonnet-4-5': { model_id: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
  titan: { model_id: 'amazon.titan-text-lite-v1' },
  'sonnet-4-6': { model_id: 'us.anthropic.claude-sonnet-4-6' },
};

const policy = policyOf(
  configWith({
    models,
    applications: {
      faq: { environments: ['dev', 'production'] },
      chat: { environments: ['production'] },
    },
    cost_centers: {
      retail: center({ models: Object.keys(models) }),
      labs: center({ model: 'micro', models: ['micro'], applications: ['chat'] }),
    },
  }),
);

const now = Date.parse('2026-11-23T14:05:30Z');
const validate = (input: unknown, used: Policy = policy, caller?: Caller) =>
  validateAndSetContext(
    {
      policies: { load: async () => used },
      clock: { now: () => now },
      ids: { uuid: () => '11111111-1111-4111-8111-111111111111' },
      digest: systemDigest,
      identity: { isOn: caller !== undefined, acceptsDirectStarts: false },
      warn: () => undefined,
    },
    caller ? { request: input, requestId: 'id', receivedAt: now, caller } : input,
  );

/** Code and paths of a refusal. */
async function refusal(input: unknown, used: Policy = policy, caller?: Caller) {
  const { status, answer } = await validate(input, used, caller);
  expect(status).toBe('not_valid');
  if (!isProblem(answer)) throw new Error('no problem');
  return [answer.code, ...(answer.errors ?? []).map(({ path }) => path)];
}

const tags = (over: Record<string, unknown>) =>
  request({ tags: { applicationId: 'faq', costCenter: 'retail', environment: 'dev', ...over } });

const say = (messages: unknown[], parameters: object = {}, model = 'haiku') =>
  request({ model, prompt: { messages, parameters } });
const user = { role: 'user', content: 'Hi' };

describe('the form of a request', () => {
  test.each([
    [null, ['$']],
    [[], ['$']],
    ['text', ['$']],
    [{}, ['$.model', '$.prompt', '$.tags']],
    [{ ...request(), modle: 1 }, ['$.modle']],
    [tags({ applicationId: undefined }), ['$.tags.applicationId']],
    [tags({ user: 'me' }), ['$.tags.user']],
    [tags({ costCenter: 'a\u0000b' }), ['$.tags.costCenter']],
    [tags({ costCenter: 'x'.repeat(65) }), ['$.tags.costCenter']],
    [request({ model: 'x'.repeat(257) }), ['$.model']],
    [request({ model: 7 }), ['$.model']],
    [say([]), ['$.prompt.messages']],
    [say([{ role: 'tool', content: 'x' }]), ['$.prompt.messages[0].role']],
    [say([{ role: 'user', content: '' }]), ['$.prompt.messages[0].content']],
    [say([{ role: 'user', content: ' \n ' }]), ['$.prompt.messages[0].content']],
    [say([{ role: 'user', content: [] }]), ['$.prompt.messages[0].content']],
    [say([{ role: 'user', content: [{ video: {} }] }]), ['$.prompt.messages[0].content[0].video']],
    [say([{ role: 'user', content: [{}] }]), ['$.prompt.messages[0].content[0]']],
    [say([user], { max_tokens: 0 }), ['$.prompt.parameters.max_tokens']],
    [say([user], { max_tokens: -1 }), ['$.prompt.parameters.max_tokens']],
    [say([user], { max_tokens: 1.5 }), ['$.prompt.parameters.max_tokens']],
    [say([user], { max_tokens: 'NaN' }), ['$.prompt.parameters.max_tokens']],
    [say([user], { max_tokens: 1e300 }), ['$.prompt.parameters.max_tokens']],
    [say([user], { temperature: 1.1 }), ['$.prompt.parameters.temperature']],
    [say([user], { top_p: -0.1 }), ['$.prompt.parameters.top_p']],
    [say([user], { top_k: 0 }), ['$.prompt.parameters.top_k']],
  ])('%j is refused at %j', async (input, paths) => {
    const [code, ...found] = await refusal(input);
    expect(code).toBe('invalid_request');
    expect([...new Set(found)]).toEqual(expect.arrayContaining(paths));
  });

  test('every problem is reported at once, each with what to write', async () => {
    const { answer } = await validate({
      model: 1,
      prompt: { messages: [{ role: 'x', content: 1 }], parameters: { temperature: 3, foo: 1 } },
      tags: {},
    });
    expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
    const errors = isProblem(answer) ? (answer.errors ?? []) : [];
    expect(errors.map(({ path }) => path).sort()).toEqual([
      '$.model',
      '$.prompt.messages[0].content',
      '$.prompt.messages[0].role',
      '$.prompt.parameters.foo',
      '$.prompt.parameters.temperature',
      '$.tags.applicationId',
    ]);
    expect(errors.every(({ message }) => message.length > 10)).toBe(true);
  });

  test('10,000 messages are taken, one more is not', async () => {
    const many = (count: number) => say(Array.from({ length: count }, () => user));
    expect((await validate(many(10_000))).status).toBe('valid');
    expect(await refusal(many(10_001))).toEqual(['invalid_request', '$.prompt.messages']);
  });
});

describe('who pays', () => {
  test.each([
    [request({ model: 'ghost' }), 'unknown_model', '$.model'],
    [request({ model: 'micro', ...{} }), undefined, undefined],
    [tags({ costCenter: 'ghost' }), 'unknown_cost_center', '$.tags.costCenter'],
    [tags({ applicationId: 'ghost' }), 'application_not_allowed', '$.tags.applicationId'],
    [
      tags({ applicationId: 'chat', environment: 'production' }),
      'application_not_allowed',
      '$.tags.applicationId',
    ],
    [tags({ environment: 'moon' }), 'unknown_environment', '$.tags.environment'],
    [{ ...tags({}), model: 'labs' }, 'cost_center_mismatch', '$.tags.costCenter'],
    [
      { ...request(), tags: { applicationId: 'chat', costCenter: 'labs' } },
      'model_not_allowed',
      '$.model',
    ],
    [tags({ costCenter: undefined }), 'invalid_request', '$.tags.costCenter'],
    [tags({ costCenter: '__proto__' }), 'invalid_request', '$.tags.costCenter'],
    [request({ model: 'constructor' }), 'unknown_model', '$.model'],
  ])('%j: %s', async (input, code, path) => {
    if (code === undefined) expect((await validate(input)).status).toBe('valid');
    else expect(await refusal(input)).toEqual([code, path]);
  });

  test('a cost center as model pays with its own model', async () => {
    const state = await validate({ ...tags({ costCenter: undefined }), model: 'retail' });
    expect(state).toMatchObject({ status: 'valid', tags: { costCenter: 'retail' } });
    expect(state.status === 'valid' && state.candidates[0].model).toBe('haiku');
  });

  test('a full model id is found', async () => {
    const state = await validate(request({ model: models.micro.model_id }));
    expect(state.status === 'valid' && state.candidates[0].model).toBe('micro');
  });

  test('the default cost center pays when none is named', async () => {
    const state = await validate(tags({ costCenter: undefined }), {
      ...policy,
      defaultCostCenter: 'retail',
    });
    expect(state.tags.costCenter).toBe('retail');
  });
});

describe('who may', () => {
  const bound = policyOf(
    configWith({
      applications: {
        faq: { environments: ['dev', 'production'] },
        chat: { environments: ['production'] },
      },
      cost_centers: {
        retail: center({
          applications: ['faq', 'chat'],
          callers: {
            iam_role_arns: ['arn:aws:iam::111122223333:role/retail'],
            applications: ['faq'],
          },
        }),
        labs: center({ callers: { jwt: { team: 'labs' } } }),
      },
    }),
  );
  const role: Caller = { kind: 'iam', arn: 'arn:aws:sts::111122223333:assumed-role/retail/x' };

  test('a caller bound to one cost center needs no tag', async () => {
    const state = await validate(tags({ costCenter: undefined }), bound, role);
    expect(state).toMatchObject({ status: 'valid', tags: { costCenter: 'retail' }, caller: role });
  });

  test('naming another one is forbidden, and reveals nothing of it', async () => {
    const input = { ...tags({ costCenter: 'labs' }), model: 'ghost' };
    expect(await refusal(input, bound, role)).toEqual([
      'forbidden_cost_center',
      '$.tags.costCenter',
    ]);
    const { answer } = await validate(input, bound, role);
    expect(answer).toMatchObject({ status: 403 });
  });

  test('a stranger is bound to none', async () => {
    const stranger: Caller = { kind: 'jwt', claims: { team: 'x' } };
    const [code] = await refusal(tags({ costCenter: undefined }), bound, stranger);
    expect(code).toBe('forbidden_cost_center');
  });

  describe('several bindings', () => {
    const iam_role_arns = (name: string) => [`arn:aws:iam::111122223333:role/${name}`];
    const listed = policyOf(
      configWith({
        applications: {
          faq: {
            environments: ['dev', 'staging', 'production'],
            default_environment: 'production',
          },
          chat: { environments: ['production', 'dev'] },
        },
        cost_centers: {
          retail: center({
            applications: ['faq', 'chat'],
            callers: [
              { iam_role_arns: iam_role_arns('dev-*'), environments: ['dev'] },
              {
                iam_role_arns: iam_role_arns('dev-ci'),
                applications: ['faq'],
                environments: ['staging'],
              },
              { jwt: { team: 'retail' } },
            ],
          }),
        },
      }),
    );
    const as = (name: string): Caller => ({
      kind: 'iam',
      arn: `arn:aws:sts::111122223333:assumed-role/${name}/session`,
    });
    const claim = (applicationId: string, environment?: string) =>
      tags({ applicationId, environment });

    test.each([
      ['dev-a', 'faq', 'production', 'forbidden_environment'],
      ['dev-a', 'faq', 'staging', 'forbidden_environment'],
      ['dev-ci', 'chat', 'staging', 'unknown_environment'],
      ['dev-ci', 'chat', 'production', 'forbidden_environment'],
    ])('%s may not call for %s in %s', async (name, application, environment, code) => {
      const input = claim(application, environment);
      expect(await refusal(input, listed, as(name))).toEqual([code, '$.tags.environment']);
    });

    test.each([
      ['dev-a', 'faq', 'dev', 'dev'],
      ['dev-a', 'faq', undefined, 'dev'],
      ['dev-a', 'chat', undefined, 'dev'],
      ['dev-ci', 'faq', 'staging', 'staging'],
      ['dev-ci', 'chat', 'dev', 'dev'],
    ])('%s calls for %s in %s', async (name, application, environment, chosen) => {
      const state = await validate(claim(application, environment), listed, as(name));
      expect(state).toMatchObject({ status: 'valid', tags: { environment: chosen } });
    });

    test('without a limit to environments the default counts', async () => {
      const caller: Caller = { kind: 'jwt', claims: { team: 'retail' } };
      const state = await validate(claim('faq'), listed, caller);
      expect(state).toMatchObject({ status: 'valid', tags: { environment: 'production' } });
    });

    test('where several are left, the environment is required', async () => {
      const { answer } = await validate(claim('faq'), listed, as('dev-ci'));
      const message = 'is required: use one of dev, staging';
      expect(answer).toMatchObject({
        status: 400,
        code: 'invalid_request',
        errors: [{ path: '$.tags.environment', message }],
      });
    });
  });

  test('a request without an environment is refused where the application has several', async () => {
    const { answer } = await validate(tags({ environment: undefined }));
    expect(answer).toMatchObject({
      status: 400,
      code: 'invalid_request',
      errors: [{ path: '$.tags.environment', message: 'is required: use one of dev, production' }],
    });
  });

  test('a caller that is not bound learns nothing of the policy', async () => {
    const stranger: Caller = { kind: 'iam', arn: 'arn:aws:sts::1:assumed-role/x/y' };
    const own = (input: object) => validate(input, bound, stranger);
    const known = await own(tags({ costCenter: 'labs', environment: 'dev' }));
    const made = await own({ ...tags({ costCenter: 'zz', applicationId: 'zz' }), model: 'zz' });
    for (const { answer, dimensions } of [known, made]) {
      expect(Object.keys(answer.tags).sort()).toEqual(['requestId', 'timestamp']);
      expect(new Set(Object.values(dimensions))).toEqual(new Set(['other']));
      expect(answer).toMatchObject({ status: 403, errors: [{ path: '$.tags.costCenter' }] });
    }
  });

  test("a bound caller cannot tell another cost center's name from a name of none", async () => {
    const asModel = (model: string) =>
      refusal({ ...tags({ costCenter: undefined }), model }, bound, role);
    expect(await asModel('labs')).toEqual(await asModel('zz'));
    const tagged = (costCenter: string) => validate(tags({ costCenter }), bound, role);
    const [labs, none] = [await tagged('labs'), await tagged('zz')];
    const text = (state: typeof labs) => JSON.stringify(state.answer).replaceAll('labs', 'zz');
    expect(text(labs)).toBe(text(none));
  });

  test('callers may be kept to some of the applications', async () => {
    const input = tags({ applicationId: 'chat', environment: 'production' });
    expect(await refusal(input, bound, role)).toEqual([
      'application_not_allowed',
      '$.tags.applicationId',
    ]);
  });
});

describe('what a model would reject', () => {
  const on = (model: string, parameters: object, messages: unknown[] = [user]) =>
    say(messages, parameters, model);
  test.each([
    [on('haiku', { max_tokens: 64_001 }), '$.prompt.parameters.max_tokens', /at most 64000/],
    [on('sonnet-4-5', { temperature: 0.5, top_p: 0.5 }), '$.prompt.parameters.top_p', /together/],
    [on('titan', { top_k: 5 }), '$.prompt.parameters.top_k', /leave it out/],
    [
      on('titan', {}, [{ role: 'system', content: 's' }, user]),
      '$.prompt.messages',
      /no system messages/,
    ],
    [
      on('sonnet-4-6', {}, [user, { role: 'assistant', content: 'So' }]),
      '$.prompt.messages',
      /go on/,
    ],
    [
      on('haiku', {}, [user, { role: 'assistant', content: 'So ' }]),
      '$.prompt.messages',
      /white space/,
    ],
    [
      on('titan', {}, [
        { role: 'user', content: [{ text: 'x' }, { cachePoint: { type: 'default' } }] },
      ]),
      '$.prompt.messages',
      /cachePoint/,
    ],
    [on('haiku', {}, [{ role: 'system', content: 's' }]), '$.prompt.messages', /only system/],
    [
      on('haiku', {}, [{ role: 'assistant', content: 'a' }, user]),
      '$.prompt.messages[0].role',
      /must be the user's/,
    ],
  ])('%j', async (input, path, message) => {
    const { status, answer } = await validate(input);
    expect(status).toBe('not_valid');
    const errors = isProblem(answer) ? answer.errors : undefined;
    expect(errors).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test("max_tokens is the model's default when not given, and its maximum is taken", async () => {
    const given = await validate(on('haiku', { max_tokens: 64_000 }));
    expect(given.status).toBe('valid');
    const unset = await validate(on('haiku', {}));
    const model = policy.models.get('haiku');
    expect(unset.status === 'valid' && unset.candidates[0].inferenceConfig).toEqual({
      maxTokens: model?.defaultMaxTokens,
    });
  });
});
