/** Method: paths to operations, problems to the answers of the Bedrock runtime. */
import { describe, expect, test } from '@jest/globals';
import { problemDetails } from '../../../../core/call/answers/answers.ts';
import { PROBLEM_CODES } from '../../../../core/problem-http-status.ts';
import { apiRoute } from '../../../../core/protocols/http/api-route.ts';
import { bedrockErrors } from '../../../../core/protocols/http/bedrock-error.ts';
import { problemKind } from '../../../../core/protocols/http/error-kind.ts';
import { readJsonBody, strictJsonBody } from '../../../../core/protocols/http/json-body.ts';
import { typedEntries } from '../../../../core/unvalidated.ts';
import { limit, NOW, tags } from '../../../support/denied-limit.ts';

describe('a path', () => {
  test.each([
    ['/model/haiku/converse', 'converse', 'haiku'],
    ['/model/us.a.b-v1%3A0/converse-stream', 'converse-stream', 'us.a.b-v1:0'],
    ['/model/us.a.b-v1:0/invoke', 'invoke', 'us.a.b-v1:0'],
    [
      '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aapplication-inference-profile%2Fx/invoke-with-response-stream',
      'invoke-with-response-stream',
      'arn:aws:bedrock:us-east-1:1:application-inference-profile/x',
    ],
    [
      '/model/arn:aws:a:b:c:application-inference-profile/x/converse',
      'converse',
      'arn:aws:a:b:c:application-inference-profile/x',
    ],
    ['/model/a%252Fb/converse', 'converse', 'a%2Fb'],
    ['/model/a%zz/converse', 'converse', 'a%zz'],
  ])('%s', (path, operation, modelName) => {
    expect(apiRoute('POST', path)).toEqual({
      outcome: 'found',
      route: { api: 'bedrock', kind: 'model', operation, modelName },
    });
  });

  test('may name the application and the environment first', () => {
    expect(apiRoute('POST', '/app/faq%20a/dev/model/haiku/converse')).toMatchObject({
      route: { application: 'faq a', environment: 'dev', modelName: 'haiku' },
    });
  });

  test.each([
    ['/inference-profiles', { kind: 'profiles' }],
    ['/inference-profiles/us.a%3A0', { kind: 'profile', profile: 'us.a:0' }],
    ['/app/a/b/inference-profiles', { kind: 'profiles', application: 'a', environment: 'b' }],
  ])('%s is read', (path, route) => {
    expect(apiRoute('GET', path)).toEqual({
      outcome: 'found',
      route: { api: 'bedrock', ...route },
    });
    expect(apiRoute('POST', path)).toMatchObject({ outcome: 'wrong_method', allow: 'GET' });
  });

  test('that is unknown names the routes, and the base URL where a prefix is wrong', () => {
    const wrong = apiRoute('POST', '/bedrock/model/haiku/converse');
    expect(wrong).toMatchObject({
      outcome: 'not_found',
      detail: expect.stringContaining('base URL'),
    });
    expect(apiRoute('GET', '/nothing')).toMatchObject({ outcome: 'not_found' });
    expect(apiRoute('GET', '/model/haiku/converse')).toMatchObject({ allow: 'POST' });
  });
});

const denied = (over: object, retryAfter = 9) => {
  const parts = { limit: { ...limit, ...over }, retryAfter };
  return bedrockErrors.problem(problemDetails('limit_exceeded', tags, 'The limit.', parts), NOW);
};

describe('a denial', () => {
  test('that only the window ends is final: no client asks again', () => {
    const { status, headers, body } = denied({});
    expect(status).toBe(402);
    expect(headers).toMatchObject({
      'x-amzn-errortype': 'ServiceQuotaExceededException',
      'x-should-retry': 'false',
    });
    expect(headers).not.toHaveProperty('retry-after');
    expect(JSON.parse(body)).toEqual({
      __type: 'ServiceQuotaExceededException',
      message: 'The limit.',
    });
  });

  test.each([
    ['calls in flight', { reason: 'reserved' as const }, 3],
    ['the rest of a minute', { resetsAt: '2026-11-29T10:00:41Z' }, 41],
  ])('by %s passes', (_, over, seconds) => {
    expect(denied(over, seconds)).toMatchObject({
      status: 429,
      headers: {
        'x-amzn-errortype': 'ThrottlingException',
        'retry-after': `${seconds}`,
        'x-amz-retry-after': `${seconds}000`,
      },
    });
  });
});

test.each([
  ['invalid_request', 400, 'ValidationException'],
  ['unknown_model', 404, 'ResourceNotFoundException'],
  ['unauthenticated', 403, 'AccessDeniedException'],
  ['forbidden_cost_center', 403, 'AccessDeniedException'],
  ['ledger_unavailable', 503, 'ServiceUnavailableException'],
  ['payload_too_large', 413, 'ValidationException'],
] as const)('%s is %i %s', (code, status, name) => {
  const error = bedrockErrors.problem(problemDetails(code, tags, 'why'), NOW);
  expect(error).toMatchObject({ status, headers: { 'x-amzn-errortype': name } });
});

test.each([
  ['DeadlineExceeded', 408, 'false'],
  ['ConnectionLost', 424, 'false'],
  ['NotSent', 503, undefined],
])('a call that ended as %s is %i', (name, status, retry) => {
  const upstream = { name, message: 'm' };
  const error = bedrockErrors.problem(
    problemDetails('invocation_failed', tags, 'why', { upstream }),
    NOW,
  );
  expect(error.status).toBe(status);
  expect(error.headers['x-should-retry']).toBe(retry);
});

const bodyOf = (text: string) => {
  const read = readJsonBody(Buffer.from(text));
  return 'problem' in read ? read : strictJsonBody(read);
};

describe('a body', () => {
  test.each(['', '[]', '{', '{"a":1,"a":2}', '"text"', '{"__proto__":1}'])(
    '%p is refused',
    (text) => expect(bodyOf(text)).toHaveProperty('problem'),
  );

  test('that is an object is taken', () => {
    expect(bodyOf('{"a":[1]}')).toEqual({ body: { a: [1] } });
  });
});

test.each([
  [401, 'unauthenticated'],
  [403, 'forbidden'],
  [503, 'unavailable'],
])('each problem of status %d is %s in every API', (status, kind) => {
  const codes = typedEntries(PROBLEM_CODES).filter(([, [each]]) => each === status);
  const kinds = codes.map(([code]) => [
    code,
    problemKind(problemDetails(code, tags, 'x'), NOW).kind,
  ]);
  expect(kinds).toEqual(codes.map(([code]) => [code, kind]));
});
