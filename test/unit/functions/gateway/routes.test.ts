import { describe, expect, test } from '@jest/globals';
import { callerOf } from '../../../../functions/edge/caller.ts';
import { headMiddleware } from '../../../../functions/edge/head-as-get.ts';
import type { HttpEvent, HttpResponse } from '../../../../functions/edge/http.ts';
import { HttpProblemError } from '../../../../functions/edge/http-error.ts';
import { jsonBodyMiddleware } from '../../../../functions/edge/json-body.ts';
import { routeOf as routeIn } from '../../../../functions/edge/routes.ts';
import { ROUTES } from '../../../../functions/gateway/route-table.ts';
import { toGatewayEvent } from '../../../../sandbox/http/api-gateway-event.ts';
import type { AuthorizerContext } from '../../../../sandbox/http/authorizer.ts';

interface Sent {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly authorizer?: AuthorizerContext;
}

function eventOf({ method = 'GET', url = '/', headers = {}, body = '', authorizer }: Sent) {
  const request = { method, url, headers, body: Buffer.from(body), sourceIp: '127.0.0.1' };
  const event = toGatewayEvent(request, {
    requestId: 'r',
    now: 0,
    ...(authorizer && { authorizer }),
  });
  const parsed: HttpEvent = JSON.parse(JSON.stringify(event));
  return parsed;
}

const routeOf = (event: HttpEvent): string => routeIn(ROUTES, event);

function problemOf(run: () => unknown): HttpProblemError {
  try {
    run();
  } catch (error) {
    if (error instanceof HttpProblemError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('routes', () => {
  test.each(['/v1/usage', '/v1/models', '/healthz'])('%s takes HEAD as GET', (url) => {
    expect(routeOf(eventOf({ method: 'HEAD', url }))).toBe(url);
    expect(problemOf(() => routeOf(eventOf({ method: 'POST', url })))).toMatchObject({
      code: 'method_not_allowed',
      headers: { allow: 'GET, HEAD' },
    });
  });

  test('HEAD is not a way to invoke', () => {
    const event = eventOf({ method: 'HEAD', url: '/v1/invoke' });
    expect(problemOf(() => routeOf(event))).toMatchObject({ headers: { allow: 'POST' } });
  });

  test('another path gets the list of those there are', () => {
    expect(problemOf(() => routeOf(eventOf({ url: '/v1/messages' })))).toMatchObject({
      code: 'not_found',
      message:
        'Path not found. Available: POST /v1/invoke, GET /v1/usage, POST /v1/tokens, GET /v1/models, GET /openapi.json, GET /healthz.',
    });
  });

  test.each([
    ['/v1/usage?cost_center=sales', 'query.cost_center', /did you mean "costCenter"/],
    ['/v1/usage?costCenter=sales&verbose=1', 'query.verbose', /costCenter/],
    ['/v1/usage?constructor=1', 'query.constructor', /costCenter/],
    ['/v1/models?costCenter=sales', 'query.costCenter', /takes none/],
  ])('%s is refused by the name of the parameter', (url, path, message) => {
    const problem = problemOf(() => routeOf(eventOf({ url })));
    expect(problem).toMatchObject({
      code: 'invalid_request',
      parts: { errors: [{ path, message: expect.stringMatching(message) }] },
    });
  });

  test('known parameters are taken, and any by the health route', () => {
    expect(routeOf(eventOf({ url: '/v1/usage?costCenter=sales,support' }))).toBe('/v1/usage');
    expect(routeOf(eventOf({ url: '/healthz?probe=1' }))).toBe('/healthz');
    const post = eventOf({ method: 'POST', url: '/v1/invoke?dry=1' });
    expect(problemOf(() => routeOf(post))).toMatchObject({ code: 'invalid_request' });
  });
});

describe('the answer to HEAD', () => {
  test.each(['after', 'onError'] as const)('has no body (%s)', (hook) => {
    const run = (method: string) => {
      const response: HttpResponse = { statusCode: 200, headers: { a: 'b' }, body: '{"x":1}' };
      const request = Object({ event: eventOf({ method }), response });
      headMiddleware()[hook]?.(request);
      return response;
    };
    expect(run('HEAD')).toEqual({ statusCode: 200, headers: { a: 'b' }, body: '' });
    expect(run('GET').body).toBe('{"x":1}');
  });
});

describe('a compressed body', () => {
  const parse = async (encoding: string) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    const event = eventOf({ method: 'POST', url: '/v1/invoke', headers, body: '{"a":1}' });
    await jsonBodyMiddleware().before?.(Object({ event }));
    return event.body;
  };
  test.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, identity', 'x'])('%s is 415', async (name) => {
    await expect(parse(name)).rejects.toMatchObject({
      code: 'unsupported_media_type',
      message: expect.stringMatching(/^Send the body without Content-Encoding/),
    });
  });
  test.each(['identity', 'Identity', ' '])('%j is no encoding', async (name) => {
    expect(await parse(name)).toEqual({ a: 1 });
  });
});

describe('the caller', () => {
  const arn = 'arn:aws:sts::111122223333:assumed-role/sales/x';
  const signed = eventOf({ authorizer: { iam: { userArn: arn } } });
  const withToken = eventOf({ authorizer: { jwt: { claims: { team: 'sales' }, scopes: null } } });

  test('is known for the audit log also while identity is off', () => {
    expect(callerOf(signed, 'off')).toEqual({ kind: 'iam', arn });
    expect(callerOf(withToken, 'off')).toEqual({ kind: 'jwt', claims: { team: 'sales' } });
    expect(callerOf(eventOf({}), 'off')).toBeUndefined();
  });

  test.each(['iam', 'jwt', 'any'] as const)('is required while identity is %s', (identity) => {
    expect(problemOf(() => callerOf(eventOf({}), identity))).toMatchObject({
      code: 'unauthenticated',
    });
  });
});
