/** How a tester makes the ledger's DynamoDB behave. */
import { type ParsedInput, parseFailures, wholeNumber } from '../../base/parse-input.ts';

/** The operations that the functions use. */
const LEDGER_OPERATIONS = ['BatchGetItem', 'GetItem', 'Query', 'UpdateItem'] as const;
const FAIL_WHEN = ['before', 'after'] as const;

export interface LedgerBehavior {
  readonly fail?: {
    readonly operation: (typeof LEDGER_OPERATIONS)[number];
    /** before: nothing is written; after: written, but the response is lost. */
    readonly when: (typeof FAIL_WHEN)[number];
    /** Requests to fail; each retry by the SDK counts. */
    readonly times: number;
    /** Requests of the operation that succeed before the first failure. */
    readonly skip?: number;
  };
}

/** Checks the body of `POST /_sandbox/ledger/behavior`; `{}` is the default behavior. */
export const parseLedgerBehavior = (input: unknown): ParsedInput<LedgerBehavior> =>
  parseFailures(input, ['operation', 'when', 'skip'], ({ operation, when, skip }) => [
    ...oneOf(operation, 'fail.operation', LEDGER_OPERATIONS),
    ...oneOf(when, 'fail.when', FAIL_WHEN),
    ...wholeNumber(skip, 'fail.skip', 0, 1_000_000),
  ]);

const oneOf = (value: unknown, path: string, allowed: readonly string[]) =>
  typeof value === 'string' && allowed.includes(value)
    ? []
    : [{ path, message: `must be one of ${allowed.join(', ')}` }];
