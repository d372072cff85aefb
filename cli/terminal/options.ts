/** Kinds of options: with a fixed set of values, repeatable, required. */
import { Option } from 'commander';

/**
 * Help and completion show the values; the command checks them, so that it can report all problems
 * together.
 */
export function choiceOption(
  flags: string,
  description: string,
  choices: readonly string[],
  preset?: string,
): Option {
  const option = new Option(flags, description);
  if (preset !== undefined) option.default(preset);
  option.argChoices = [...choices];
  return option;
}

/** Collects a repeatable option. */
export const appendOption = (file: string, files: readonly string[] = []): readonly string[] => [
  ...files,
  file,
];

/**
 * The parser would report a missing option before a misspelled one, which is the reason that it is
 * missing: so these are checked when everything else was understood.
 */
export class RequiredOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, `${description} (required)`);
  }
}

/** The files of a required option that can be repeated. */
export const requiredFiles = (flags: string, description: string): Option =>
  new RequiredOption(flags, description).argParser(appendOption);
