/** Flags of the scripts that have a page of help. */
import { parseArgs } from 'node:util';

/** @returns undefined, and says why, where the flags are wrong. */
export function readFlags(options, usage) {
  try {
    return parseArgs({ options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}
