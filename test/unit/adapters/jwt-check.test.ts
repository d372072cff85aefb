/** Method: tokens signed by jose, and an issuer whose documents a replaced fetch serves. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { createJwtCheck } from '../../../adapters/jwt-check.ts';
import type { JwtCheck } from '../../../core/call/identity/jwt-check.ts';

const ISSUER = 'https://login.example.com';
const NOW = Date.parse('2026-11-29T12:00:00Z');
const HOUR = 3_600;

const realFetch = globalThis.fetch;
let pair: Awaited<ReturnType<typeof generateKeyPair>>;
let documents: Record<string, unknown>;
let fetched: string[];
let now: number;
let check: JwtCheck;

beforeEach(async () => {
  pair = await generateKeyPair('RS256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  documents = {
    [`${ISSUER}/.well-known/openid-configuration`]: {
      issuer: ISSUER,
      jwks_uri: 'https://keys.example.com/jwks',
    },
    'https://keys.example.com/jwks': { keys: [jwk] },
  };
  fetched = [];
  now = NOW;
  globalThis.fetch = async (input) => {
    const url = String(input instanceof Request ? input.url : input);
    fetched.push(url);
    const document = documents[url];
    if (document === undefined) throw new TypeError('fetch failed');
    return Response.json(document);
  };
  check = createJwtCheck({ issuer: ISSUER, audience: ['genai', 'other'] }, { now: () => now });
});
afterEach(() => {
  globalThis.fetch = realFetch;
});

const claims = () => ({ iss: ISSUER, aud: 'genai', exp: NOW / 1_000 + HOUR, team: 'sales' });
const signed = (over: object = {}, alg = 'RS256', key: CryptoKey | Uint8Array = pair.privateKey) =>
  new SignJWT({ ...claims(), ...over }).setProtectedHeader({ alg, kid: 'one' }).sign(key);

describe('a JWT', () => {
  test('of the issuer is known by its claims, as text; the keys are read once', async () => {
    const token = await signed({ groups: ['a', 'b'], email_verified: true });
    const results = await Promise.all([check.verify(token), check.verify(token)]);
    expect(results[0]).toMatchObject({
      outcome: 'known',
      claims: { team: 'sales', groups: '[a b]', email_verified: 'true' },
    });
    expect(fetched).toEqual(Object.keys(documents));
  });

  test.each([
    ['a list of objects', [{ name: 'vip' }], '[{"name":"vip"}]'],
    ['a list of lists', [['vip']], '[["vip"]]'],
    ['an object', { roles: ['vip'] }, '{"roles":["vip"]}'],
    ['nothing', null, 'null'],
    ['a name with a space', ['not vip', 'staff'], '["not vip","staff"]'],
    ['a name with a comma', ['not,vip'], '["not,vip"]'],
  ])('has %s as JSON, so that it is no list of other names', async (_, groups, text) => {
    const result = await check.verify(await signed({ groups }));
    expect(result).toMatchObject({ claims: { groups: text } });
  });

  test.each([
    ['of another issuer', { iss: 'https://login.example.org' }],
    ['for another audience', { aud: 'else' }],
    ['without an audience', { aud: undefined }],
    ['without an end', { exp: undefined }],
    ['that begins later', { nbf: NOW / 1_000 + 60 }],
  ])('%s is refused', async (_, over) => {
    expect(await check.verify(await signed(over))).toMatchObject({ outcome: 'refused' });
  });

  test('is refused once it has expired, with half a minute for clocks that differ', async () => {
    const token = await signed();
    now = NOW + (HOUR + 29) * 1_000;
    expect(await check.verify(token)).toMatchObject({ outcome: 'known' });
    now = NOW + (HOUR + 31) * 1_000;
    expect(await check.verify(token)).toMatchObject({ outcome: 'refused' });
  });

  test('with another signature, none, or a secret one is refused', async () => {
    const stranger = await generateKeyPair('RS256');
    const modulus = new TextEncoder().encode((await exportJWK(pair.publicKey)).n ?? '');
    for (const token of [
      await signed({}, 'RS256', stranger.privateKey),
      await signed({}, 'HS256', modulus),
      new UnsecuredJWT(claims()).encode(),
      'not.a.jwt',
      'x'.repeat(20_000),
    ]) {
      expect(await check.verify(token)).toMatchObject({ outcome: 'refused' });
    }
  });
});

describe('an issuer', () => {
  test('that does not answer makes it unavailable, until it does', async () => {
    const all = documents;
    documents = {};
    expect(await check.verify(await signed())).toMatchObject({
      outcome: 'unavailable',
      error: { code: 'identity_unavailable' },
    });
    documents = all;
    expect(await check.verify(await signed())).toMatchObject({ outcome: 'known' });
  });

  test.each([
    { issuer: 'https://login.example.org', jwks_uri: 'https://keys.example.com/jwks' },
    { issuer: ISSUER, jwks_uri: 'http://keys.example.com/jwks' },
    { issuer: ISSUER },
  ])('with the configuration %j is not believed', async (configuration) => {
    documents[`${ISSUER}/.well-known/openid-configuration`] = configuration;
    expect(await check.verify(await signed())).toMatchObject({ outcome: 'unavailable' });
  });
});
