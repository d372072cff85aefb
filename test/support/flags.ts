/** Flags of the programs that `npm run` starts: what is wrong with them ends the program. */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

export const log = (line: string): void => void process.stderr.write(`${line}\n`);
export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Says what is wrong, and how the program is used. */
export function refuserWith(usage: string) {
  return (message: string): never => {
    log(`${message}\n\n${usage}`);
    process.exit(2);
  };
}

type Refuse = ReturnType<typeof refuserWith>;

export function readFlags<const T extends ParseArgsOptionsConfig>(options: T, refuse: Refuse) {
  try {
    return parseArgs({ options, strict: true }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

export const wholeNumberOf = (name: string, text: string, refuse: Refuse): number =>
  /^\d{1,9}$/.test(text) ? Number(text) : refuse(`--${name} wants a whole number`);
