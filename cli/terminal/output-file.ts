/** Writes a report to standard output, or to a file that appears only when it is complete. */
import {
  closeSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { stringField, toUnvalidated } from '../../core/unvalidated.ts';
import type { Io } from './io.ts';
import { writeErrorMessage } from './write-errors.ts';

interface Output {
  /** @throws OutputError as `finish` does. */
  write(text: string): void;
  /** The report is complete: renames the file to its final name. */
  finish(): void;
  /** The report failed: deletes the partial file. */
  abandon(): void;
}

/** The reason why the file cannot be written, for example a full disk. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

/** As other tools name standard output. */
export const STANDARD_OUTPUT = '-';

/** @returns the reason why the file cannot be written. */
export function openOutput(
  file: string | undefined,
  io: Io,
): Output | { readonly problem: string } {
  if (file === undefined || file === STANDARD_OUTPUT) {
    return { write: io.out, finish: () => {}, abandon: () => {} };
  }
  try {
    return withOutputErrors(() => (isDevice(file) ? writeInto(file) : replaceWhole(file)));
  } catch (error) {
    if (error instanceof OutputError) return { problem: error.message };
    throw error;
  }
}

const PRESENT = { throwIfNoEntry: false } as const;

/** A device or a pipe, such as /dev/stdout, must not be replaced by a file. */
function isDevice(file: string): boolean {
  const found = statSync(file, PRESENT);
  if (found?.isDirectory()) throw new OutputError(writeErrorMessage('EISDIR'));
  return found !== undefined && !found.isFile();
}

function writeInto(file: string): Output {
  const opened = openSync(file, 'w');
  const close = () => closeSync(opened);
  return {
    write: (text) => withOutputErrors(() => writeAll(opened, text)),
    finish: close,
    abandon: close,
  };
}

function replaceWhole(file: string): Output {
  // A link is kept, and its target is replaced.
  const isLink = lstatSync(file, PRESENT)?.isSymbolicLink() && statSync(file, PRESENT);
  const target = isLink ? realpathSync(file) : file;
  const unfinished = `${target}.unfinished`;
  const opened = openSync(unfinished, 'w');
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(opened);
    isOpen = false;
  };
  return {
    write: (text) => withOutputErrors(() => writeAll(opened, text)),
    finish: () =>
      withOutputErrors(() => {
        close();
        renameSync(unfinished, target);
      }),
    abandon: () => {
      close();
      rmSync(unfinished, { force: true });
    },
  };
}

/** A pipe can accept fewer bytes than offered. */
function writeAll(opened: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(opened, rest));
}

/** @throws OutputError instead of the system's error. */
function withOutputErrors<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = stringField(toUnvalidated(error), 'code');
    if (code === undefined) throw error;
    throw new OutputError(writeErrorMessage(code), { cause: error });
  }
}
