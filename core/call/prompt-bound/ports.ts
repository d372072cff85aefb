/** The port that counts the tokens of a prompt. */
import type { EpochMs } from '../../time.ts';
import type { Prompt } from '../request/prompt.ts';

export interface CountRequest {
  /** A foundation model's id: CountTokens refuses profiles and geography prefixes. */
  readonly baseModelId: string;
  readonly prompt: Prompt;
  /** When the count is no longer waited for. */
  readonly deadline: EpochMs;
}

/** Counts a prompt's input tokens with the model's own tokenizer. */
export interface TokenCounter {
  /** Undefined when it could not, or not in time; never throws for what the service does. */
  count(request: CountRequest): Promise<number | undefined>;
}
