/** Commands and options to complete, read from the program itself so that scripts stay current. */
import type { Command, Option } from 'commander';

/** Value of an option: none, a file name, one of several words, or any text. */
type OptionValue = 'none' | 'file' | 'any' | readonly [string, ...string[]];

export interface TreeOption {
  /** With their hyphens: `--json`, `-h`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly value: OptionValue;
}

interface TreeCommand {
  readonly name: string;
  readonly description: string;
}

/** A command, or the program itself. */
export interface TreeNode {
  /** The words that select it: empty for the program, `['limits', 'raise']`. */
  readonly words: readonly string[];
  readonly commands: readonly TreeCommand[];
  /** Values that its first argument can have. */
  readonly choices: readonly string[];
  readonly options: readonly TreeOption[];
}

/** The program and every command below it that help shows. */
export function commandTree(program: Command): readonly TreeNode[] {
  const nodesOf = (command: Command, words: readonly string[]): TreeNode[] => {
    const help = command.createHelp();
    const commands = help.visibleCommands(command);
    const node = {
      words,
      commands: commands.map((each) => ({
        name: each.name(),
        description: help.subcommandDescription(each),
      })),
      choices: command.registeredArguments[0]?.argChoices ?? [],
      options: help.visibleOptions(command).map(treeOption),
    };
    const own = commands.filter((each) => command.commands.includes(each));
    return [node, ...own.flatMap((each) => nodesOf(each, [...words, each.name()]))];
  };
  return nodesOf(program, []);
}

function treeOption(option: Option): TreeOption {
  return {
    names: [option.long, option.short].filter((name) => typeof name === 'string'),
    description: option.description,
    value: optionValue(option),
  };
}

function optionValue({ flags, required, optional, argChoices = [] }: Option): OptionValue {
  if (!required && !optional) return 'none';
  const [first, ...others] = argChoices;
  if (first !== undefined) return [first, ...others];
  return /[<[]file[\]>]/.test(flags) ? 'file' : 'any';
}

/** A command path as the scripts write it: `''`, `' limits raise'`. */
export const commandPath = (words: readonly string[]): string =>
  words.map((word) => ` ${word}`).join('');
