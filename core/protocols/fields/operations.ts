/** The operations of the Bedrock runtime that call a model, by the end of their path. */

export const MODEL_OPERATIONS = [
  'converse',
  'converse-stream',
  'invoke',
  'invoke-with-response-stream',
] as const;
export type ModelOperation = (typeof MODEL_OPERATIONS)[number];

export const isStreamed = (operation: ModelOperation): boolean => operation.endsWith('-stream');
