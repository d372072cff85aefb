/** What a tester makes EventBridge do. */

import { isRecord } from '../../base/json.ts';
import { type ParsedInput, unknownKeys, wholeNumber } from '../../base/parse-input.ts';

export interface AlertsBehavior {
  readonly fail?: {
    /** Requests to fail; a retry by the SDK is one of its own. */
    readonly times: number;
  };
}

/** Checks what `POST /_sandbox/alerts/behavior` was sent; `{}` is the default behavior. */
export function parseAlertsBehavior(input: unknown): ParsedInput<AlertsBehavior> {
  if (!isRecord(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const unknown = unknownKeys(input, ['fail'], '');
  const { fail } = input;
  if (fail === undefined) return unknown.length > 0 ? { problems: unknown } : { value: {} };
  if (!isRecord(fail)) return { problems: [{ path: 'fail', message: 'must be a JSON object' }] };
  const problems = [
    ...unknown,
    ...unknownKeys(fail, ['times'], 'fail.'),
    ...(fail.times === undefined
      ? [{ path: 'fail.times', message: 'must be given' }]
      : wholeNumber(fail.times, 'fail.times', 1, 1_000_000)),
  ];
  return problems.length > 0 ? { problems } : { value: input };
}
