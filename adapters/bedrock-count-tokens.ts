/** Bedrock CountTokens through the AWS SDK. It is free; if it fails, the strict bound is used. */
import { isNativeError } from 'node:util/types';
import { type BedrockRuntimeClient, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import type { CountRequest, TokenCounter } from '../core/call/prompt-bound/ports.ts';
import type { Clock } from '../core/time.ts';
import { toConversation } from './bedrock-converse-input.ts';

interface BedrockTokenCounterOptions {
  readonly client: BedrockRuntimeClient;
  readonly clock: Clock;
  /** Gets the name of what went wrong, never the service's words: they may quote the prompt. */
  readonly warn: (message: string) => void;
}

export class BedrockTokenCounter implements TokenCounter {
  readonly #options: BedrockTokenCounterOptions;

  constructor(options: BedrockTokenCounterOptions) {
    this.#options = options;
  }

  async count({ baseModelId, prompt, deadline }: CountRequest): Promise<number | undefined> {
    const { client, clock, warn } = this.#options;
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), Math.max(0, deadline - clock.now()));
    try {
      const input = { converse: toConversation(prompt) };
      const command = new CountTokensCommand({ modelId: baseModelId, input });
      const { inputTokens } = await client.send(command, { abortSignal: stop.signal });
      return Number.isSafeInteger(inputTokens) ? inputTokens : undefined;
    } catch (error) {
      const name = isNativeError(error) ? error.name : 'Unknown';
      const reason = stop.signal.aborted ? 'it took too long' : name;
      warn(`CountTokens did not count for ${baseModelId} (${reason}): the strict bound is used`);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
