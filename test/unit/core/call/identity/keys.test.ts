/** Method: keys made, checked, revoked and rotated on a store in memory whose reads are counted. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { systemRandomBytes, systemSecrets } from '../../../../../adapters/system.ts';
import {
  createKey,
  keyReport,
  revokeKey,
  rotateKey,
} from '../../../../../core/call/identity/manage-proxy-keys.ts';
import { KeyCheck } from '../../../../../core/call/identity/proxy-key-check.ts';
import { keyParts, keyText, parseKey } from '../../../../../core/call/identity/proxy-key-format.ts';
import type { KeyRecord } from '../../../../../core/call/identity/proxy-key-record.ts';
import { parseKeyRequest } from '../../../../../core/call/identity/proxy-key-request.ts';
import { LedgerUnavailableError } from '../../../../../core/errors.ts';
import type { KeyChange } from '../../../../../core/telemetry/audit-line.ts';
import { ManualClock } from '../../../../support/ledger.ts';
import { configWith, policyOf } from '../../../../support/policy.ts';

let stored: Map<string, KeyRecord>;
let reads: number;
let isDown: boolean;
let clock: ManualClock;
let check: KeyCheck;
const used: string[] = [];

const keys = {
  read: async (id: string) => {
    reads += 1;
    if (isDown) throw new LedgerUnavailableError('away');
    return stored.get(id);
  },
  used: async (id: string, day: string) => void used.push(`${id} ${day}`),
  add: async (record: KeyRecord) => void stored.set(record.id, record),
  replace: async (seen: KeyRecord, record: KeyRecord) => {
    if (JSON.stringify(stored.get(seen.id)) !== JSON.stringify(seen)) return false;
    stored.set(record.id, record);
    return true;
  },
  recordChange: async (change: KeyChange) => void changes.push(change),
};
const policy = policyOf(configWith());
const portsOf = () => ({ keys, secrets: systemSecrets, random: systemRandomBytes, clock });

let changes: KeyChange[] = [];

beforeEach(() => {
  stored = new Map();
  changes = [];
  reads = 0;
  isDown = false;
  clock = new ManualClock();
  check = new KeyCheck({ keys, secrets: systemSecrets, clock, warn: () => undefined });
});

async function made(over: object = {}) {
  const request = { costCenter: 'retail', author: 'me', ...over };
  const result = await createKey(portsOf(), policy, request);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.value;
}
const later = (ms: number) => clock.set(new Date(clock.now() + ms).toISOString());

describe('the text of a key', () => {
  test('has fixed lengths and can be read back', () => {
    for (const byte of [0, 1, 127, 255]) {
      const parts = keyParts(new Uint8Array(7).fill(byte), new Uint8Array(32).fill(byte));
      const text = keyText(parts);
      expect(text).toMatch(/^bcs_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}$/);
      expect(parseKey(text)).toEqual(parts);
    }
  });

  test('with one character changed, left out or added is not one', () => {
    const text = keyText(keyParts(systemRandomBytes.bytes(7), systemRandomBytes.bytes(32)));
    for (let at = 4; at < text.length; at += 1) {
      const other = text[at] === 'a' ? 'b' : 'a';
      expect(parseKey(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
    }
    expect(parseKey(text.slice(1))).toBeUndefined();
    expect(parseKey(`${text}a`)).toBeUndefined();
    expect(parseKey('')).toBeUndefined();
  });
});

describe('a key', () => {
  test('is known by its text, and its secret is stored nowhere', async () => {
    const { key, record } = await made();
    expect(await check.find(key)).toEqual({ outcome: 'known', record });
    const secret = parseKey(key)?.secret ?? '';
    expect(JSON.stringify([...stored.values()])).not.toContain(secret);
    expect(JSON.stringify(keyReport(record, clock.now()))).not.toContain(record.secretHash);
  });

  test('with the right id and another secret is unknown', async () => {
    const { record } = await made();
    const { secret } = keyParts(new Uint8Array(7), systemRandomBytes.bytes(32));
    expect(await check.find(keyText({ id: record.id, secret }))).toEqual({ outcome: 'unknown' });
  });

  test('is read once a minute, whatever comes at the same time', async () => {
    const { key } = await made();
    await Promise.all(Array.from({ length: 20 }, () => check.find(key)));
    later(59_999);
    await check.find(key);
    expect(reads).toBe(1);
    later(1);
    await check.find(key);
    expect(reads).toBe(2);
  });

  test('is honored for a minute after its last read, and not longer', async () => {
    const { key } = await made();
    await check.find(key);
    isDown = true;
    later(59_999);
    expect(await check.find(key)).toMatchObject({ outcome: 'known' });
    later(1);
    expect(await check.find(key)).toMatchObject({ outcome: 'unavailable' });
  });

  test('that was revoked is refused once it is read again', async () => {
    const { key, record } = await made();
    await check.find(key);
    await revokeKey(portsOf(), { id: record.id, author: 'you' });
    later(60_000);
    expect(await check.find(key)).toEqual({ outcome: 'unknown' });
  });

  test('that has expired counts as absent, also while it is cached', async () => {
    const { key } = await made({ expiresAt: clock.now() + 1_000 });
    expect(await check.find(key)).toMatchObject({ outcome: 'known' });
    later(1_000);
    expect(await check.find(key)).toEqual({ outcome: 'unknown' });
  });

  test('that is malformed costs no read', async () => {
    await check.find('bcs_nonsense');
    await check.find('sk-ant-something');
    expect(reads).toBe(0);
  });

  test('that is unknown costs one read, and guessing costs no more than a limit', async () => {
    const guess = () => keyText(keyParts(systemRandomBytes.bytes(7), systemRandomBytes.bytes(32)));
    const same = guess();
    await check.find(same);
    await check.find(same);
    expect(reads).toBe(1);
    for (let at = 0; at < 500; at += 1) await check.find(guess());
    expect(reads).toBeLessThanOrEqual(50);
    later(10_000);
    const { key } = await made();
    expect(await check.find(key)).toMatchObject({ outcome: 'known' });
  });

  test('that was read before is read again, however many unknown ones others send', async () => {
    const { key } = await made();
    expect(await check.find(key)).toMatchObject({ outcome: 'known' });
    const flood = async () => {
      for (let at = 0; at < 2_000; at += 1) {
        const [id, secret] = [systemRandomBytes.bytes(7), systemRandomBytes.bytes(32)];
        if (at % 50 === 0) later(10_000);
        await check.find(keyText(keyParts(id, secret)));
      }
      for (let at = 0; at < 60; at += 1) {
        const [id, secret] = [systemRandomBytes.bytes(7), systemRandomBytes.bytes(32)];
        await check.find(keyText(keyParts(id, secret)));
      }
    };
    await flood();
    expect(await check.find(key)).toMatchObject({ outcome: 'known' });
  });

  test('is recorded as used, to the day', async () => {
    const { key, record } = await made();
    await check.find(key);
    expect(used).toContain(`${record.id} 2026-11-23`);
  });

  test('is not used by who knows its id alone, nor after its end', async () => {
    const { record, key } = await made();
    const { secret } = keyParts(new Uint8Array(7), systemRandomBytes.bytes(32));
    used.length = 0;
    await check.find(keyText({ id: record.id, secret }));
    expect(used).toEqual([]);
    await Promise.all([check.find(key), check.find(key)]);
    expect(used).toHaveLength(1);
    await revokeKey(portsOf(), { id: record.id, author: 'me' });
    later(60_000);
    expect(await check.find(key)).toEqual({ outcome: 'unknown' });
    expect(used).toHaveLength(1);
  });

  test('that is rotated keeps its family, and the old one ends after the grace period', async () => {
    const { key, record } = await made({ application: 'faq' });
    const result = await rotateKey(portsOf(), { id: record.id, graceMs: 3_600_000, author: 'me' });
    if ('problems' in result) throw new Error('not rotated');
    expect(result.value.record).toMatchObject({ family: record.family, application: 'faq' });
    expect(await check.find(key)).toMatchObject({ outcome: 'known' });
    later(3_600_000);
    expect(await check.find(key)).toEqual({ outcome: 'unknown' });
    expect(await check.find(result.value.key)).toMatchObject({ outcome: 'known' });
  });
});

describe('a key that is revoked while it is rotated', () => {
  const rotation = (id: string) => ({ id, graceMs: 3_600_000, author: 'me' });
  /** Another operator revokes it between the reads and the writes of this one. */
  const revoking = (id: string) => {
    let isDone = false;
    const add = async (record: KeyRecord) => {
      await keys.add(record);
      if (isDone) return;
      isDone = true;
      await revokeKey(portsOf(), { id, author: 'you' });
    };
    return { ...portsOf(), keys: { ...keys, add } };
  };

  test('stays revoked, and no key replaces it', async () => {
    const { record } = await made();
    const result = await rotateKey(revoking(record.id), rotation(record.id));
    expect(result).toMatchObject({ problems: [{ path: 'id' }] });
    expect([...stored.values()].map((each) => each.revokedAt !== undefined)).toEqual([true, true]);
  });

  test('is revoked as it was then, where the change of another came first', async () => {
    const { record } = await made();
    let isDone = false;
    const read = async (id: string) => {
      const seen = await keys.read(id);
      if (!isDone) {
        isDone = true;
        await rotateKey(portsOf(), rotation(record.id));
      }
      return seen;
    };
    const ports = { ...portsOf(), keys: { ...keys, read } };
    const revoked = await revokeKey(ports, { id: record.id, author: 'you' });
    expect(revoked).toMatchObject({ value: { expiresAt: clock.now() + 3_600_000 } });
    expect(stored.get(record.id)).toMatchObject({ revokedAt: clock.now() });
  });
});

test.each(['', 'x', 't'.repeat(2_000), 'revoke'])('%p is not the id of a key', async (id) => {
  const message = 'must be the id of a key or token: the 10 characters between its underscores';
  const problems = [{ path: 'id', message }];
  expect(await revokeKey(portsOf(), { id, author: 'me' })).toEqual({ problems });
});

test('a whole key in place of its id is not repeated in the message', async () => {
  const { key } = await made();
  const result = await revokeKey(portsOf(), { id: key, author: 'me' });
  expect(JSON.stringify(result)).not.toContain(key.slice(-49));
});

test.each([
  { name: '\u001b]0;title\u0007' },
  { name: 'a\u202eb' },
  { application: 'a\nb' },
  { groups: Array(101).fill('a') },
  { groups: ['a'.repeat(129)] },
  { groups: ['a\nb'] },
  { groups: [''] },
  { models: [] },
])('a request for a key with %j is not valid', (over) => {
  const found = parseKeyRequest({ costCenter: 'retail', ...over }, 'me');
  expect('problems' in found && found.problems.map(({ path }) => path)).toEqual(Object.keys(over));
});

describe('a key is refused', () => {
  test.each([
    [{ costCenter: 'retial' }, 'costCenter'],
    [{ application: 'faqs' }, 'application'],
    [{ environment: 'staging' }, 'environment'],
    [{ models: ['haiku', 'opus'] }, 'models'],
    [{ user: 'a', isShared: true }, 'shared'],
    [{ user: ' Unknown ' }, 'user'],
    [{ expiresAt: 5 }, 'expiresAt'],
  ])('for %p', async (over, path) => {
    const request = { costCenter: 'retail', author: 'me', ...over };
    const result = await createKey(portsOf(), policy, request);
    expect('problems' in result && result.problems.map((each) => each.path)).toEqual([path]);
    expect(stored.size).toBe(0);
  });

  test.each([
    [{}, 'costCenter'],
    [{ costCenter: 'a', usr: 'b' }, 'usr'],
    [{ costCenter: 5 }, 'costCenter'],
    [{ costCenter: 'a', models: 'b' }, 'models'],
    [{ costCenter: 'a', shared: 'yes' }, 'shared'],
    [{ costCenter: 'a', expiresAt: 'soon' }, 'expiresAt'],
    ['text', ''],
  ])('in the form %p', (input, path) => {
    const parsed = parseKeyRequest(input, 'me');
    expect('problems' in parsed && parsed.problems.map((each) => each.path)).toEqual([path]);
  });
});

test('a user can be known to be in no group; a key for no model cannot be', () => {
  expect(parseKeyRequest({ costCenter: 'a', groups: [] }, 'me')).toMatchObject({
    value: { groups: [] },
  });
  expect(parseKeyRequest({ costCenter: 'a', models: [] }, 'me')).toMatchObject({
    problems: [{ path: 'models' }],
  });
});

test('the name of a user has one form', async () => {
  const { record } = await made({ user: ' Alice@Example.COM\u200b ' });
  expect(record.user).toBe('alice@example.com');
});

describe('changes of keys', () => {
  test('are recorded with their author, and without the key itself', async () => {
    const { record, key } = await made();
    const rotation = { id: record.id, graceMs: 0, author: 'you' };
    const rotated = await rotateKey(portsOf(), rotation);
    if ('problems' in rotated) throw new Error('not rotated');
    const { id } = rotated.value.record;
    await revokeKey(portsOf(), { id, author: 'they' });
    expect(changes).toMatchObject([
      { action: 'create', key: record.id, costCenter: 'retail', author: 'me' },
      { action: 'rotate', key: id, replaces: record.id, author: 'you' },
      { action: 'revoke', key: id, author: 'they' },
    ]);
    expect(new Set(changes.map((change) => change.id)).size).toBe(3);
    expect(JSON.stringify(changes)).not.toContain(key.slice(-49));
    expect(JSON.stringify(changes)).not.toContain(record.secretHash);
  });

  test('that cannot be recorded are not made', async () => {
    const recordChange = () => Promise.reject(new LedgerUnavailableError('away'));
    const ports = { ...portsOf(), keys: { ...keys, recordChange } };
    const request = { costCenter: 'retail', author: 'me' };
    await expect(createKey(ports, policy, request)).rejects.toThrow(LedgerUnavailableError);
    expect(stored.size).toBe(0);
  });
});
