/** Method: tokens made on a store in memory, where another request can come between read and write. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { systemDigest, systemRandomBytes, systemSecrets } from '../../../../../adapters/system.ts';
import { callIdentity } from '../../../../../core/call/identity/call-identity.ts';
import {
  isTokenId,
  keyParts,
  parseKey,
} from '../../../../../core/call/identity/proxy-key-format.ts';
import type { TokenRecord } from '../../../../../core/call/identity/proxy-key-record.ts';
import {
  type LiveTokens,
  mintToken,
  parseTokenRequest,
  tokenReport,
} from '../../../../../core/call/identity/tokens.ts';
import type { HttpEvent } from '../../../../../functions/edge/http.ts';
import { signerOf, tokenAnswer } from '../../../../../functions/gateway/token-answer.ts';
import { ManualClock } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const ARN = 'arn:aws:sts::111122223333:assumed-role/retail-ci/run-1';
const HOUR = 3_600_000;

let stored: Map<string, TokenRecord>;
let owners: Map<string, LiveTokens>;
let between: () => void;
let clock: ManualClock;

const tokens = {
  tokensOf: async (arn: string) => owners.get(arn) ?? { expiries: new Map() },
  replaceTokensOf: async (arn: string, seen: LiveTokens, expiries: LiveTokens['expiries']) => {
    between();
    if (owners.get(arn)?.version !== seen.version) return false;
    owners.set(arn, { expiries, version: String(Math.random()) });
    return true;
  },
  writeToken: async (record: TokenRecord) => void stored.set(record.id, record),
  recordChange: async () => undefined,
};
const ports = () => ({ tokens, secrets: systemSecrets, random: systemRandomBytes, clock });
const mint = (lifetimeMs = HOUR) => mintToken(ports(), ARN, { kind: 'caller', lifetimeMs });

beforeEach(() => {
  stored = new Map();
  owners = new Map();
  between = () => undefined;
  clock = new ManualClock();
});

describe('a token', () => {
  test('has the format of a key, and an id that no key can have', async () => {
    const made = await mint();
    const text = made.outcome === 'made' ? made.token : '';
    expect(text).toMatch(/^bcs_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
    expect(isTokenId(parseKey(text)?.id ?? '')).toBe(true);
    for (const byte of [0, 255]) {
      const { id } = keyParts(new Uint8Array(7).fill(byte), new Uint8Array(32));
      expect(isTokenId(id)).toBe(false);
    }
    expect(JSON.stringify([...stored.values()])).not.toContain(parseKey(text)?.secret);
  });

  test('is the 20th at most; an ended one makes room', async () => {
    const first = await mint(HOUR / 2);
    for (let count = 1; count < 20; count += 1) expect((await mint()).outcome).toBe('made');
    const freeAt = first.outcome === 'made' ? first.record.expiresAt : 0;
    expect(await mint()).toEqual({ outcome: 'too_many', freeAt });
    clock.set(new Date(freeAt).toISOString());
    expect((await mint()).outcome).toBe('made');
    expect((await mint()).outcome).toBe('too_many');
  });

  test('counts also when others are made at the same moment', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => mint()));
    expect(made.map(({ outcome }) => outcome)).toEqual(Array(5).fill('made'));
    expect(owners.get(ARN)?.expiries.size).toBe(5);
  });

  test('is reported without the hash of its secret', async () => {
    const made = await mint();
    if (made.outcome !== 'made') throw new Error('not made');
    expect(JSON.stringify(tokenReport(made.record, clock.now()))).not.toContain(
      made.record.secretHash,
    );
  });
});

describe('a request for a token', () => {
  test.each([
    [{}, { kind: 'caller', lifetimeMs: HOUR }],
    [{ expiresInSeconds: 43_200 }, { kind: 'caller', lifetimeMs: 12 * HOUR }],
    [{ operator: true }, { kind: 'operator', lifetimeMs: HOUR }],
  ])('%j is valid', (input, value) => {
    expect(parseTokenRequest(input)).toEqual({ value });
  });

  test.each([
    [{ expiresInSeconds: 43_201 }, '$.expiresInSeconds'],
    [{ expiresInSeconds: 3_601, operator: true }, '$.expiresInSeconds'],
    [{ expiresInSeconds: '60' }, '$.expiresInSeconds'],
    [{ operator: 'yes' }, '$.operator'],
    [{ expires: 60 }, '$.expires'],
    [[], '$'],
  ])('%j is not', (input, path) => {
    expect(parseTokenRequest(input)).toMatchObject({ problems: [{ path }] });
  });
});

describe('the gateway', () => {
  const callers = { iam_role_arns: ['arn:aws:iam::111122223333:role/retail-*'] };
  const policy = policyOf(
    configWith({
      cost_centers: { retail: { models: ['micro'], applications: ['faq'], limits: [], callers } },
    }),
  );
  const policies = { load: async () => policy };
  const answer = async (requestContext: object, body: unknown = {}) => {
    const sent = { headers: { 'x-amz-user-arn': ARN }, requestContext, body };
    const event = sent as unknown as HttpEvent;
    return tokenAnswer({ ...ports(), policies }, signerOf(event), event);
  };

  test('makes one for the identity that signed', async () => {
    const { statusCode, body = '' } = await answer({ authorizer: { iam: { userArn: ARN } } });
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ identity: ARN, kind: 'caller', status: 'active' });
  });

  test.each([
    ['an event of a REST API', { identity: { userArn: ARN } }],
    ['claims of a JWT', { authorizer: { jwt: { claims: { userArn: ARN, arn: ARN } } } }],
    ['a Lambda authorizer', { authorizer: { lambda: { userArn: ARN } } }],
    ['no authorizer', {}],
  ])('makes none for %s: 401', async (_, requestContext) => {
    await expect(answer(requestContext)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(stored.size).toBe(0);
  });

  test('makes none for a role of no cost center: 403', async () => {
    const userArn = 'arn:aws:sts::111122223333:assumed-role/other/me';
    const asked = answer({ authorizer: { iam: { userArn } } });
    await expect(asked).rejects.toMatchObject({ code: 'forbidden_cost_center' });
  });

  test('refuses the 21st with the time to wait', async () => {
    for (let count = 0; count < 20; count += 1) await mint();
    await expect(answer({ authorizer: { iam: { userArn: ARN } } })).rejects.toMatchObject({
      code: 'too_many_tokens',
      headers: { 'retry-after': '3600' },
    });
  });
});

describe('limits for each key', () => {
  const policy = policyOf(configWith());
  const center = policy.costCenters.get('retail');
  const keyOf = (arn: string) => {
    if (!center) throw new Error('no cost center');
    const caller = { kind: 'iam' as const, arn, token: 't000000000' };
    return callIdentity(systemDigest, policy, center, { caller }).key;
  };

  test('count tokens of one person together, and those of one role whatever its sessions are named', () => {
    const sso =
      'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/alice@example.com';
    expect(keyOf(sso)).toBe(sso);
    const role = 'arn:aws:iam::111122223333:role/retail-ci';
    expect([keyOf(ARN), keyOf(ARN.replace('run-1', 'run-2'))]).toEqual([role, role]);
  });
});
