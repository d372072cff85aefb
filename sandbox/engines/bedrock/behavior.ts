/** What a tester makes the mock Bedrock do, and which errors Bedrock has. */
import { isRecord } from '../../base/loopback-server.ts';

/**
 * Errors of Converse, ConverseStream and CountTokens with their HTTP status:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors, 2026-11
 */
export const BEDROCK_ERRORS = {
  AccessDeniedException: 403,
  InternalServerException: 500,
  ModelErrorException: 424,
  ModelNotReadyException: 429,
  ModelStreamErrorException: 424,
  ModelTimeoutException: 408,
  ResourceNotFoundException: 404,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  ValidationException: 400,
} as const;

export type BedrockErrorName = keyof typeof BEDROCK_ERRORS;

export interface BedrockBehavior {
  readonly latencyMs?: number;
  readonly usage?: Readonly<Partial<Record<(typeof USAGE_KEYS)[number], number>>>;
  readonly text?: string;
  readonly fail?: { readonly name: BedrockErrorName; readonly times: number };
  readonly hang?: true;
}

export interface InputProblem {
  readonly path: string;
  readonly message: string;
}

export type ParsedInput<T> = { readonly value: T } | { readonly problems: readonly InputProblem[] };

const USAGE_KEYS = [
  'inputTokens',
  'outputTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
] as const;
const KEYS = ['latencyMs', 'usage', 'text', 'fail', 'hang'];
const LATENCY_MS_MAX = 600_000;

/** Checks what `POST /_sandbox/bedrock/behavior` was sent; `{}` is the default behavior. */
export function parseBedrockBehavior(input: unknown): ParsedInput<BedrockBehavior> {
  if (!isRecord(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const problems = [
    ...unknownKeys(input, KEYS, ''),
    ...wholeNumber(input.latencyMs, 'latencyMs', 0, LATENCY_MS_MAX),
    ...usageProblems(input.usage),
    ...(input.text === undefined || (typeof input.text === 'string' && input.text !== '')
      ? []
      : [{ path: 'text', message: 'must be text that is not empty' }]),
    ...failProblems(input.fail),
    ...(input.hang === undefined || input.hang === true
      ? []
      : [{ path: 'hang', message: 'must be true or absent' }]),
  ];
  return problems.length > 0 ? { problems } : { value: input };
}

function usageProblems(usage: unknown): readonly InputProblem[] {
  if (usage === undefined) return [];
  if (!isRecord(usage)) return [{ path: 'usage', message: 'must be a JSON object' }];
  return [
    ...unknownKeys(usage, USAGE_KEYS, 'usage.'),
    ...USAGE_KEYS.flatMap((key) =>
      wholeNumber(usage[key], `usage.${key}`, 0, Number.MAX_SAFE_INTEGER),
    ),
  ];
}

function failProblems(fail: unknown): readonly InputProblem[] {
  if (fail === undefined) return [];
  if (!isRecord(fail)) return [{ path: 'fail', message: 'must be a JSON object' }];
  const names = Object.keys(BEDROCK_ERRORS);
  return [
    ...unknownKeys(fail, ['name', 'times'], 'fail.'),
    ...(typeof fail.name === 'string' && names.includes(fail.name)
      ? []
      : [{ path: 'fail.name', message: `must be one of ${names.join(', ')}` }]),
    ...(fail.times === undefined
      ? [{ path: 'fail.times', message: 'must be given' }]
      : wholeNumber(fail.times, 'fail.times', 1, 1_000_000)),
  ];
}

/** A problem for each key that is not among `allowed`. */
export const unknownKeys = (
  value: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
  prefix: string,
): readonly InputProblem[] =>
  Object.keys(value)
    .filter((key) => !allowed.includes(key))
    .map((key) => ({
      path: `${prefix}${key.slice(0, 64)}`,
      message: `is not known: allowed are ${allowed.join(', ')}`,
    }));

/** A problem unless the value is absent or a whole number in the range. */
export const wholeNumber = (
  value: unknown,
  path: string,
  min: number,
  max: number,
): readonly InputProblem[] =>
  value === undefined ||
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max)
    ? []
    : [{ path, message: `must be a whole number from ${min} to ${max}` }];
