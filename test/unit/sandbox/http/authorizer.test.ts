/** Method: requests signed by the SDK's own signer, then changed in one way. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SignatureV4 } from '@smithy/signature-v4';
import { boundCostCenters } from '../../../../core/call/context/caller-cost-centers.ts';
import { authorize } from '../../../../sandbox/http/authorizer.ts';
import type { SignedRequest } from '../../../../sandbox/http/sigv4.ts';
import { createTokenIssuer, type TokenIssuer } from '../../../../sandbox/http/token-issuer.ts';
import {
  createDemoIdentities,
  type RoleIdentity,
  sessionArn,
} from '../../../../sandbox/setup/demo-identities.ts';
import { configWith, policyOf } from '../../../support/policy.ts';

const center = (callers: object) => ({
  model: 'haiku',
  models: ['haiku'],
  applications: ['faq'],
  limits: [],
  callers,
});
const POLICY = policyOf(
  configWith({
    cost_centers: {
      sales: center({
        iam_role_arns: [
          'arn:aws:iam::111122223333:role/sales-*',
          'arn:aws:iam::111122223333:role/team/*/web',
        ],
      }),
      support: center({ iam_role_arns: [], jwt: { team: 'support' } }),
      people: center({ jwt: { email: 'hr@example.com' } }),
    },
  }),
);
const IDENTITIES = createDemoIdentities(POLICY);
const [SALES, , STRANGER] = IDENTITIES.roles;
let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await createTokenIssuer();
});

interface Signing {
  readonly role?: Partial<RoleIdentity>;
  readonly service?: string;
  readonly date?: Date;
  readonly url?: string;
}

async function signed({
  role,
  service = 'execute-api',
  date,
  url,
}: Signing = {}): Promise<SignedRequest> {
  const body = Buffer.from('{"model":"haiku"}');
  const target = new URL(url ?? '/v1/invoke', 'http://127.0.0.1:8787');
  const signer = new SignatureV4({
    credentials: { accessKeyId: '', secretAccessKey: '', ...SALES, ...role },
    region: 'eu-west-1',
    service,
    sha256: Sha256,
  });
  const request = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: target.pathname,
      query: Object.fromEntries(target.searchParams),
      headers: { host: '127.0.0.1:8787', 'content-type': 'application/json' },
      body,
    },
    date ? { signingDate: date } : {},
  );
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { method: 'POST', url: target.pathname + target.search, headers, body };
}

const check = (request: SignedRequest) => authorize(request, IDENTITIES, issuer);
const MINUTE_MS = 60_000;

describe('a signed request', () => {
  test.each([
    {},
    { service: 'lambda' },
    { url: '/v1/usage?costCenter=sales%20a&b=%2F&a=1' },
    { url: '/v1/a%20b' },
    { date: new Date(Date.now() - 4 * MINUTE_MS) },
  ])("is its role's session: %j", async (signing) => {
    const result = await check(await signed(signing));
    expect(result).toMatchObject({
      authorizer: {
        iam: {
          userArn: 'arn:aws:sts::111122223333:assumed-role/sales-sandbox/sandbox',
          accountId: '111122223333',
          accessKey: SALES?.accessKeyId,
        },
      },
    });
  });

  const changed = (over: Partial<SignedRequest>) => async () => ({ ...(await signed()), ...over });
  const withHeader = (name: string, value: string) => async () => {
    const request = await signed();
    return { ...request, headers: { ...request.headers, [name]: value } };
  };
  test.each<[string, () => Promise<SignedRequest>, RegExp]>([
    ['another body', changed({ body: Buffer.from('{}') }), /not the hash|does not match/],
    ['another path', changed({ url: '/v1/usage' }), /does not match/],
    ['another method', changed({ method: 'PUT' }), /does not match/],
    ['another query', changed({ url: '/v1/invoke?a=1' }), /does not match/],
    ['another signed header', withHeader('content-type', 'text/plain'), /does not match/],
    ['a claimed body hash', withHeader('x-amz-content-sha256', 'UNSIGNED-PAYLOAD'), /not the hash/],
    ['no signature', withHeader('authorization', ''), /no credentials: sign it/],
    ['a garbled one', withHeader('authorization', 'AWS4-HMAC-SHA256 x'), /not an AWS4-HMAC-SHA256/],
    ['another secret', () => signed({ role: { secretAccessKey: 'x' } }), /does not match/],
    ['an unknown key', () => signed({ role: { accessKeyId: 'ASIAX' } }), /Unknown access key/],
    ['another service', () => signed({ service: 's3' }), /for service s3/],
    ['an old date', () => signed({ date: new Date(Date.now() - 6 * MINUTE_MS) }), /five minutes/],
    ['a date ahead', () => signed({ date: new Date(Date.now() + 6 * MINUTE_MS) }), /five minutes/],
  ])('with %s is refused', async (_what, make, refused) => {
    expect(await check(await make())).toEqual({ refused: expect.stringMatching(refused) });
  });

  test('that leaves the host or the date unsigned is refused', async () => {
    const request = await signed();
    const authorization = request.headers.authorization?.replace('host;', '') ?? '';
    const headers = { ...request.headers, authorization };
    expect(await check({ ...request, headers })).toEqual({
      refused: 'The headers host and x-amz-date must be signed.',
    });
  });
});

describe('a bearer token', () => {
  const withToken = (token: string) =>
    check({
      method: 'GET',
      url: '/v1/usage',
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.alloc(0),
    });

  test('hands its claims over as text', async () => {
    const token = await issuer.mint({ team: 'support', groups: ['a', 'b'], level: 3 });
    expect(await withToken(token)).toMatchObject({
      authorizer: { jwt: { claims: { team: 'support', groups: '[a b]', level: '3' } } },
    });
  });

  test('has lists and objects as an HTTP API writes them', async () => {
    const claims = { groups: ['not vip', 'x'], realm: { roles: ['a', 'b'] }, none: null };
    expect(await withToken(await issuer.mint(claims))).toMatchObject({
      authorizer: {
        jwt: { claims: { groups: '[not vip x]', realm: 'map[roles:[a b]]', none: '<nil>' } },
      },
    });
  });

  test('of another issuer, changed, expired or unsigned is refused', async () => {
    const other = await createTokenIssuer();
    const token = await issuer.mint({ team: 'support' });
    const [head, claims, signature] = token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const sales = Buffer.from('{"team":"sales"}').toString('base64url');
    for (const bad of [
      await other.mint({ team: 'support' }),
      await issuer.mint({ iss: 'https://else.invalid' }),
      await issuer.mint({ aud: 'else' }),
      await issuer.mint({ nbf: Math.floor(Date.now() / 1000) + 600 }),
      `${head}.${sales}.${signature}`,
      `${none}.${claims}.`,
      'x',
    ]) {
      expect(await withToken(bad)).toEqual({ refused: expect.stringMatching(/^The bearer token/) });
    }
  });
});

test('a key of the proxy is refused with the paths that take it', async () => {
  const headers = { authorization: 'Bearer bcs_abc' };
  const refused = expect.stringContaining('/openai/v1');
  expect(await check({ ...(await signed()), headers })).toEqual({ refused });
});

describe('made-up identities', () => {
  test('are bound to the cost center whose pattern they were made from', () => {
    for (const { costCenter, roleArn } of IDENTITIES.roles) {
      const caller = { kind: 'iam', arn: sessionArn(roleArn) } as const;
      const bound = boundCostCenters(POLICY, caller).map(({ costCenter: { name } }) => name);
      expect(bound).toEqual(costCenter === undefined ? [] : [costCenter]);
    }
    expect(STRANGER?.costCenter).toBeUndefined();
    for (const { costCenter, claims } of IDENTITIES.tokens) {
      const bound = boundCostCenters(POLICY, { kind: 'jwt', claims });
      expect(bound.map(({ costCenter: { name } }) => name)).toEqual([costCenter]);
    }
  });

  test('are the same at every start, and differ from each other', () => {
    expect(createDemoIdentities(POLICY)).toEqual(IDENTITIES);
    expect(new Set(IDENTITIES.roles.map(({ accessKeyId }) => accessKeyId)).size).toBe(3);
    for (const { accessKeyId } of IDENTITIES.roles)
      expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  });
});
