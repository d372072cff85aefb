/** The turns of a conversation. */
import type { RequestBlock } from './content-block.schema.ts';

/** Consecutive messages of one role. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: RequestBlock[];
  /** Index of its first message in the request. */
  readonly at: number;
}
