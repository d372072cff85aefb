/** Bedrock Converse through the AWS SDK: one try per call, every failure classified. */
import { isNativeError } from 'node:util/types';
import {
  type BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { ConverseFailure } from '../core/call/model/failure-rules.ts';
import type {
  AnswerContent,
  ConverseCall,
  ConverseResult,
  ModelClient,
} from '../core/call/model/ports.ts';
import type { ServedAs } from '../core/pricing/price.ts';
import type { Clock } from '../core/time.ts';
import { toConversation, toDocumentValue } from './bedrock-converse-input.ts';
import { isNotSent } from './connection-errors.ts';

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

function toResult(answer: ConverseCommandOutput): ConverseResult {
  const { output, stopReason, usage } = answer;
  const content = output?.message?.content;
  const servedAs = servedAsOf(answer);
  const reported = usage && (servedAs ? { ...usage, servedAs } : usage);
  if (!content) return { outcome: 'malformed', reported };
  return {
    outcome: 'succeeded',
    content: plain(content),
    stopReason: stopReason ?? 'end_turn',
    reported,
  };
}

/** Undefined where the answer names neither: the default. */
function servedAsOf({
  serviceTier,
  performanceConfig,
}: ConverseCommandOutput): ServedAs | undefined {
  const [tier, latency] = [serviceTier?.type, performanceConfig?.latency];
  return tier === undefined && latency === undefined ? undefined : { tier, latency };
}

/** Bytes (images, redacted reasoning) become base64, as in Bedrock's own JSON. */
const plain = (content: readonly object[]): AnswerContent =>
  JSON.parse(
    JSON.stringify(content, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );

export function toFailure(error: unknown, isAborted: boolean): ConverseFailure {
  const { name, message } = isNativeError(error)
    ? error
    : { name: 'Unknown', message: String(error) };
  const httpStatus = statusOf(error);
  if (httpStatus !== undefined) {
    const isException = error instanceof BedrockRuntimeServiceException;
    return { name: isException ? error.name : 'MalformedAnswer', message, httpStatus };
  }
  if (isNotSent(error)) return { name: 'NotSent', message };
  if (name === 'CredentialsProviderError') return { name, message };
  if (isAborted) return { name: 'DeadlineExceeded', message: 'the model did not answer in time' };
  return { name: 'ConnectionLost', message };
}

/** Of an answer that came, also of one that the SDK could not read. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof BedrockRuntimeServiceException) return error.$metadata.httpStatusCode;
  if (!isNativeError(error) || !('$response' in error)) return undefined;
  const { $response: response } = error;
  if (typeof response !== 'object' || response === null) return undefined;
  return 'statusCode' in response && typeof response.statusCode === 'number'
    ? response.statusCode
    : undefined;
}
