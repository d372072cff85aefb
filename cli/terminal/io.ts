/** What a command may do to the world around it; tests give their own. */
import type { Command } from 'commander';
import type { Ids } from '../../core/ids.ts';
import type { Clock } from '../../core/time.ts';

export interface Io {
  /** Writes to standard output. */
  out(text: string): void;
  /** Writes to standard error. */
  err(text: string): void;
  /** Tells what takes its time, in place of what it told before; absent where nobody looks on. */
  readonly status?: (text: string) => void;
  /** Asks whoever sits at the terminal; absent where there is none. */
  readonly ask?: (question: string) => Promise<string>;
  /** The terminal that standard output goes to; absent where it is a file or a pipe. */
  readonly screen?: Screen;
  /** Now, and then again after each while, until whoever sits there ends it. */
  ticks(everyMs: number): AsyncIterable<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who runs the command, as the system knows them. */
  readonly user?: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Asked anew for each drawing, as a window may change. */
export interface Screen {
  readonly columns: () => number;
}

/** 0 fine; 1 the answer is "no" (drift, over a limit); 2 bad usage or configuration. */
export type ExitCode = 0 | 1 | 2;

/** Adds a command to the program; `done` takes its exit code. */
export type AddCommand = (context: {
  readonly program: Command;
  readonly io: Io;
  readonly done: (code: ExitCode) => void;
}) => void;
