/** What the model call needs from outside. */
import type { TokenUsage } from '../../pricing/price.ts';
import type { EpochMs } from '../../time.ts';
import type { Candidate } from '../candidate/candidate.ts';
import type { Prompt } from '../request/prompt.ts';
import type { ConverseFailure } from './failure-rules.ts';

/** An answer's content blocks, as Converse gives them. */
export type AnswerContent = readonly Readonly<Record<string, unknown>>[];

export type ConverseResult =
  | {
      readonly outcome: 'succeeded';
      readonly content: AnswerContent;
      readonly stopReason: string;
      readonly usage: TokenUsage;
    }
  | { readonly outcome: 'failed'; readonly failure: ConverseFailure };

export interface ConverseCall {
  readonly candidate: Pick<
    Candidate,
    'modelId' | 'inferenceConfig' | 'additionalModelRequestFields'
  >;
  readonly prompt: Prompt;
  /** When the call is given up and its connection closed. */
  readonly deadline: EpochMs;
}

/** One call, tried once; never throws for what the service or the network does. */
export interface ModelClient {
  converse(call: ConverseCall): Promise<ConverseResult>;
}

export interface Sleeper {
  sleep(milliseconds: number): Promise<void>;
}
