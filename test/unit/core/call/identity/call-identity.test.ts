import { describe, expect, test } from '@jest/globals';
import { systemDigest } from '../../../../../adapters/system.ts';
import { callIdentity, sessionProblem } from '../../../../../core/call/identity/call-identity.ts';
import type { Caller } from '../../../../../core/caller.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

const jwt = (claims: Record<string, string>): Caller => ({ kind: 'jwt', claims });
const session = (role: string, name: string): Caller => ({
  kind: 'iam',
  arn: `arn:aws:sts::111122223333:assumed-role/${role}/${name}`,
});
const SSO = 'AWSReservedSSO_Dev_0123456789abcdef';

type Sender = Parameters<typeof callIdentity>[3];

function who(sender: Sender, over: object = {}, claims: object = {}) {
  const policy = policyOf(
    configWith({
      cost_centers: {
        retail: { models: ['haiku'], applications: ['faq'], limits: [], ...over },
      },
      api: { authorization: 'jwt', jwt: { issuer: 'https://i', audience: ['a'], ...claims } },
    }),
  );
  const center = policy.costCenters.get('retail');
  if (!center) throw new Error('no cost center');
  return callIdentity(systemDigest, policy, center, sender);
}

describe('the user of a role', () => {
  const trusting = {
    callers: { iam_role_arns: ['arn:aws:iam::111122223333:role/dev-*'], trust_session_names: true },
  };
  const binding = { callers: { iam_role_arns: ['arn:aws:iam::111122223333:role/dev-*'] } };

  test('is the session of IAM Identity Center, in its one form', () => {
    expect(who({ caller: session(SSO, 'Alice@Example.com') })).toEqual({
      user: 'alice@example.com',
    });
  });

  test.each([
    ['AWSReservedSSO_Dev_0123456789abcde'],
    ['AWSReservedSSO_Dev_0123456789ABCDEF'],
    ['xAWSReservedSSO_Dev_0123456789abcdef'],
    ['dev-role'],
  ])('is not the session of %s, which anyone names as they like', (role) => {
    expect(who({ caller: session(role, 'alice@example.com') }, binding)).toEqual({});
  });

  test('is the session where its cost center says that it trusts the name', () => {
    expect(who({ caller: session('dev-role', 'alice') }, trusting)).toEqual({ user: 'alice' });
    expect(who({ caller: session('other', 'alice') }, trusting)).toEqual({});
  });

  test('is no one for a user of IAM', () => {
    expect(who({ caller: { kind: 'iam', arn: 'arn:aws:iam::111122223333:user/alice' } })).toEqual(
      {},
    );
  });
});

describe('the user of a token', () => {
  const iss = 'https://idp.example.com';

  test('is its subject, by the issuer, where the configuration names no claim', () => {
    expect(who({ caller: jwt({ iss, sub: '00uA' }) })).toEqual({ user: `${iss}#00uA` });
  });

  test('is the address only where it was verified', () => {
    const claim = { user_claim: 'email' };
    const email = ' Alice@Example.com';
    expect(who({ caller: jwt({ iss, email, email_verified: 'true' }) }, {}, claim)).toEqual({
      user: 'alice@example.com',
    });
    for (const more of [{}, { email_verified: 'false' }]) {
      expect(who({ caller: jwt({ iss, email, ...more }) }, {}, claim)).toEqual({});
    }
  });

  test('is no one without the claim, or with one that is inherited', () => {
    expect(who({ caller: jwt({ iss }) })).toEqual({});
    expect(who({ caller: jwt({ iss }) }, {}, { user_claim: 'constructor' })).toEqual({});
  });

  test('has the groups of the claim, and none is not the same as not knowing', () => {
    const claims = { user_claim: 'sub', groups_claim: 'groups' };
    const groupsOf = (more: Record<string, string>) =>
      who({ caller: jwt({ iss, sub: 'x', ...more }) }, {}, claims).groups;
    expect(groupsOf({ groups: '[staff contractors]' })).toEqual(['staff', 'contractors']);
    expect(groupsOf({ groups: 'staff,contractors' })).toEqual(['staff', 'contractors']);
    expect(groupsOf({ groups: '[]' })).toEqual([]);
    expect(groupsOf({})).toBeUndefined();
  });

  test.each([
    ['{"roles":["contractors"]}'],
    ['["staff","contractors"]'],
    ['[{"name":"contractors"}]'],
    ['map[roles:[contractors]]'],
    ['[map[name:contractors]]'],
    ['null'],
    ['<nil>'],
  ])('has groups that are not known, where the claim is %s, no list of names', (groups) => {
    const claims = { user_claim: 'sub', groups_claim: 'groups' };
    const caller = jwt({ iss, sub: 'x', groups });
    expect(who({ caller }, {}, claims).groups).toBeUndefined();
  });
});

describe('the user of a key', () => {
  const key: Caller = { kind: 'key', id: 'k2', family: 'k1', costCenter: 'retail' };

  test('is that of the key, also if the request gives another one', () => {
    const caller: Caller = { ...key, user: 'alice@example.com', groups: ['staff'] };
    const identity = { user: 'alice@example.com', groups: ['staff'], key: 'k1' };
    expect(who({ caller })).toEqual(identity);
    expect(who({ caller, user: 'bob@example.com' })).toEqual(identity);
  });

  test('of a shared one has no name, also if the request gives one', () => {
    expect(who({ caller: key, user: 'bob@example.com' })).toEqual({ key: 'k1' });
  });
});

describe('a call without an identity', () => {
  test('is of whom it names', () => {
    expect(who({ user: 'Bob@Example.com ' })).toEqual({ user: 'bob@example.com' });
    expect(who({ user: 'unknown' })).toEqual({});
  });
});

describe('sessions', () => {
  const key = (family: string): Caller => ({ kind: 'key', id: 'x', family, costCenter: 'retail' });

  test('are hashed, and those of one caller are not those of another', () => {
    const [one, same, other, longer] = [
      who({ caller: key('a'), session: 'run-1' }).session,
      who({ caller: key('a'), session: 'run-1' }).session,
      who({ caller: key('b'), session: 'run-1' }).session,
      who({ caller: key('a'), session: 'run-11' }).session,
    ];
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect(same).toBe(one);
    expect(new Set([one, other, longer]).size).toBe(3);
  });

  test('of one role are not those of another, whatever it calls its own sessions', () => {
    const [one, same, other] = [
      who({ caller: session('build', 'a'), session: 'run-1' }).session,
      who({ caller: session('build', 'b'), session: 'run-1' }).session,
      who({ caller: session('deploy', 'a'), session: 'run-1' }).session,
    ];
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test('have names of 1 to 128 printable characters', () => {
    expect(sessionProblem('x'.repeat(128))).toBeUndefined();
    for (const name of ['', 'x'.repeat(129), 'a\nb', '\u200b']) {
      expect(sessionProblem(name)).toContain('1 to 128 printable characters');
    }
  });
});
