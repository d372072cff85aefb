/**
 * Requests that Bedrock rejects with a ValidationException, so that mistakes show before
 * production. The messages are those of AWS, if known:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html, 2026-11
 */

import { isRecord, parseJson } from '../../base/json.ts';
import {
  blockProblem,
  documentNamesProblem,
  toolProblem,
  unknownMemberProblem,
} from './check-content.ts';

const CONVERSE_KEYS = [
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'guardrailConfig',
  'additionalModelRequestFields',
  'promptVariables',
  'additionalModelResponseFieldPaths',
  'requestMetadata',
  'performanceConfig',
  'serviceTier',
  'outputConfig',
];
const INFERENCE_KEYS = ['maxTokens', 'temperature', 'topP', 'stopSequences'];
const STOP_SEQUENCES_MAX = 2500;
const MODEL_ID = /^(?:[a-z-]+\.)?[a-z0-9-]+\.[a-zA-Z0-9.:-]+$/;
const GEOGRAPHY = /^(?:us|us-gov|eu|apac|jp|au|in|ca|sa|global)\./;

/** The problem of a Converse body for the model, or undefined. */
export function converseProblem(body: unknown, baseModelId: string): string | undefined {
  if (!isRecord(body)) return 'Malformed input request: the body is not a JSON object.';
  return (
    unknownMemberProblem(body, CONVERSE_KEYS) ??
    systemProblem(body.system) ??
    messagesProblem(body.messages, body.toolConfig) ??
    inferenceProblem(body.inferenceConfig) ??
    additionalProblem(body.additionalModelRequestFields, baseModelId)
  );
}

/** The request that CountTokens wraps: Converse members, or the bytes of an InvokeModel body. */
export function countedInput(body: unknown): unknown {
  const input = isRecord(body) && isRecord(body.input) ? body.input : {};
  const base64 = isRecord(input.invokeModel) ? input.invokeModel.body : undefined;
  return typeof base64 === 'string' ? parseJson(Buffer.from(base64, 'base64')) : input.converse;
}

/** Converse members are taken without those about the response. */
export function countTokensProblem(body: unknown, modelId: string): string | undefined {
  if (modelId.startsWith('arn:') || GEOGRAPHY.test(modelId)) {
    return `The provided model identifier is invalid: CountTokens takes a foundation model's id.`;
  }
  const converse = countedInput(body);
  if (!isRecord(converse)) return 'Malformed input request: input.converse is missing.';
  // The family's own format, which only it checks.
  if (isRecord(body) && isRecord(body.input) && isRecord(body.input.invokeModel)) return undefined;
  const allowed = ['messages', 'system', 'toolConfig', 'additionalModelRequestFields'];
  return (
    unknownMemberProblem(converse, allowed) ??
    systemProblem(converse.system) ??
    messagesProblem(converse.messages, converse.toolConfig)
  );
}

/** Whether it looks like an identifier of a model or a profile. */
export const isModelIdentifier = (modelId: string): boolean =>
  modelId.length <= 2048 && (MODEL_ID.test(modelId) || /^arn:aws[a-z-]*:bedrock:/.test(modelId));

function systemProblem(system: unknown): string | undefined {
  if (system === undefined) return undefined;
  if (!Array.isArray(system)) return 'Malformed input request: system is not a list.';
  for (const [index, block] of system.entries()) {
    const problem = blockProblem(block, `system.${index}`, ['text', 'guardContent', 'cachePoint']);
    if (problem) return problem;
  }
  return undefined;
}

function messagesProblem(messages: unknown, toolConfig: unknown): string | undefined {
  if (!Array.isArray(messages) || messages.length === 0) {
    return 'The messages field must hold at least one message.';
  }
  let lastRole: unknown;
  for (const [index, message] of messages.entries()) {
    if (!isRecord(message)) return `Malformed input request: messages.${index} is not an object.`;
    const { role, content } = message;
    if (role !== 'user' && role !== 'assistant') {
      return `1 validation error detected: Value at 'messages.${index + 1}.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]`;
    }
    if (index === 0 && role !== 'user') {
      return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.';
    }
    if (role === lastRole) {
      return 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.';
    }
    lastRole = role;
    const problem =
      unknownMemberProblem(message, ['role', 'content']) ?? contentProblem(content, index);
    if (problem) return problem;
  }
  return toolProblem(messages, toolConfig) ?? documentNamesProblem(messages);
}

function contentProblem(content: unknown, message: number): string | undefined {
  if (!Array.isArray(content) || content.length === 0) {
    return `The content field in the Message object at messages.${message} is empty. Add a ContentBlock object to the content field and try again.`;
  }
  for (const [index, block] of content.entries()) {
    const problem = blockProblem(block, `messages.${message}.content.${index}`);
    if (problem) return problem;
  }
  return undefined;
}

function inferenceProblem(config: unknown): string | undefined {
  if (config === undefined) return undefined;
  if (!isRecord(config)) return 'Malformed input request: inferenceConfig is not an object.';
  const { maxTokens, temperature, topP, stopSequences } = config;
  const failed = (name: string, rule: string) =>
    `1 validation error detected: Value at 'inferenceConfig.${name}' failed to satisfy constraint: ${rule}`;
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && Number(maxTokens) >= 1)) {
    return failed('maxTokens', 'Member must have value greater than or equal to 1');
  }
  if (!isFraction(temperature)) return failed('temperature', 'Member must be between 0 and 1');
  if (!isFraction(topP)) return failed('topP', 'Member must be between 0 and 1');
  const sequences = stopSequences ?? [];
  if (!Array.isArray(sequences) || sequences.length > STOP_SEQUENCES_MAX) {
    return failed('stopSequences', `Member must have length from 0 to ${STOP_SEQUENCES_MAX}`);
  }
  if (!sequences.every((sequence) => typeof sequence === 'string' && sequence !== '')) {
    return failed('stopSequences', 'Member must have length greater than or equal to 1');
  }
  return unknownMemberProblem(config, INFERENCE_KEYS);
}

const isFraction = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && value >= 0 && value <= 1);

/**
 * Nova accepts topK only inside additionalModelRequestFields.inferenceConfig:
 * https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html, 2026-11
 */
function additionalProblem(fields: unknown, baseModelId: string): string | undefined {
  if (fields === undefined) return undefined;
  if (!isRecord(fields))
    return 'Malformed input request: additionalModelRequestFields is not an object.';
  if (baseModelId.includes('amazon.nova')) {
    return unknownMemberProblem(fields, ['inferenceConfig', 'reasoningConfig']);
  }
  if (baseModelId.includes('anthropic.') && 'inferenceConfig' in fields) {
    return unknownMemberProblem(fields, []);
  }
  return undefined;
}
