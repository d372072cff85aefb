/** `cost-sentry completion`: prints shell completion scripts. */
import { Argument } from 'commander';
import { commandTree, type TreeNode } from '../completion/command-tree.ts';
import { fishScript, powershellScript } from '../completion/other-shells.ts';
import { bashScript, zshScript } from '../completion/posix-shells.ts';
import type { AddCommand } from '../terminal/io.ts';

const SHELLS: ReadonlyMap<string, (tree: readonly TreeNode[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
  ['powershell', powershellScript],
]);

const EXAMPLES = `
Examples:
  $ cost-sentry completion bash >> ~/.bashrc
  $ cost-sentry completion zsh > "\${fpath[1]}/_cost_sentry"
  $ cost-sentry completion fish > ~/.config/fish/completions/cost-sentry.fish
  PS> cost-sentry completion powershell >> $PROFILE`;

export const addCompletion: AddCommand = ({ program, io }) => {
  program
    .command('completion')
    .description('print a shell completion script for commands and options')
    .addArgument(
      new Argument('<shell>', 'shell to print the script for').choices([...SHELLS.keys()]),
    )
    .addHelpText('after', EXAMPLES)
    .action((shell: string) => io.out(SHELLS.get(shell)?.(commandTree(program)) ?? ''));
};
