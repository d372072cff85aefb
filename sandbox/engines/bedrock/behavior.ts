/** How a tester makes the mock of Bedrock behave or fail on purpose, and the errors of Bedrock. */

import type { InputProblem } from '../../../core/input-problem.ts';
import { isRecord } from '../../base/json.ts';
import {
  type ParsedInput,
  timesProblems,
  unknownKeys,
  wholeNumber,
} from '../../base/parse-input.ts';

/**
 * Errors of Converse, ConverseStream and CountTokens with their HTTP status, and those common to
 * AWS services:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
 * and https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html, 2026-11
 */
const BEDROCK_ERRORS: ReadonlyMap<string, number> = new Map([
  ['AccessDeniedException', 403],
  ['InternalServerException', 500],
  ['ModelErrorException', 424],
  ['ModelNotReadyException', 429],
  ['ModelStreamErrorException', 424],
  ['ModelTimeoutException', 408],
  ['ResourceNotFoundException', 404],
  ['ServiceQuotaExceededException', 400],
  ['ServiceUnavailableException', 503],
  ['ThrottlingException', 429],
  ['ValidationException', 400],
  ['ExpiredTokenException', 403],
  ['IncompleteSignatureException', 400],
  ['InvalidClientTokenIdException', 403],
  ['InvalidSignatureException', 403],
  ['MissingAuthenticationTokenException', 403],
  ['OptInRequired', 403],
  ['RequestExpired', 400],
  ['SerializationException', 400],
  ['SignatureDoesNotMatch', 403],
  ['SubscriptionRequiredException', 403],
  ['UnknownOperationException', 404],
  ['UnrecognizedClientException', 403],
]);

/** HTTP status of an error; 500 for a name that AWS does not document. */
export const bedrockErrorStatus = (name: string): number => BEDROCK_ERRORS.get(name) ?? 500;

export interface BedrockBehavior {
  readonly latencyMs?: number;
  /** Pause before each event of a stream after the first. */
  readonly chunkMs?: number;
  /**
   * Values reported instead of the usual counts, unchanged. A null value is omitted; null for all
   * omits the usage.
   */
  readonly usage?: Readonly<Partial<Record<(typeof USAGE_KEYS)[number], unknown>>> | null;
  /** The service tier reported in the response. */
  readonly serviceTier?: string;
  readonly text?: string;
  /** The model asks for this tool until its result is the last message, if the request offers it. */
  readonly toolUse?: { readonly name: string; readonly input: Readonly<Record<string, unknown>> };
  readonly fail?: { readonly name: string; readonly status?: number; readonly times: number };
  /** Ends a stream early. */
  readonly cut?: { readonly afterEvents: number; readonly how: (typeof CUTS)[number] };
  readonly hang?: true;
  /** The proxy is notified of a client that has left, which Lambda does not do. */
  readonly noticeDisconnect?: boolean;
}

/** A clean end, a connection that is destroyed, or an exception in the stream. */
const CUTS = ['close', 'destroy', 'exception'] as const;

const USAGE_KEYS = [
  'inputTokens',
  'outputTokens',
  'totalTokens',
  'cacheReadInputTokens',
  'cacheWriteInputTokens',
  'cacheDetails',
] as const;
const KEYS = [
  'latencyMs',
  'chunkMs',
  'usage',
  'serviceTier',
  'text',
  'toolUse',
  'fail',
  'cut',
  'hang',
  'noticeDisconnect',
];
const ERROR_NAME = /^[A-Za-z][A-Za-z0-9.]{0,99}$/;
const LATENCY_MS_MAX = 600_000;

/** Checks the body of `POST /_sandbox/bedrock/behavior`; `{}` is the default behavior. */
export function parseBedrockBehavior(input: unknown): ParsedInput<BedrockBehavior> {
  if (!isRecord(input)) return { problems: [{ path: '', message: 'must be a JSON object' }] };
  const problems = [
    ...unknownKeys(input, KEYS, ''),
    ...wholeNumber(input.latencyMs, 'latencyMs', 0, LATENCY_MS_MAX),
    ...wholeNumber(input.chunkMs, 'chunkMs', 0, LATENCY_MS_MAX),
    ...usageProblems(input.usage),
    ...textProblems(input.serviceTier, 'serviceTier'),
    ...textProblems(input.text, 'text'),
    ...toolProblems(input.toolUse),
    ...failProblems(input.fail),
    ...cutProblems(input.cut),
    ...(input.noticeDisconnect === undefined || typeof input.noticeDisconnect === 'boolean'
      ? []
      : [{ path: 'noticeDisconnect', message: 'must be true or false' }]),
    ...(input.hang === undefined || input.hang === true
      ? []
      : [{ path: 'hang', message: 'must be true or absent' }]),
  ];
  return problems.length > 0 ? { problems } : { value: input };
}

const textProblems = (value: unknown, path: string): readonly InputProblem[] =>
  value === undefined || (typeof value === 'string' && value !== '')
    ? []
    : [{ path, message: 'must be a non-empty string' }];

function usageProblems(usage: unknown): readonly InputProblem[] {
  if (usage === undefined || usage === null) return [];
  if (!isRecord(usage)) return [{ path: 'usage', message: 'must be a JSON object or null' }];
  return unknownKeys(usage, USAGE_KEYS, 'usage.');
}

function toolProblems(tool: unknown): readonly InputProblem[] {
  if (tool === undefined) return [];
  if (!isRecord(tool)) return [{ path: 'toolUse', message: 'must be a JSON object' }];
  return [
    ...unknownKeys(tool, ['name', 'input'], 'toolUse.'),
    ...(tool.name === undefined ? [{ path: 'toolUse.name', message: 'is required' }] : []),
    ...textProblems(tool.name, 'toolUse.name'),
    ...(isRecord(tool.input) ? [] : [{ path: 'toolUse.input', message: 'must be a JSON object' }]),
  ];
}

function cutProblems(cut: unknown): readonly InputProblem[] {
  if (cut === undefined) return [];
  if (!isRecord(cut)) return [{ path: 'cut', message: 'must be a JSON object' }];
  const { afterEvents, how } = cut;
  return [
    ...unknownKeys(cut, ['afterEvents', 'how'], 'cut.'),
    ...(afterEvents === undefined ? [{ path: 'cut.afterEvents', message: 'is required' }] : []),
    ...wholeNumber(afterEvents, 'cut.afterEvents', 0, 1_000_000),
    ...(CUTS.some((each) => each === how)
      ? []
      : [{ path: 'cut.how', message: `must be one of ${CUTS.join(', ')}` }]),
  ];
}

function failProblems(fail: unknown): readonly InputProblem[] {
  if (fail === undefined) return [];
  if (!isRecord(fail)) return [{ path: 'fail', message: 'must be a JSON object' }];
  return [
    ...unknownKeys(fail, ['name', 'status', 'times'], 'fail.'),
    ...(typeof fail.name === 'string' && ERROR_NAME.test(fail.name)
      ? []
      : [
          {
            path: 'fail.name',
            message: 'must be the name of an exception, such as ThrottlingException',
          },
        ]),
    ...wholeNumber(fail.status, 'fail.status', 400, 599),
    ...timesProblems(fail),
  ];
}
