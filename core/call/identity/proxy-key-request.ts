/** Parses requests to create, revoke and rotate keys, in JSON of unknown shape. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject } from '../../json-value.ts';
import { isPrintable, quoted } from '../../safe-text.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import { parseIsoTime } from '../../time.ts';
import type { KeyChange, KeyRequest, KeyRotation } from './manage-proxy-keys.ts';

const TEXTS = ['costCenter', 'application', 'environment', 'user', 'name', 'author'] as const;
const LISTS = ['models', 'groups'] as const;
const NAMES = [...TEXTS, ...LISTS, 'shared', 'expiresAt'];
const TEXT_LENGTH_MAX = 256;
/** A key is read with each call, and all of them are listed together. */
const LIST_LENGTH_MAX = 100;
const LISTED_TEXT_MAX = 128;

/** One line: lists of keys, and the audit log, show it. A user's name has an own check. */
const isText = (name: string, value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= TEXT_LENGTH_MAX &&
  (name === 'user' || isPrintable(value));

const isListed = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= LISTED_TEXT_MAX &&
  isPrintable(value);

/** @param author who asks, where the request does not say. */
export function parseKeyRequest(input: unknown, author: string): KeyChange<KeyRequest> {
  if (!isJsonObject(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const problems: InputProblem[] = [...unknownNames(input, NAMES)];
  const text = (name: (typeof TEXTS)[number]): string | undefined => {
    const value = input[name];
    if (value === undefined) return undefined;
    if (isText(name, value)) return value;
    problems.push({
      path: name,
      message: `must be text of 1 to ${TEXT_LENGTH_MAX} printable characters, not ${quoted(value)}`,
    });
    return undefined;
  };
  const list = (name: (typeof LISTS)[number]): readonly string[] | undefined => {
    const value = input[name];
    if (value === undefined) return undefined;
    const texts: readonly unknown[] = Array.isArray(value) ? value : [];
    const found = texts.filter(isListed);
    // A user can be known to be in no group.
    const least = name === 'groups' ? 0 : 1;
    const isWhole = Array.isArray(value) && found.length === texts.length;
    if (isWhole && found.length >= least && found.length <= LIST_LENGTH_MAX) {
      return [...new Set(found)];
    }
    const message = `must be a list of ${least} to ${LIST_LENGTH_MAX} names, each of 1 to ${LISTED_TEXT_MAX} printable characters`;
    problems.push({ path: name, message });
    return undefined;
  };
  const [costCenter, application, environment, user, name, given] = TEXTS.map(text);
  const [models, groups] = LISTS.map(list);
  const { shared, expiresAt } = input;
  if (shared !== undefined && typeof shared !== 'boolean') {
    problems.push({ path: 'shared', message: `must be true or false, not ${quoted(shared)}` });
  }
  const end = typeof expiresAt === 'string' ? parseIsoTime(expiresAt) : undefined;
  if (expiresAt !== undefined && end === undefined) {
    const message = `must be a time such as 2026-12-01T18:00:00Z, not ${quoted(expiresAt)}`;
    problems.push({ path: 'expiresAt', message });
  }
  if (costCenter === undefined && input.costCenter === undefined) {
    problems.push({ path: 'costCenter', message: 'is required' });
  }
  if (problems.length > 0 || costCenter === undefined) return { problems };
  return {
    value: {
      costCenter,
      author: given ?? author,
      ...(application !== undefined && { application }),
      ...(environment !== undefined && { environment }),
      ...(user !== undefined && { user }),
      ...(name !== undefined && { name }),
      ...(models && { models }),
      ...(groups && { groups }),
      ...(shared === true && { isShared: true }),
      ...(end !== undefined && { expiresAt: end }),
    },
  };
}

const NOT_AN_ID = 'must be the id of a key';

const unknownNames = (input: JsonObject, names: readonly string[]): readonly InputProblem[] =>
  Object.keys(input)
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: name, message: unknownValueMessage('property', name, names) }));

/** The id of the key or token to revoke. */
export function parseKeyRevocation(input: unknown): KeyChange<string> {
  if (!isJsonObject(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const { id } = input;
  const problems = unknownNames(input, ['id']);
  if (typeof id === 'string' && problems.length === 0) return { value: id };
  return {
    problems: typeof id === 'string' ? problems : [...problems, { path: 'id', message: NOT_AN_ID }],
  };
}

const GRACE_SECONDS_MAX = 90 * 86_400;

export function parseKeyRotation(input: unknown): KeyChange<KeyRotation> {
  if (!isJsonObject(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const { id, graceSeconds = 0 } = input;
  const problems = [...unknownNames(input, ['id', 'graceSeconds'])];
  const seconds = Number(graceSeconds);
  const isInRange = Number.isSafeInteger(graceSeconds) && seconds >= 0;
  if (!isInRange || seconds > GRACE_SECONDS_MAX) {
    const message = `must be a whole number of seconds, at most ${GRACE_SECONDS_MAX} (90 days), not ${quoted(graceSeconds)}`;
    problems.push({ path: 'graceSeconds', message });
  }
  if (typeof id !== 'string') problems.push({ path: 'id', message: NOT_AN_ID });
  if (problems.length > 0 || typeof id !== 'string') return { problems };
  return { value: { id, graceMs: seconds * 1_000 } };
}
