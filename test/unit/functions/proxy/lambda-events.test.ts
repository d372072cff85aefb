/**
 * Goal: events of both kinds become the same request, and no identity that a front, or a forged
 * event, writes into them binds anyone.
 */
import { describe, expect, test } from '@jest/globals';
import { KeyCheck } from '../../../../core/call/identity/proxy-key-check.ts';
import { authenticate } from '../../../../functions/proxy/credentials.ts';
import {
  toRequest as asRequest,
  type ProxyEvent,
} from '../../../../functions/proxy/lambda-events.ts';

function toRequest(event: ProxyEvent): Request {
  const request = asRequest(event);
  if (!request) throw new Error('no request');
  return request;
}

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
    expect(
      toRequest({ ...event, headers: null, multiValueHeaders: null, body: null }).headers.get(
        'host',
      ),
    ).toBeNull();
  });
});

describe('an event that no client of a model API sends', () => {
  test.each(['TRACE', 'CONNECT', 'get', 'A B'])(
    'has the method %p, and is no request',
    (method) => {
      expect(asRequest({ ...restEvent, httpMethod: method })).toBeUndefined();
      expect(asRequest({ ...urlEvent, requestContext: { http: { method } } })).toBeUndefined();
    },
  );

  test.each([
    ['x-title', '\u6f22'],
    ['x-title', 'a\r\nauthorization: b'],
    ['x title', 'a'],
  ])('has a header %p that HTTP does not allow, which is left out', (name, value) => {
    const headers = { ...urlEvent.headers, [name]: value };
    expect([...toRequest({ ...urlEvent, headers }).headers]).toEqual([
      ...toRequest(urlEvent).headers,
    ]);
  });

  test('has a header twice: every value counts, not the last alone', async () => {
    const headers = { Authorization: 'Bearer bcs_b' };
    const multiValueHeaders = { Authorization: ['Bearer bcs_a', 'Bearer bcs_b'] };
    const request = toRequest({ ...restEvent, headers, multiValueHeaders });
    expect(request.headers.get('authorization')).toBe('Bearer bcs_a, Bearer bcs_b');
    const known = await authenticate(request.headers, {}, true);
    expect(known).toMatchObject({ outcome: 'refused' });
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
