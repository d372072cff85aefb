/** Where a report goes: standard output, or a file that is there only once it is whole. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Io } from '../io.ts';

interface Output {
  write(text: string): void;
  /** Nothing more comes: the file takes its name. */
  finish(): void;
  /** The report failed: nothing is left of the file. */
  abandon(): void;
}

/** @returns what keeps the file from being written, in words. */
export function openOutput(
  file: string | undefined,
  io: Io,
): Output | { readonly problem: string } {
  if (file === undefined) return { write: io.out, finish: () => {}, abandon: () => {} };
  const unfinished = `${file}.unfinished`;
  const opened = attempt(() => openSync(unfinished, 'w'));
  if ('problem' in opened) return opened;
  return {
    write: (text) => {
      if (text !== '') writeSync(opened.value, text);
    },
    finish: () => {
      closeSync(opened.value);
      renameSync(unfinished, file);
    },
    abandon: () => {
      closeSync(opened.value);
      rmSync(unfinished, { force: true });
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'this is a folder: name a file',
  EACCES: 'the file may not be written',
  EROFS: 'the file may not be written',
  ENOSPC: 'the disk is full',
};

function attempt<T>(action: () => T): { readonly value: T } | { readonly problem: string } {
  try {
    return { value: action() };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { problem: REASONS[code] ?? `the file can't be written (${code})` };
  }
}
