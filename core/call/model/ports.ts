/** Ports of the model call. */
import type { EpochMs } from '../../time.ts';
import type { Candidate } from '../candidate/candidate.ts';
import type { Prompt } from '../request/prompt.ts';
import type { ConverseFailure } from './failure-rules.ts';
import type { ReportedUsage } from './reported-usage.ts';

/** An answer's content blocks, as Converse gives them. */
export type AnswerContent = readonly Readonly<Record<string, unknown>>[];

export type ConverseResult =
  | {
      readonly outcome: 'succeeded';
      readonly content: AnswerContent;
      readonly stopReason: string;
      readonly reported: ReportedUsage | undefined;
    }
  | { readonly outcome: 'failed'; readonly failure: ConverseFailure }
  /** The model ran, and its answer has no message. */
  | { readonly outcome: 'malformed'; readonly reported: ReportedUsage | undefined };

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
