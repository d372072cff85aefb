/** Completion for fish and PowerShell. */
import { commandPath, type TreeNode, type TreeOption } from './command-tree.ts';

const fishQuote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const valuedNames = ({ options }: TreeNode): readonly string[] =>
  options.filter(({ value }) => value !== 'none').flatMap(({ names }) => names);

export function fishScript(tree: readonly TreeNode[]): string {
  const cases = (wordsAt: (node: TreeNode) => readonly string[]): string =>
    tree
      .flatMap((node) =>
        wordsAt(node).map((word) => fishQuote(`${commandPath(node.words)} ${word}`)),
      )
      .join(' ');
  const lines = tree.flatMap((node) => {
    const at = `complete -c cost-sentry -n ${fishQuote(`__cost_sentry_at ${fishQuote(commandPath(node.words))}`)}`;
    return [
      ...node.commands.map(
        ({ name, description }) => `${at} -a ${name} -d ${fishQuote(description)}`,
      ),
      ...node.choices.map((choice) => `${at} -a ${fishQuote(choice)}`),
      ...node.options.map((option) => `${at} ${fishOption(option)}`),
    ];
  });
  return `# fish completion for cost-sentry
function __cost_sentry_at
    set -l place ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$place $word"
            case ${cases(({ commands }) => commands.map(({ name }) => name))}
                set place "$place $word"
            case ${cases(valuedNames)}
                set skip 1
        end
    end
    test "$place" = "$argv[1]"
end

complete -c cost-sentry -f
${lines.join('\n')}
`;
}

function fishOption({ names, description, value }: TreeOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const takes =
    value === 'none'
      ? []
      : value === 'file'
        ? ['-r -F']
        : value === 'any'
          ? ['-x']
          : [`-x -a ${fishQuote(value.join(' '))}`];
  return [...flags, ...takes, `-d ${fishQuote(description)}`].join(' ');
}

const psQuote = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export function powershellScript(tree: readonly TreeNode[]): string {
  const places = tree.map(({ words, commands, choices, options }) => {
    const entries = [
      ...commands.map(({ name, description }) => [name, description] as const),
      ...choices.map((choice) => [choice, choice] as const),
      ...options.flatMap(({ names, description }) =>
        names.map((name) => [name, description] as const),
      ),
    ];
    const rows = entries.map(([word, says]) => `      @(${psQuote(word)}, ${psQuote(says)})`);
    return `    ${psQuote(commandPath(words))} = @(\n${rows.join('\n')}\n    )`;
  });
  const valued = tree.flatMap((node) =>
    node.options
      .filter(({ value }) => value !== 'none')
      .flatMap(({ names, value }) =>
        names.map((name) => {
          const words = typeof value === 'object' ? value.map(psQuote).join(', ') : '';
          return `    ${psQuote(`${commandPath(node.words)} ${name}`)} = @(${words})`;
        }),
      ),
  );
  return `# PowerShell completion for cost-sentry
Register-ArgumentCompleter -Native -CommandName 'cost-sentry' -ScriptBlock {
  param($word, $ast, $cursor)
  # Words and their descriptions, by command.
  $found = @{
${places.join('\n')}
  }
  # Options that take a value, and the values to complete.
  $valued = @{
${valued.join('\n')}
  }
  $place = ''
  $before = ''
  $typed = @($ast.CommandElements | Select-Object -Skip 1 |
    Where-Object { $_.Extent.EndOffset -lt $cursor -or $word -eq '' } |
    ForEach-Object { $_.ToString() })
  for ($i = 0; $i -lt $typed.Count; $i++) {
    $before = "$place $($typed[$i])"
    if ($found.ContainsKey($before)) { $place = $before; $before = '' }
    elseif ($valued.ContainsKey($before) -and $i + 1 -lt $typed.Count) { $i++; $before = '' }
  }
  # Values without a word list are completed as file names.
  $entries = if ($valued.ContainsKey($before)) { $valued[$before] | ForEach-Object { ,@($_, $_) } }
    else { $found[$place] }
  foreach ($entry in $entries) {
    if ($entry[0] -notlike "$word*") { continue }
    $says = if ($entry[1]) { $entry[1] } else { $entry[0] }
    $type = [System.Management.Automation.CompletionResult]
    $type::new($entry[0], $entry[0], 'ParameterValue', $says)
  }
}
`;
}
