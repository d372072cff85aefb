/**
 * Problems as the Bedrock runtime words them, so that its clients take them for their own
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, errors, 2026-11).
 */
import { type ErrorKind, problemKind } from './error-kind.ts';
import { type ErrorFormat, jsonError } from './wire-error.ts';

const WORDS: Readonly<Record<ErrorKind, readonly [status: number, name: string]>> = {
  invalid: [400, 'ValidationException'],
  unauthenticated: [403, 'AccessDeniedException'],
  forbidden: [403, 'AccessDeniedException'],
  noModel: [404, 'ResourceNotFoundException'],
  noPath: [404, 'UnknownOperationException'],
  wrongMethod: [405, 'UnknownOperationException'],
  conflict: [409, 'ConflictException'],
  tooLarge: [413, 'ValidationException'],
  spent: [402, 'ServiceQuotaExceededException'],
  throttled: [429, 'ThrottlingException'],
  broken: [424, 'ModelErrorException'],
  unavailable: [503, 'ServiceUnavailableException'],
  timedOut: [408, 'ModelTimeoutException'],
};

export const bedrockErrors: ErrorFormat = {
  problem: (problem, now) => {
    const { kind, headers } = problemKind(problem, now);
    const [status, name] = WORDS[kind];
    const body = { __type: name, message: problem.detail };
    return jsonError(status, body, { 'x-amzn-errortype': name, ...headers });
  },
};
