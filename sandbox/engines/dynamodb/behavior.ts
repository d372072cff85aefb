/** What a tester makes the ledger's DynamoDB do. */

import { isRecord } from '../../base/json.ts';
import { type ParsedInput, unknownKeys, wholeNumber } from '../../base/parse-input.ts';

/** Those the functions use. */
const LEDGER_OPERATIONS = ['BatchGetItem', 'GetItem', 'Query', 'UpdateItem'] as const;
const FAIL_WHEN = ['before', 'after'] as const;

export interface LedgerBehavior {
  readonly fail?: {
    readonly operation: (typeof LEDGER_OPERATIONS)[number];
    /** before: nothing was written; after: written, but the answer is lost. */
    readonly when: (typeof FAIL_WHEN)[number];
    /** Requests to fail; a retry by the SDK is one of its own. */
    readonly times: number;
    /** Requests of the operation that pass before the first one fails. */
    readonly skip?: number;
  };
}

/** Checks what `POST /_sandbox/ledger/behavior` was sent; `{}` is the default behavior. */
export function parseLedgerBehavior(input: unknown): ParsedInput<LedgerBehavior> {
  if (!isRecord(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const unknown = unknownKeys(input, ['fail'], '');
  const { fail } = input;
  if (fail === undefined) return unknown.length > 0 ? { problems: unknown } : { value: {} };
  if (!isRecord(fail)) return { problems: [{ path: 'fail', message: 'must be a JSON object' }] };
  const problems = [
    ...unknown,
    ...unknownKeys(fail, ['operation', 'when', 'times', 'skip'], 'fail.'),
    ...oneOf(fail.operation, 'fail.operation', LEDGER_OPERATIONS),
    ...oneOf(fail.when, 'fail.when', FAIL_WHEN),
    ...(fail.times === undefined
      ? [{ path: 'fail.times', message: 'must be given' }]
      : wholeNumber(fail.times, 'fail.times', 1, 1_000_000)),
    ...wholeNumber(fail.skip, 'fail.skip', 0, 1_000_000),
  ];
  return problems.length > 0 ? { problems } : { value: input };
}

const oneOf = (value: unknown, path: string, allowed: readonly string[]) =>
  typeof value === 'string' && allowed.includes(value)
    ? []
    : [{ path, message: `must be one of ${allowed.join(', ')}` }];
