import { describe, expect, test } from '@jest/globals';
import { limitOfHolder } from '../../../../core/policy/limit-of-holder.ts';
import { resolvePolicy } from '../../../../core/policy/resolve-policy.ts';
import {
  canonicalUser,
  claimedUser,
  isUserName,
  namedUser,
} from '../../../../core/policy/user-name.ts';
import { center, config, limitsOf, problemsOf, withLimits } from '../../../support/small-config.ts';

const PER_USER = { window: 'day', unit: 'usd', amount: 20, per: 'user' };

describe('a limit with per', () => {
  test('has its amounts in the unit that is counted', () => {
    const groups = { contractors: 5 };
    const users = { 'alice@example.com': 100.5 };
    const [limit] = limitsOf(withLimits({ ...PER_USER, groups, users }));
    expect(limit).toMatchObject({ name: 'day-usd', per: 'user', amount: 20_000_000_000 });
    expect(limit?.groups).toEqual(new Map([['contractors', 5_000_000_000]]));
    expect(limit?.users).toEqual(new Map([['alice@example.com', 100_500_000_000]]));
  });

  test.each([
    ['a scope', { application: 'docs', environment: 'dev', model: 'lite' }],
    ['observing', { mode: 'observe' }],
    ['ceilings and thresholds', { notify_at: [80], ceilings: [{ percent: 50, model: 'lite' }] }],
    ['a window that never ends', { window: 'total' }],
    ['sessions', { per: 'session', window: 'total' }],
    ['keys', { per: 'key', window: 'week' }],
  ])('goes with %s', (_, more) => {
    expect(problemsOf(withLimits({ ...PER_USER, ...more }))).toEqual([]);
  });

  test('counts names of a policy in force in their one form, with the smaller of two amounts', () => {
    const users = { 'Alice@Example.com': 5, 'alice@example.com': 7, '\uff42ob': 9 };
    const document = withLimits({ ...PER_USER, users });
    expect(problemsOf(document)).not.toEqual([]);
    const resolved = resolvePolicy(document, { isStored: true });
    const limits = 'policy' in resolved ? resolved.policy.costCenters.get('sales')?.limits : [];
    expect(limits?.[0]?.users).toEqual(
      new Map([
        ['alice@example.com', 5_000_000_000],
        ['bob', 9_000_000_000],
      ]),
    );
  });

  test('goes with shards, and in the organization', () => {
    const organization = { limits: [PER_USER] };
    expect(problemsOf(config({ organization, ledger: { shards: 4 } }))).toEqual([]);
  });

  test('is refused for a name that is no one\u2019s', () => {
    const long = 'a'.repeat(129);
    const problems = problemsOf(withLimits({ ...PER_USER, users: { [long]: 1, '': 2 } }));
    expect(problems.map(({ message }) => message)).toEqual([
      'must be a name of 1 to 128 printable characters',
      'must be a name of 1 to 128 printable characters',
    ]);
  });
});

describe('the amount of one user', () => {
  const [limit] = limitsOf(
    withLimits({ ...PER_USER, groups: { staff: 30, contractors: 5 }, users: { ada: 100 } }),
  );
  if (!limit) throw new Error('no limit');
  const usd = (name: string, groups?: readonly string[]) =>
    limitOfHolder(limit, { kind: 'user', name }, groups).amount / 1e9;

  test.each([
    ['the own amount wins', 'ada', ['contractors'], 100],
    ['else the smallest of the groups', 'bob', ['staff', 'contractors'], 5],
    ['a group can have more', 'bob', ['staff'], 30],
    ['else the amount of the limit', 'bob', ['other'], 20],
    ['in no group, the amount of the limit', 'bob', [], 20],
    ['leaving the groups out gives the smallest of all', 'bob', undefined, 5],
    ['the own amount is known without groups', 'ada', undefined, 100],
  ])('%s', (_, name, groups, amount) => {
    expect(usd(name, groups)).toBe(amount);
  });
});

describe('names of users', () => {
  test.each([
    ['case', 'Alice@Example.COM'],
    ['spaces', '  alice@example.com\t'],
    ['full-width letters', '\uff41lice@example.com'],
    ['zero-width characters', 'al\u200bice@exa\u00admple.com'],
    ['a mark of direction', '\u202ealice@example.com'],
    ['a variation selector', 'alice\ufe0f@example.com'],
    ['the blank of Braille', 'alice\u2800@example.com'],
    ['spaces that hide behind an invisible character', '\u200b alice@example.com'],
  ])('differ not by %s', (_, name) => {
    expect(canonicalUser(name)).toBe('alice@example.com');
    expect(namedUser(name)).toBe('alice@example.com');
    expect(claimedUser('https://idp.example.com', name)).toBe('alice@example.com');
  });

  test('have one form: the form of a form is itself', () => {
    for (const name of [
      '\u0130stanbul@x.de',
      'STRASSE\u1e9e',
      '\u212a@x.de',
      'e\u0301@x.de',
      '\u03a3',
    ]) {
      const form = canonicalUser(name);
      expect(canonicalUser(form)).toBe(form);
    }
  });

  test('are the same in every case and Unicode form, whatever the letter', () => {
    const cased = Array.from({ length: 0x11000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter((letter) => letter.toUpperCase() !== letter || letter.normalize('NFKD') !== letter);
    expect(cased.length).toBeGreaterThan(10_000);
    const differing = cased.filter((letter) => {
      const name = `a${letter}\u03c3 b`;
      const form = canonicalUser(name);
      return [
        form,
        name.toUpperCase(),
        name.toLowerCase(),
        name.normalize('NFD'),
        name.normalize('NFKD'),
        ` ${name.replace(' ', '\u00a0 ')}`,
      ].some((other) => canonicalUser(other) !== form);
    });
    expect(differing).toEqual([]);
  });

  test.each(['', ' ', '\u200b\u00a0'])('are not the claim %j of a token', (claim) => {
    expect(claimedUser('https://idp.example.com', claim)).toBeUndefined();
  });

  test('of a token are never those of another issuer', () => {
    const name = 'https://other.example.com#alice@example.com';
    expect(claimedUser('https://idp.example.com', name)).toBe(`https://idp.example.com#${name}`);
  });

  test('of a token that are no address are kept byte for byte, with their issuer', () => {
    expect(claimedUser('https://idp.example.com', '00uAbC')).toBe('https://idp.example.com#00uAbC');
    expect(claimedUser('https://idp.example.com', '00uabc')).not.toBe(
      claimedUser('https://idp.example.com', '00uAbC'),
    );
    expect(claimedUser('https://other.example.com', '00uAbC')).not.toBe(
      claimedUser('https://idp.example.com', '00uAbC'),
    );
  });

  test.each(['', ' ', 'unknown', 'Unknown ', '\u200b', 'a'.repeat(129)])('are not %j', (name) => {
    expect(namedUser(name)).toBeUndefined();
    expect(isUserName(name)).toBe(false);
  });
});

describe('a limit of one request', () => {
  test('takes a scope and the units that one request can have much of', () => {
    const limit = { window: 'request', unit: 'usd', amount: 0.5, model: 'lite' };
    expect(problemsOf(withLimits(limit, { ...limit, unit: 'output_tokens', amount: 9 }))).toEqual(
      [],
    );
  });
});

describe('the claim of the user', () => {
  const api = { authorization: 'jwt', jwt: { issuer: 'https://i', audience: ['a'] } };
  const callers = { iam_role_arns: ['arn:aws:iam::111122223333:role/x'] };
  const withCallers = { sales: center({ limits: [PER_USER], callers }) };

  test('is asked for where roles name users too', () => {
    const problems = problemsOf(config({ api, cost_centers: withCallers }));
    expect(problems.map(({ path }) => path)).toEqual(['api.jwt.user_claim']);
  });

  test('is not asked for where tokens are the only way', () => {
    expect(
      problemsOf(config({ api, cost_centers: { sales: center({ limits: [PER_USER] }) } })),
    ).toEqual([]);
  });

  test('is of no interest to a policy in force', () => {
    const document = config({ cost_centers: withCallers, proxy: { enabled: true } });
    expect(problemsOf(document, { isStored: true })).toEqual([]);
  });
});
