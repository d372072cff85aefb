/** Options with a fixed set of values. */
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
