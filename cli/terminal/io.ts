/** The input and output of a command; tests provide their own. */
import type { Command } from 'commander';
import type { Ids } from '../../core/ids.ts';
import type { Clock } from '../../core/time.ts';

export interface Io {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Replaces the progress line; absent without a terminal. */
  readonly status?: (text: string) => void;
  /** Asks a question on the terminal; absent without one. */
  readonly ask?: (question: string) => Promise<string>;
  /** The terminal of standard output; absent for a file or a pipe. */
  readonly screen?: Screen;
  /** Ticks immediately and then at each interval, until the user stops the command. */
  ticks(everyMs: number): AsyncIterable<void>;
  /** Global options write to it, because the clients of the AWS SDK read it. */
  readonly env: Record<string, string | undefined>;
  /** The local user who runs the command. */
  readonly user?: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Read for each update, because the window can change. */
export interface Screen {
  readonly columns: () => number;
}

/** 0 success; 1 a negative result (drift, limit reached); 2 invalid usage or configuration. */
export type ExitCode = 0 | 1 | 2;

/** Adds a command to the program; `done` receives its exit code. */
export type AddCommand = (context: {
  readonly program: Command;
  readonly io: Io;
  readonly done: (code: ExitCode) => void;
}) => void;
