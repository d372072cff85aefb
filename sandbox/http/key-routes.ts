/** `/_sandbox/keys`: what `cost-sentry keys` does on a deployed stack's table. */
import type { OperatorKeys } from '../../adapters/operator-keys.ts';
import { isRecord } from '../base/json.ts';
import { type ParsedInput, unknownKeys, wholeNumber } from '../base/parse-input.ts';

export const createKeyAnswer = (keys: OperatorKeys, body: unknown): Promise<ParsedInput<object>> =>
  keys.create(body);

export async function revokeKeyAnswer(
  keys: OperatorKeys,
  body: unknown,
): Promise<ParsedInput<object>> {
  const { id } = isRecord(body) ? body : {};
  if (typeof id === 'string') return keys.revoke(id);
  return { problems: [{ path: 'id', message: 'must be the id of a key' }] };
}

const GRACE_SECONDS_MAX = 90 * 86_400;

export async function rotateKeyAnswer(
  keys: OperatorKeys,
  body: unknown,
): Promise<ParsedInput<object>> {
  if (!isRecord(body)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const { id, graceSeconds } = body;
  const problems = [
    ...unknownKeys(body, ['id', 'graceSeconds'], ''),
    ...wholeNumber(graceSeconds, 'graceSeconds', 0, GRACE_SECONDS_MAX),
    ...(typeof id === 'string' ? [] : [{ path: 'id', message: 'must be the id of a key' }]),
  ];
  if (problems.length > 0 || typeof id !== 'string') return { problems };
  return keys.rotate({ id, graceMs: Number(graceSeconds ?? 0) * 1000 });
}
