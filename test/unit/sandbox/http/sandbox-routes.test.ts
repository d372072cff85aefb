import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import type { OverrideRequest } from '../../../../core/policy/plan-override.ts';
import { SandboxClock } from '../../../../sandbox/base/clock.ts';
import { RecentEntries } from '../../../../sandbox/base/recent-entries.ts';
import type { BedrockBehavior } from '../../../../sandbox/engines/bedrock/behavior.ts';
import { LogSink } from '../../../../sandbox/engines/cloudwatch/log-sink.ts';
import type { LedgerBehavior } from '../../../../sandbox/engines/dynamodb/behavior.ts';
import type { AlertsBehavior } from '../../../../sandbox/engines/event-bridge/behavior.ts';
import { answerSandboxRoute } from '../../../../sandbox/http/sandbox-routes.ts';
import { createTokenIssuer, type TokenIssuer } from '../../../../sandbox/http/token-issuer.ts';
import { createDemoIdentities } from '../../../../sandbox/setup/demo-identities.ts';
import { settingsOf } from '../../../../sandbox/setup/settings.ts';
import { configWith, policyOf } from '../../../support/policy.ts';

type Behavior = AlertsBehavior | BedrockBehavior | LedgerBehavior;

let tokens: TokenIssuer;
let behaviors: Behavior[];
let clocksSet: number;
let changes: OverrideRequest[];
let parts: Parameters<typeof answerSandboxRoute>[0];
beforeAll(async () => {
  tokens = await createTokenIssuer();
});
beforeEach(() => {
  behaviors = [];
  clocksSet = 0;
  const behave = (behavior: Behavior) => void behaviors.push(behavior);
  changes = [];
  parts = {
    keys: {
      create: async () => ({ value: {} }),
      list: async () => ({ keys: [] }),
      revoke: async () => ({ value: {} }),
      rotate: async () => ({ value: {} }),
    },
    settings: settingsOf(
      policyOf(configWith()),
      { identity: 'off', bedrock: 'mock' },
      'http://127.0.0.1:1',
    ),
    telemetry: new LogSink(() => undefined),
    eventBridge: { alerts: new RecentEntries(), behave },
    bedrock: { requests: new RecentEntries(), behave },
    dynamoDb: { requests: new Map([['UpdateItem', 2]]), behave },
    limits: {
      report: async () => ({ asOf: 'now', timeZone: 'UTC', limits: [] }),
      change: async (change) => {
        changes.push(change);
        return { problems: [{ path: 'limit', message: 'is unknown' }] };
      },
    },
    clock: new SandboxClock(),
    clockMoves: true,
    functions: [
      {
        setClock: async () => {
          clocksSet += 1;
        },
      },
    ],
    sweep: { invoke: async () => ({ payload: '{"expired":1}' }) },
    identities: createDemoIdentities(policyOf(configWith())),
    tokens,
  };
});

const call = (method: string, path: string, body?: unknown) =>
  answerSandboxRoute(parts, {
    method,
    url: `/_sandbox/${path}`,
    headers: {},
    body: Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? '')),
    sourceIp: '127.0.0.1',
  });

describe('a behavior', () => {
  const BEDROCK: BedrockBehavior = {
    latencyMs: 5,
    usage: { inputTokens: 1, outputTokens: 2, cacheReadInputTokens: 3, cacheWriteInputTokens: 4 },
    text: 'Ahoy',
    fail: { name: 'ThrottlingException', times: 3 },
    hang: true,
  };

  test.each([
    ['bedrock/behavior', BEDROCK],
    ['bedrock/behavior', {}],
    ['ledger/behavior', { fail: { operation: 'UpdateItem', when: 'after', times: 2 } }],
    ['ledger/behavior', { fail: { operation: 'UpdateItem', when: 'after', times: 1, skip: 4 } }],
    ['ledger/behavior', {}],
    ['alerts/behavior', { fail: { times: 2 } }],
    ['alerts/behavior', {}],
  ])('%s takes %j', async (path, behavior) => {
    expect((await call('POST', path, behavior)).status).toBe(200);
    expect(behaviors).toEqual([behavior]);
  });

  test.each<[string, unknown, string, RegExp]>([
    ['bedrock', { fail: { name: 'no name', times: 1 } }, 'fail.name', /ThrottlingException/],
    [
      'bedrock',
      { fail: { name: 'ThrottlingException', status: 200, times: 1 } },
      'fail.status',
      /from 400/,
    ],
    ['bedrock', { fail: { name: 'ThrottlingException' } }, 'fail.times', /is required/],
    ['bedrock', { fail: { name: 'ThrottlingException', times: 0 } }, 'fail.times', /from 1/],
    ['bedrock', { fail: true }, 'fail', /JSON object/],
    ['bedrock', { latency: 5 }, 'latency', /use one of latencyMs/],
    ['bedrock', { latencyMs: -1 }, 'latencyMs', /from 0/],
    ['bedrock', { latencyMs: '5' }, 'latencyMs', /whole number/],
    ['bedrock', { serviceTier: 5 }, 'serviceTier', /non-empty string/],
    ['bedrock', { usage: { tokens: 1 } }, 'usage.tokens', /use one of inputTokens/],
    ['bedrock', { usage: [] }, 'usage', /JSON object/],
    ['bedrock', { text: '' }, 'text', /non-empty/],
    ['bedrock', { hang: false }, 'hang', /true or absent/],
    ['bedrock', [], '', /JSON object/],
    ['bedrock', 'not JSON', '', /JSON object/],
    [
      'ledger',
      { fail: { operation: 'X', when: 'before', times: 1 } },
      'fail.operation',
      /UpdateItem/,
    ],
    ['ledger', { fail: { operation: 'Query', when: 'x', times: 1 } }, 'fail.when', /before, after/],
    ['ledger', { fail: { operation: 'Query', when: 'after' } }, 'fail.times', /is required/],
    [
      'ledger',
      { fail: { operation: 'Query', when: 'after', times: 1, skip: -1 } },
      'fail.skip',
      /from 0/,
    ],
    ['alerts', { fail: {} }, 'fail.times', /is required/],
    ['alerts', { fail: { times: 0 } }, 'fail.times', /from 1/],
    ['alerts', { fail: { times: 1, when: 'before' } }, 'fail.when', /use one of times/],
    ['alerts', { fail: 1 }, 'fail', /JSON object/],
    ['alerts', [], '', /JSON object/],
    ['ledger', { fails: {} }, 'fails', /use one of fail/],
    ['ledger', { fail: 1 }, 'fail', /JSON object/],
    ['ledger', null, '', /JSON object/],
  ])('of %s is not %j', async (path, body, at, message) => {
    const answer = await call('POST', `${path}/behavior`, body);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_request',
        errors: [{ path: at, message: expect.stringMatching(message) }],
      },
    });
    expect(behaviors).toEqual([]);
  });
});

test('the settings say how it was started, and who may name what', async () => {
  const costCenters = [
    {
      name: 'retail',
      models: ['haiku', 'micro'],
      applications: [{ name: 'faq', environments: ['dev', 'production'] }],
    },
  ];
  const now = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  expect(await call('GET', 'settings')).toMatchObject({
    status: 200,
    body: {
      now,
      identity: 'off',
      bedrock: 'mock',
      workflow: {
        url: 'http://127.0.0.1:1',
        stateMachineArn: expect.stringMatching(/^arn:aws:states:.*:stateMachine:/),
      },
      costCenters,
    },
  });
});

describe('the last entries of a list', () => {
  beforeEach(() => {
    for (const entry of [1, 2, 3]) {
      parts.telemetry.add('f', JSON.stringify({ kind: 'audit', entry }));
    }
  });
  const entries = async (path: string) => {
    const { body } = await call('GET', path);
    return Array.isArray(body) ? body.map(({ entry }) => entry) : body;
  };

  test('are all it gives when asked for them', async () => {
    expect(await entries('audit?last=2')).toEqual([2, 3]);
    expect(await entries('audit?last=99')).toEqual([1, 2, 3]);
    expect(await entries('audit')).toEqual([1, 2, 3]);
  });

  test.each(['0', '-1', 'x', '1.5', ''])('are counted: not %j', async (last) => {
    expect(await call('GET', `audit?last=${last}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'last' }] },
    });
  });
});

describe('the clock', () => {
  test('goes on from the time it is set to, once every function has it', async () => {
    const begun = Date.now();
    const answer = await call('POST', 'clock', { now: '2031-05-05T12:00:00Z' });
    expect(answer).toMatchObject({
      status: 200,
      body: { now: expect.stringMatching(/^2031-05-05T12:00:00/) },
    });
    const sinceSet = parts.clock.now() - Date.parse('2031-05-05T12:00:00Z');
    expect(sinceSet).toBeGreaterThanOrEqual(0);
    expect(sinceSet).toBeLessThanOrEqual(Date.now() - begun);
    expect(clocksSet).toBe(1);
    await call('POST', 'clock', { now: null });
    expect(parts.clock.offsetMs).toBe(0);
  });

  test.each([
    {},
    { now: 5 },
    { now: 'tomorrow' },
    { now: '2026-13-01T00:00:00Z' },
    { now: '2026-11-01' },
    'x',
  ])('is not set to %j', async (body) => {
    expect((await call('POST', 'clock', body)).status).toBe(400);
    expect(clocksSet).toBe(0);
  });

  test('stays with the real Bedrock', async () => {
    parts = { ...parts, clockMoves: false };
    expect((await call('POST', 'clock', { now: null })).status).toBe(409);
  });
});

describe('overrides', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['POST', { limit: 'a/b' }, 'action', /one of raise, lower/],
    ['POST', { action: 'grow', limit: 'a/b' }, 'action', /one of raise, lower, reset/],
    ['POST', { action: 'raise' }, 'limit', /is required/],
    ['POST', { action: 'raise', limit: 3 }, 'limit', /must be text/],
    ['POST', { action: 'raise', limit: 'a/b', until: 3 }, 'until', /must be text/],
    ['POST', { action: 'raise', limit: 'a/b', at: 3 }, 'at', /use one of action, limit/],
    ['POST', [], '', /JSON object/],
    ['DELETE', {}, 'limit', /is required/],
    [
      'DELETE',
      { limit: 'a/b', to: 5 },
      'to',
      /use one of limit, user, key, session, reason, author/,
    ],
  ])('%s does not take %j', async (method, body, path, message) => {
    const answer = await call(method, 'overrides', body);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ path, message: expect.stringMatching(message) }] },
    });
    expect(changes).toEqual([]);
  });

  test('take an amount as a number or as text, and say what the change is refused for', async () => {
    const raise = { action: 'raise', limit: 'a/b', until: '3d', reason: 'r', author: 'a' };
    const answer = await call('POST', 'overrides', { ...raise, to: 0.5 });
    await call('POST', 'overrides', { ...raise, by: '7' });
    await call('DELETE', 'overrides', { limit: 'a/b', reason: 'r' });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'limit', message: 'is unknown' }] },
    });
    expect(changes).toEqual([
      { ...raise, to: '0.5' },
      { ...raise, by: '7' },
      { action: 'reset', limit: 'a/b', reason: 'r' },
    ]);
  });

  test('are 503 when the ledger was made to fail', async () => {
    const report = () => Promise.reject(new LedgerUnavailableError('the ledger did not answer'));
    parts = { ...parts, limits: { ...parts.limits, report } };
    expect(await call('GET', 'overrides')).toMatchObject({
      status: 503,
      body: { code: 'ledger_unavailable', detail: 'the ledger did not answer.' },
    });
  });
});

describe('other routes', () => {
  test.each(['metrics', 'audit', 'alerts', 'bedrock/requests'])(
    'GET %s is a list',
    async (path) => {
      expect(await call('GET', path)).toMatchObject({ status: 200, body: [] });
    },
  );

  test('GET dynamodb/requests counts by operation', async () => {
    expect((await call('GET', 'dynamodb/requests')).body).toEqual({ UpdateItem: 2 });
  });

  test('POST sweep answers what the function did, or why it failed', async () => {
    expect((await call('POST', 'sweep')).body).toEqual({ expired: 1 });
    const error = { errorType: 'E', errorMessage: 'm' };
    parts = { ...parts, sweep: { invoke: async () => ({ error }) } };
    expect(await call('POST', 'sweep', {})).toMatchObject({
      status: 502,
      body: { detail: 'E: m' },
    });
  });

  test('POST token mints what the issuer accepts', async () => {
    const { token } = Object((await call('POST', 'token', { claims: { team: 'a' } })).body);
    expect(await tokens.verify(token)).toMatchObject({ claims: { team: 'a' } });
    expect((await call('POST', 'token', { claims: 'a' })).status).toBe(400);
    expect((await call('POST', 'token', [])).status).toBe(400);
  });

  test('GET identities and jwks', async () => {
    const { roles } = Object((await call('GET', 'identities')).body);
    expect(roles).toHaveLength(1);
    const { keys } = Object((await call('GET', 'jwks')).body);
    expect(keys[0]).not.toHaveProperty('d');
  });

  test('unknown paths and methods say what there is', async () => {
    expect(await call('GET', 'nothing')).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('/_sandbox/metrics') },
    });
    expect(await call('GET', '__proto__')).toMatchObject({ status: 404 });
    expect(await call('DELETE', 'metrics')).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
  });
});
