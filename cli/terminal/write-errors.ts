/** What keeps a file or standard output from being written, in words. */

const REASONS = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'this is a folder: name a file',
  EACCES: 'the file may not be written',
  EROFS: 'the file may not be written',
  ENOSPC: 'the disk is full',
} as const;

const isKnown = (code: string): code is keyof typeof REASONS => Object.hasOwn(REASONS, code);

/** @param code of Node.js, such as ENOSPC. */
export const writeErrorMessage = (code: string): string =>
  isKnown(code) ? REASONS[code] : `the file can't be written (${code})`;
