/** The terminal a command runs at, and who sits there. */
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Screen } from './io.ts';
import { writeErrorMessage } from './write-errors.ts';

/** Asks on standard error, so that standard output stays what the command prints. */
function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise<string>((resolve) => {
    // Ctrl-C and the end of the input are no answer.
    lines.once('close', () => resolve(''));
    lines.question(question, resolve);
  }).finally(() => lines.close());
}

/** One line, written over: the control sequence clears it to its end. */
function status(text: string): void {
  process.stderr.write(`\r${text}\u001b[K`);
}

interface Terminal {
  readonly ask?: typeof ask;
  readonly status?: typeof status;
  readonly screen?: Screen;
  readonly user?: string;
}

/** What a command may know of its terminal and user; each is absent where there is none. */
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

/** Until Ctrl-C or an end from outside; a second one ends the process as ever. */
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

/** 128 and the number of SIGPIPE: so end programs that it ends, and Node.js ignores it. */
const READER_GONE = 141;

/** A reader that has enough, such as `head`, ends the command; a full disk does, with a sentence. */
export function exitOnBrokenPipe(): void {
  process.stdout.on('error', ({ code = 'unknown error' }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(READER_GONE);
    process.stderr.write(`standard output: ${writeErrorMessage(code)}\n`);
    process.exit(2);
  });
  // What is told there is beside the result.
  process.stderr.on('error', () => undefined);
}

function currentUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return undefined;
  }
}
