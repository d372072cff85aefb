/** `/_sandbox/keys`: what `cost-sentry keys` does on a deployed stack's table. */
import type { OperatorKeys } from '../../adapters/operator-keys.ts';
import {
  parseKeyRevocation,
  parseKeyRotation,
} from '../../core/call/identity/proxy-key-request.ts';
import type { ParsedInput } from '../base/parse-input.ts';

export const createKeyAnswer = (keys: OperatorKeys, body: unknown): Promise<ParsedInput<object>> =>
  keys.create(body);

export async function revokeKeyAnswer(
  keys: OperatorKeys,
  body: unknown,
): Promise<ParsedInput<object>> {
  const parsed = parseKeyRevocation(body);
  return 'problems' in parsed ? parsed : keys.revoke(parsed.value);
}

export async function rotateKeyAnswer(
  keys: OperatorKeys,
  body: unknown,
): Promise<ParsedInput<object>> {
  const parsed = parseKeyRotation(body);
  return 'problems' in parsed ? parsed : keys.rotate(parsed.value);
}
