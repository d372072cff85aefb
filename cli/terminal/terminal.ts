/** The terminal of a command, and its user. */
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen } from './io.ts';
import { writeErrorMessage } from './write-errors.ts';

/** Asks on standard error, so that standard output has only the command's result. */
function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise<string>((resolve) => {
    // Ctrl-C and the end of the input count as no.
    lines.once('close', () => resolve(''));
    lines.question(question, resolve);
  }).finally(() => lines.close());
}

/** One line, overwritten: the control sequence clears the rest of it. */
function status(text: string): void {
  process.stderr.write(`\r${text}\u001b[K`);
}

interface Terminal {
  readonly ask?: typeof ask;
  readonly status?: typeof status;
  readonly screen?: Screen;
  readonly user?: string;
}

/** Terminal and user of a command; each can be absent. */
export function terminal(): Terminal {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  const user = currentUser();
  return {
    ...(isTerminal && { ask }),
    ...(process.stderr.isTTY && { status }),
    ...(process.stdout.isTTY && { screen: { columns: () => process.stdout.columns } }),
    ...(user !== undefined && { user }),
  };
}

/** Until Ctrl-C or a termination signal; a second one ends the process as usual. */
export async function* repeatUntilInterrupted(everyMs: number): AsyncGenerator<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    while (!stop.signal.aborted) {
      yield;
      await sleep(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** 128 plus the number of SIGPIPE: the usual exit code, although Node.js ignores the signal. */
const BROKEN_PIPE_EXIT = 141;

/**
 * If the reader closes the pipe, as `head` does, the command ends; on a full disk it reports the
 * error.
 */
export function exitOnBrokenPipe(): void {
  process.stdout.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(BROKEN_PIPE_EXIT);
    process.stderr.write(`standard output: ${writeErrorMessage(code)}\n`);
    process.exit(2);
  });
  // Standard error is not part of the result.
  process.stderr.on('error', () => undefined);
}

function currentUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // In a container, the user ID can have no name.
    return undefined;
  }
}
