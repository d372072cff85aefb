/** Options that take one of a few words. */
import { Option } from 'commander';

/**
 * The words are shown by help and offered by completion; checking them is the command's, which
 * reports all problems at once.
 */
export function choiceOption(
  flags: string,
  description: string,
  choices: readonly string[],
  preset: string,
): Option {
  const option = new Option(flags, description).default(preset);
  option.argChoices = [...choices];
  return option;
}

/** Collects an option that may be repeated. */
export const appendOption = (file: string, files: readonly string[] = []): readonly string[] => [
  ...files,
  file,
];
