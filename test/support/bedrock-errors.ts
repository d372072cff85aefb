/** Errors that Bedrock documents, with their HTTP status. */

export const BEDROCK_ERROR_STATUS: readonly (readonly [string, number])[] = [
  ['AccessDeniedException', 403],
  ['InternalServerException', 500],
  ['ModelErrorException', 424],
  ['ModelNotReadyException', 429],
  ['ModelStreamErrorException', 424],
  ['ModelTimeoutException', 408],
  ['ResourceNotFoundException', 404],
  ['ServiceUnavailableException', 503],
  ['ThrottlingException', 429],
  ['ValidationException', 400],
  ['InvalidSignatureException', 403],
];
