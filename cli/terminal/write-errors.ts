/** Reasons why a file or standard output cannot be written. */

const REASONS = {
  ENOENT: 'folder not found',
  ENOTDIR: 'folder not found',
  EISDIR: 'is a folder: name a file',
  EACCES: 'no permission to write the file',
  EROFS: 'no permission to write the file',
  ENOSPC: 'the disk is full',
} as const;

const isKnown = (code: string): code is keyof typeof REASONS => Object.hasOwn(REASONS, code);

/** @param code of Node.js, such as ENOSPC. */
export const writeErrorMessage = (code: string): string =>
  isKnown(code) ? REASONS[code] : `cannot write the file (${code})`;
