/** Creates, lists, revokes and rotates keys. Each change is audited. */
import { LedgerUnavailableError } from '../../errors.ts';
import type { InputProblem } from '../../input-problem.ts';
import { dependsOnGroups, limitOfHolder } from '../../policy/limit-of-holder.ts';
import { limitReference } from '../../policy/limit-overview.ts';
import { formatAmount } from '../../policy/limit-text.ts';
import type { CostCenter, Holder, Policy } from '../../policy/policy.ts';
import { namedUser } from '../../policy/user-name.ts';
import { quoted } from '../../safe-text.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import type { KeyChange as AuditedChange } from '../../telemetry/audit-line.ts';
import { type Clock, type EpochMs, isoTimestamp } from '../../time.ts';
import { ID_BYTES, isCredentialId, keyParts, keyText, SECRET_BYTES } from './proxy-key-format.ts';
import {
  isInForce,
  isToken,
  type KeyBinding,
  type KeyReader,
  type KeyRecord,
  type KeySecrets,
} from './proxy-key-record.ts';

export interface StoredKey extends KeyRecord {
  /** `2026-11-29`. */
  readonly lastUsedOn?: string;
}

/** Keys in the order of their ids. */
export interface KeyPage<Key> {
  readonly keys: readonly Key[];
  /** To ask for the next page with. */
  readonly next?: string;
}

export interface KeyQuery {
  readonly count: number;
  /** `next` of the page before. */
  readonly after?: string;
}

export interface KeyStore extends Pick<KeyReader, 'read'> {
  /** Adds a new one. @throws LedgerUnavailableError */
  add(record: KeyRecord): Promise<void>;
  /** False if another change was made to it since it was read. @throws LedgerUnavailableError */
  replace(seen: KeyRecord, record: KeyRecord): Promise<boolean>;
  /** Keeps a change until the audit log has it. @throws LedgerUnavailableError */
  recordChange(change: AuditedChange): Promise<void>;
}

interface KeyPorts {
  readonly keys: KeyStore;
  readonly secrets: KeySecrets;
  readonly random: { bytes(count: number): Uint8Array };
  readonly clock: Clock;
}

export interface KeyRequest extends KeyBinding {
  readonly name?: string;
  readonly author: string;
  readonly expiresAt?: EpochMs;
}

interface MadeKey {
  readonly record: KeyRecord;
  /** Shown once: only its hash is kept. */
  readonly key: string;
}

export type KeyChange<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

export async function createKey(
  ports: KeyPorts,
  policy: Policy,
  request: KeyRequest,
): Promise<KeyChange<MadeKey>> {
  const now = ports.clock.now();
  const problems = [...bindingProblems(policy, request), ...expiryProblems(request, now)];
  if (problems.length > 0) return { problems };
  const { user: given, ...rest } = request;
  const user = given === undefined ? undefined : namedUser(given);
  const named = user === undefined ? rest : { ...rest, user };
  return { value: await makeKey(ports, named, now) };
}

/** @param replaced of a rotation; the new key is of its family. */
async function makeKey(ports: KeyPorts, request: KeyRequest, now: EpochMs, replaced?: KeyRecord) {
  const replaces = replaced && { replaces: replaced.id };
  const { random, secrets, keys } = ports;
  const parts = keyParts(random.bytes(ID_BYTES), random.bytes(SECRET_BYTES));
  const record: KeyRecord = {
    ...request,
    id: parts.id,
    family: replaced?.family ?? parts.id,
    secretHash: secrets.sha256(parts.secret),
    createdAt: now,
  };
  const action = replaces === undefined ? 'create' : 'rotate';
  await keys.recordChange({ ...changeOf(action, record, request.author, now), ...replaces });
  await keys.add(record);
  return { record, key: keyText(parts) };
}

/** Recorded before the key is written: a change can be in the log in vain, but never be missing. */
const changeOf = (
  action: AuditedChange['action'],
  { id, costCenter }: KeyRecord,
  author: string,
  now: EpochMs,
): AuditedChange => {
  const changedAt = isoTimestamp(now);
  return { id: `${changedAt}@${id}@${action}`, action, key: id, costCenter, author, changedAt };
};

interface Revocation {
  readonly id: string;
  readonly author: string;
}

export async function revokeKey(
  ports: KeyPorts,
  { id, author }: Revocation,
): Promise<KeyChange<KeyRecord>> {
  const found = await findKey(ports, id);
  if ('problems' in found) return found;
  const now = ports.clock.now();
  await ports.keys.recordChange(changeOf('revoke', found.value, author, now));
  return changeKey(ports, id, (current) => ({ ...current, revokedAt: current.revokedAt ?? now }));
}

/** Requests that change one key at the same moment. */
const ATTEMPTS_MAX = 10;

/** Changes a key as it is at that moment: a revocation is not undone by what was read before it. */
async function changeKey(
  ports: KeyPorts,
  id: string,
  change: (current: KeyRecord) => KeyRecord | undefined,
): Promise<KeyChange<KeyRecord>> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const found = await findKey(ports, id);
    if ('problems' in found) return found;
    const record = change(found.value);
    if (!record) return ended(id);
    if (await ports.keys.replace(found.value, record)) return { value: record };
  }
  throw new LedgerUnavailableError('too many changes of this key were made at once: try again');
}

const ended = (id: string): { readonly problems: readonly InputProblem[] } => ({
  problems: [{ path: 'id', message: `the key ${id} has ended: create a new one` }],
});

export interface KeyRotation {
  readonly id: string;
  /** How long the old key goes on working. */
  readonly graceMs: number;
}

/** A new key of the same family and binding; the old one ends after the grace period. */
export async function rotateKey(
  ports: KeyPorts,
  { id, graceMs, author }: KeyRotation & { readonly author: string },
): Promise<KeyChange<MadeKey & { readonly replaced: KeyRecord }>> {
  const found = await findKey(ports, id);
  if ('problems' in found) return found;
  const now = ports.clock.now();
  const {
    id: _,
    secretHash: __,
    createdAt: ___,
    revokedAt,
    family: ____,
    ...binding
  } = found.value;
  if (revokedAt !== undefined || !isInForce(found.value, now)) return ended(id);
  const made = await makeKey(ports, { ...binding, author }, now, found.value);
  const replaced = await changeKey(ports, id, (current) =>
    isInForce(current, now)
      ? { ...current, expiresAt: Math.min(current.expiresAt ?? Infinity, now + graceMs) }
      : undefined,
  );
  if ('value' in replaced) return { value: { ...made, replaced: replaced.value } };
  // It was revoked at this moment, and so is what replaces it, which no one has seen.
  await ports.keys.replace(made.record, { ...made.record, revokedAt: now });
  return replaced;
}

const NOT_AN_ID = 'must be the id of a key or token: the 10 characters between its underscores';

async function findKey({ keys }: KeyPorts, id: string): Promise<KeyChange<KeyRecord>> {
  // It could be the key itself, which is not repeated in a message.
  if (!isCredentialId(id)) return { problems: [{ path: 'id', message: NOT_AN_ID }] };
  const record = await keys.read(id);
  if (record && !isToken(record)) return { value: record };
  return { problems: [{ path: 'id', message: unknownKey(id) }] };
}

export const unknownKey = (id: string): string =>
  `unknown key ${quoted(id)}: "cost-sentry keys list" shows the ids`;

function bindingProblems(policy: Policy, binding: KeyBinding): readonly InputProblem[] {
  const problems: InputProblem[] = [];
  const unknown = (path: string, what: string, given: string, known: readonly string[]) => {
    if (!known.includes(given)) {
      problems.push({ path, message: unknownValueMessage(what, given, known) });
    }
  };
  const { costCenter, application, environment, models = [], user, isShared } = binding;
  const center = policy.costCenters.get(costCenter);
  if (!center) {
    return [
      {
        path: 'costCenter',
        message: unknownValueMessage('cost center', costCenter, [...policy.costCenters.keys()]),
      },
    ];
  }
  if (application !== undefined) {
    unknown('application', 'application', application, center.applications);
  }
  if (environment !== undefined) {
    const of = application === undefined ? center.applications : [application];
    const known = of.flatMap((name) => policy.applications.get(name)?.environments ?? []);
    unknown('environment', 'environment', environment, [...new Set(known)]);
  }
  for (const model of models) unknown('models', 'model', model, center.models);
  if (user !== undefined && isShared) {
    problems.push({ path: 'shared', message: 'conflicts with `user`: give one of them' });
  }
  if (user === undefined && !isShared && hasUserLimits(policy, center)) {
    const message =
      'must be given, because each user has a separate limit here: name the user, or make the key a shared one, whose calls all have one counter';
    problems.push({ path: 'user', message });
  }
  if (user !== undefined && namedUser(user) === undefined) {
    const message = 'must be 1 to 128 printable characters, and not "unknown"';
    problems.push({ path: 'user', message });
  }
  return problems;
}

/** Facts about a new key that its operator may not expect. */
export function keyWarnings(
  policy: Policy,
  { costCenter, user, groups }: KeyRecord,
): readonly string[] {
  const center = policy.costCenters.get(costCenter);
  if (!center || user === undefined || groups !== undefined) return [];
  const named: Holder = { kind: 'user', name: user };
  return [...center.limits, ...policy.organization.limits]
    .filter((limit) => limit.per === 'user' && dependsOnGroups(limit, named))
    .map(
      (limit) =>
        `${limitReference(limit)} depends on the groups of ${user}, which this key does not name: ` +
        `its smallest amount applies, ${formatAmount(limit.unit, limitOfHolder(limit, named, undefined).amount)}`,
    );
}

const hasUserLimits = ({ organization }: Policy, { limits }: CostCenter): boolean =>
  [...limits, ...organization.limits].some(({ per }) => per === 'user');

const expiryProblems = (
  { expiresAt }: Pick<KeyRequest, 'expiresAt'>,
  now: EpochMs,
): readonly InputProblem[] =>
  expiresAt === undefined || expiresAt > now
    ? []
    : [{ path: 'expiresAt', message: `${isoTimestamp(expiresAt)} is over: give a time to come` }];

/** A key as shown: everything except the hash of its secret. */
export function keyReport({ secretHash: _, ...record }: StoredKey, now: EpochMs) {
  const { createdAt, expiresAt, revokedAt, isShared, ...rest } = record;
  const status =
    revokedAt !== undefined ? 'revoked' : isInForce(record, now) ? 'active' : 'expired';
  return {
    ...rest,
    status,
    ...(isShared && { shared: true }),
    createdAt: isoTimestamp(createdAt),
    ...(expiresAt !== undefined && { expiresAt: isoTimestamp(expiresAt) }),
    ...(revokedAt !== undefined && { revokedAt: isoTimestamp(revokedAt) }),
  };
}
