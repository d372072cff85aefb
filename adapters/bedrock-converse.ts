/** Bedrock Converse through the AWS SDK: one try per call, every failure classified. */
import { isNativeError } from 'node:util/types';
import {
  type BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  type TokenUsage as SdkTokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { ConverseFailure } from '../core/call/model/failure-rules.ts';
import type {
  AnswerContent,
  ConverseCall,
  ConverseResult,
  ModelClient,
} from '../core/call/model/ports.ts';
import type { TokenUsage } from '../core/pricing/price.ts';
import type { Clock } from '../core/time.ts';
import { toConversation, toDocumentValue } from './bedrock-converse-input.ts';

export class BedrockModelClient implements ModelClient {
  readonly #client: BedrockRuntimeClient;
  readonly #clock: Clock;

  /** @param client with `maxAttempts: 1`: a second try may be billed, so the core decides on it. */
  constructor(client: BedrockRuntimeClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async converse(call: ConverseCall): Promise<ConverseResult> {
    const deadline = new AbortController();
    const wait = Math.max(0, call.deadline - this.#clock.now());
    const timer = setTimeout(() => deadline.abort(), wait);
    try {
      const command = new ConverseCommand(toInput(call));
      return toResult(await this.#client.send(command, { abortSignal: deadline.signal }));
    } catch (error) {
      return { outcome: 'failed', failure: toFailure(error, deadline.signal.aborted) };
    } finally {
      clearTimeout(timer);
    }
  }
}

function toInput({ candidate, prompt }: ConverseCall): ConverseCommandInput {
  const { modelId, inferenceConfig, additionalModelRequestFields } = candidate;
  return {
    modelId,
    ...toConversation(prompt),
    ...(prompt.requestMetadata && { requestMetadata: prompt.requestMetadata }),
    inferenceConfig,
    ...(additionalModelRequestFields && {
      additionalModelRequestFields: toDocumentValue(additionalModelRequestFields),
    }),
  };
}

function toResult({ output, stopReason, usage }: ConverseCommandOutput): ConverseResult {
  const content = output?.message?.content;
  if (!content || !usage) {
    const message = 'the answer lacks its message or its usage';
    return { outcome: 'failed', failure: { name: 'MalformedAnswer', message } };
  }
  return {
    outcome: 'succeeded',
    content: plain(content),
    stopReason: stopReason ?? 'end_turn',
    usage: toUsage(usage),
  };
}

/** Bytes (images, redacted reasoning) become base64, as in Bedrock's own JSON. */
const plain = (content: readonly object[]): AnswerContent =>
  JSON.parse(
    JSON.stringify(content, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );

function toUsage(usage: SdkTokenUsage): TokenUsage {
  const oneHour = (usage.cacheDetails ?? []).filter(({ ttl }) => ttl === '1h');
  return {
    inputTokens: usage.inputTokens ?? 0,
    outputTokens: usage.outputTokens ?? 0,
    cacheReadInputTokens: usage.cacheReadInputTokens ?? 0,
    cacheWriteInputTokens: usage.cacheWriteInputTokens ?? 0,
    cacheWrite1hInputTokens: oneHour.reduce((sum, { inputTokens = 0 }) => sum + inputTokens, 0),
  };
}

/** Errors of a connection that was never made: nothing was sent, so nothing can be billed. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function toFailure(error: unknown, aborted: boolean): ConverseFailure {
  if (aborted) {
    return { name: 'DeadlineExceeded', message: 'the model did not answer in time' };
  }
  const { name, message, code } = describe(error);
  if (error instanceof BedrockRuntimeServiceException) return { name, message };
  if (code !== undefined && NOT_SENT.has(code)) return { name: 'NotSent', message };
  if (name === 'CredentialsProviderError') return { name, message };
  return { name: 'ConnectionLost', message };
}

function describe(error: unknown): { name: string; message: string; code: string | undefined } {
  if (!isNativeError(error)) return { name: 'Unknown', message: String(error), code: undefined };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { name: error.name, message: error.message, code };
}
