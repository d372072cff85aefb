/** An answered call, however it was sent. */
import type { InputProblem } from '../../core/input-problem.ts';

export interface PromptRequest {
  readonly model: string;
  readonly prompt: string;
  readonly system?: string | undefined;
  readonly maxTokens?: number | undefined;
  readonly costCenter?: string | undefined;
  readonly application?: string | undefined;
  readonly environment?: string | undefined;
  readonly user?: string | undefined;
  readonly session?: string | undefined;
}

export type Answered =
  | {
      readonly outcome: 'succeeded';
      /** Absent if it was printed as it came. */
      readonly text?: string;
      /** Facts for standard error. */
      readonly facts: readonly string[];
      readonly json: unknown;
    }
  /** By a limit, or by the model. */
  | { readonly outcome: 'denied' | 'failed'; readonly detail: string; readonly json: unknown }
  | { readonly outcome: 'not_valid'; readonly problems: readonly InputProblem[] };

export const sessionOf = ({ session }: PromptRequest): Readonly<Record<string, string>> =>
  session === undefined ? {} : { 'x-sentry-session': session };

/** Of Converse content blocks. */
export const textOf = (blocks: readonly unknown[]): string =>
  blocks
    .flatMap((block) =>
      typeof block === 'object' && block !== null && 'text' in block ? [String(block.text)] : [],
    )
    .join('');
