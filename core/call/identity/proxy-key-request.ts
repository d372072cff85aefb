/** Parses the request for a key, in JSON of unknown shape. */
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject } from '../../json-value.ts';
import { quoted } from '../../safe-text.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import { parseIsoTime } from '../../time.ts';
import type { KeyChange, KeyRequest } from './manage-proxy-keys.ts';

const TEXTS = ['costCenter', 'application', 'environment', 'user', 'name', 'author'] as const;
const LISTS = ['models', 'groups'] as const;
const NAMES = [...TEXTS, ...LISTS, 'shared', 'expiresAt'];
const TEXT_LENGTH_MAX = 256;

/** @param author who asks, where the request does not say. */
export function parseKeyRequest(input: unknown, author: string): KeyChange<KeyRequest> {
  if (!isJsonObject(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const problems: InputProblem[] = Object.keys(input)
    .filter((name) => !NAMES.includes(name))
    .map((name) => ({ path: name, message: unknownValueMessage('property', name, NAMES) }));
  const text = (name: (typeof TEXTS)[number]): string | undefined => {
    const value = input[name];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '' && value.length <= TEXT_LENGTH_MAX) return value;
    problems.push({
      path: name,
      message: `must be text of 1 to 256 characters, not ${quoted(value)}`,
    });
    return undefined;
  };
  const list = (name: (typeof LISTS)[number]): readonly string[] | undefined => {
    const value = input[name];
    if (value === undefined) return undefined;
    const texts: readonly unknown[] = Array.isArray(value) ? value : [];
    const found = texts.filter((each) => typeof each === 'string');
    if (found.length > 0 && found.length === texts.length) return found;
    problems.push({ path: name, message: 'must be a list of names' });
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
    problems.push({ path: 'costCenter', message: 'must be given' });
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
