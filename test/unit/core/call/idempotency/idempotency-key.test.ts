import { describe, expect, test } from '@jest/globals';
import { systemDigest } from '../../../../../adapters/system.ts';
import {
  idempotencyKeyProblem,
  toClaim,
} from '../../../../../core/call/idempotency/idempotency-key.ts';

type KeyedRequest = Parameters<typeof toClaim>[1];

describe('a key', () => {
  test.each(['a', ' ', '"8e03978e-40d5-43dd-bc93-6894a57f9324"', '~'.repeat(255)])(
    'may be %j',
    (key) => expect(idempotencyKeyProblem(key)).toBeUndefined(),
  );

  test.each([
    ['', '0 characters'],
    ['x'.repeat(256), '256 characters'],
    ['a\nb', String.raw`"a\u{a}b"`],
    ['schlüssel', '"schlüssel"'],
    ['a\u007f', '2 characters'],
    [42, '42'],
    [null, 'null'],
    [{}, 'an object'],
  ])('may not be %j', (key, said) => {
    expect(idempotencyKeyProblem(key)).toContain(
      'must be 1 to 255 printable ASCII characters, got ',
    );
    expect(idempotencyKeyProblem(key)).toContain(said);
  });
});

describe('the claim of a key', () => {
  const keyed = (over: Partial<KeyedRequest> = {}): KeyedRequest => ({
    key: 'k',
    costCenter: 'retail',
    request: { model: 'haiku', prompt: { b: [1, 2], a: 'x' } },
    attemptId: 'attempt',
    ...over,
  });
  const claim = (over: Partial<KeyedRequest> = {}) => toClaim(systemDigest, keyed(over));
  const iam = (arn: string) => ({ caller: { kind: 'iam', arn } as const });
  const jwt = (claims: Record<string, string>) => ({ caller: { kind: 'jwt', claims } as const });
  const role = 'arn:aws:sts::111122223333:assumed-role/sales';

  test('holds hashes only', () => {
    expect(claim()).toEqual({
      record: expect.stringMatching(/^[0-9a-f]{64}$/),
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      attemptId: 'attempt',
    });
  });

  test('knows a request again whatever the order of its members, but not of its lists', () => {
    const { fingerprint } = claim();
    const reordered = { prompt: { a: 'x', b: [1, 2] }, model: 'haiku' };
    expect(claim({ request: reordered }).fingerprint).toBe(fingerprint);
    const turned = { model: 'haiku', prompt: { a: 'x', b: [2, 1] } };
    expect(claim({ request: turned }).fingerprint).not.toBe(fingerprint);
    expect(claim({ request: { ...reordered, model: 'micro' } }).fingerprint).not.toBe(fingerprint);
  });

  test('names the record by key, caller and cost center', () => {
    const records = [
      {},
      { key: 'l' },
      { costCenter: 'sales' },
      iam(`${role}/one`),
      iam('arn:aws:sts::111122223333:assumed-role/retail/one'),
      iam('arn:aws:iam::111122223333:user/anna'),
      jwt({ iss: 'https://a', sub: 'anna' }),
      jwt({ iss: 'https://b', sub: 'anna' }),
      jwt({ iss: 'https://a', sub: 'bert' }),
      jwt({ team: 'retail' }),
      jwt({ team: 'sales' }),
    ].map((over) => claim(over).record);
    expect(new Set(records).size).toBe(records.length);
  });

  test('is that of the person, where a role is shared by people whom AWS names', () => {
    const session = iam(`${role}/one`);
    const [ada, bob] = ['ada@example.com', 'bob@example.com'].map((user) => ({ ...session, user }));
    expect(claim(ada).record).not.toBe(claim(bob).record);
    expect(claim(ada).record).not.toBe(claim(session).record);
  });

  test('is not moved by where key and cost center meet', () => {
    const [one, other] = [
      { key: 'b","c', costCenter: 'a' },
      { key: 'c', costCenter: 'a","b' },
    ];
    expect(claim(one).record).not.toBe(claim(other).record);
  });

  test('stays the same in the next session of a role, and with the next token of a subject', () => {
    expect(claim(iam(`${role}/one`)).record).toBe(claim(iam(`${role}/two`)).record);
    const token = (exp: string) => jwt({ iss: 'https://a', sub: 'anna', exp });
    expect(claim(token('1')).record).toBe(claim(token('2')).record);
  });
});
