/**
 * Goal: events of both kinds become the same request, and no identity that a front, or a forged
 * event, writes into them binds anyone.
 */
import { describe, expect, test } from '@jest/globals';
import { KeyCheck } from '../../../../core/call/identity/proxy-key-check.ts';
import { authenticate } from '../../../../functions/proxy/credentials.ts';
import { type ProxyEvent, toRequest } from '../../../../functions/proxy/lambda-events.ts';

const MODEL = 'arn%3Aaws%3Abedrock%3Aus-east-1%3A111122223333%3Aapplication-inference-profile%2Fx';
const BODY = JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Grüße' }] }] });
const BASE64 = Buffer.from(BODY).toString('base64');
const ROLE = 'arn:aws:sts::111122223333:assumed-role/sales/alice';

/** Payload 1.0, as a REST API sends it; `isBase64Encoded` as its binary types are all. */
const restEvent = {
  resource: '/{path+}',
  path: `/model/${MODEL}/converse`,
  httpMethod: 'POST',
  headers: { 'Content-Type': 'application/json', Host: 'x.execute-api.us-east-1.amazonaws.com' },
  multiValueHeaders: { 'Content-Type': ['application/json'] },
  queryStringParameters: { a: '2' },
  multiValueQueryStringParameters: { a: ['1 2', '2'] },
  pathParameters: { path: 'model/decoded/converse' },
  requestContext: { path: `/proxy/model/${MODEL}/converse`, stage: 'proxy', httpMethod: 'POST' },
  body: BASE64,
  isBase64Encoded: true,
};

/** Payload 2.0, as a Function URL sends it. */
const urlEvent = {
  version: '2.0',
  rawPath: `/model/${MODEL}/converse`,
  rawQueryString: 'a=1+2&a=2',
  headers: { 'content-type': 'application/json', host: 'x.lambda-url.us-east-1.on.aws' },
  requestContext: { http: { method: 'POST', path: '/other' }, stage: '$default' },
  body: BODY,
  isBase64Encoded: false,
};

describe.each<[string, ProxyEvent]>([
  ['a REST API (payload 1.0)', restEvent],
  ['a Function URL (payload 2.0)', urlEvent],
])('an event of %s', (_front, event) => {
  test('has the path as it was sent, without the stage, and every value of the query', () => {
    const { pathname, searchParams } = new URL(toRequest(event).url);
    expect(pathname).toBe(`/model/${MODEL}/converse`);
    expect(searchParams.getAll('a')).toEqual(['1 2', '2']);
  });

  test('has its method, its headers and the bytes of its body', async () => {
    const request = toRequest(event);
    expect(request.method).toBe('POST');
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(await request.text()).toBe(BODY);
  });

  test('may have no headers and no body', () => {
    expect(toRequest({ ...event, headers: null, body: null }).headers.get('host')).toBeNull();
  });
});

/** What API Gateway and Lambda write where a caller is known, here put there by someone else. */
const FORGED: Readonly<Record<string, object>> = {
  'the IAM identity of payload 2.0': {
    authorizer: { iam: { userArn: ROLE, accountId: '111122223333', callerId: 'AROA:alice' } },
  },
  'the claims of an HTTP API': {
    authorizer: { jwt: { claims: { team: 'sales', sub: 'alice' }, scopes: null } },
  },
  'the claims of a REST API': { authorizer: { claims: { team: 'sales' }, principalId: 'alice' } },
  'the context of an authorizer': { authorizer: { costCenter: 'sales', key: 'bcs_x' } },
  'the identity of payload 1.0': {
    identity: { userArn: ROLE, user: 'AROA:alice', caller: 'AROA:alice', apiKey: 'bcs_x' },
  },
};

describe.each(Object.entries(FORGED))('an event with %s', (_what, context) => {
  test.each<[string, ProxyEvent]>([
    ['1.0', restEvent],
    ['2.0', urlEvent],
  ])('of payload %s binds no one', async (_version, event) => {
    const requestContext = { ...event.requestContext, ...context };
    const request = toRequest({ ...event, requestContext });
    expect([...request.headers]).toEqual([...toRequest(event).headers]);
    const keys = new KeyCheck({
      keys: { read: () => Promise.reject(new Error('no key was sent')), used: async () => {} },
      secrets: { sha256: () => '', isEqual: () => true },
      clock: { now: () => 0 },
      warn: () => {},
    });
    expect(await authenticate(request.headers, { keys }, true)).toMatchObject({
      outcome: 'refused',
      status: 403,
    });
  });
});
