/** Completion for bash (3.2 and later) and zsh. */
import { commandPath, type TreeNode, type TreeOption } from './command-tree.ts';

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Patterns of a `case`: a command path, then a word. */
const patterns = (node: TreeNode, words: readonly string[]): string =>
  words.map((word) => quote(`${commandPath(node.words)} ${word}`)).join('|');

/** Finds the command before the cursor, skipping values of options. */
function walk(tree: readonly TreeNode[], shell: 'bash' | 'zsh'): string {
  const word = `\${${shell === 'bash' ? 'COMP_WORDS' : 'words'}[i]}`;
  const commands = tree.flatMap((node) =>
    node.commands.length > 0
      ? [
          patterns(
            node,
            node.commands.map(({ name }) => name),
          ),
        ]
      : [],
  );
  const valued = tree.flatMap((node) => {
    const names = node.options
      .filter(({ value }) => value !== 'none')
      .flatMap(({ names }) => names);
    return names.length > 0 ? [patterns(node, names)] : [];
  });
  const typed = shell === 'bash' ? 'i = 1; i < COMP_CWORD' : 'i = 2; i < CURRENT';
  return [
    `  for ((${typed}; i++)); do`,
    `    case "$place ${word}" in`,
    `      ${commands.join('|')}) place="$place ${word}" ;;`,
    ...(valued.length > 0 ? [`      ${valued.join('|')}) i=$((i + 1)) ;;`] : []),
    '    esac',
    '  done',
  ].join('\n');
}

/** A branch for each option that takes a value. @param before the word before the cursor. */
const values = (
  tree: readonly TreeNode[],
  before: string,
  say: (option: TreeOption) => string,
): string =>
  [
    `  case "$place ${before}" in`,
    ...tree.flatMap((node) =>
      node.options
        .filter(({ value }) => value !== 'none')
        .map((option) => `    ${patterns(node, option.names)}) ${say(option)} ;;`),
    ),
    '  esac',
  ].join('\n');

const wordsOf = ({ commands, choices, options }: TreeNode): readonly string[] => [
  ...commands.map(({ name }) => name),
  ...choices,
  ...options.flatMap(({ names }) => names),
];

export function bashScript(tree: readonly TreeNode[]): string {
  const say = ({ value }: TreeOption): string => {
    if (typeof value === 'object') return `words=${quote(value.join(' '))}; isValue=1`;
    return value === 'file' ? '_cost_sentry_files "$current"; return' : 'return';
  };
  const places = tree.map(
    (node) => `      ${quote(commandPath(node.words))}) words=${quote(wordsOf(node).join(' '))} ;;`,
  );
  return `# bash completion for cost-sentry
_cost_sentry_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$1"))
  compopt -o filenames 2>/dev/null
}

_cost_sentry() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  local place='' words='' isValue='' i
  COMPREPLY=()
${walk(tree, 'bash')}
${values(tree, '$before', say)}
  if [ -z "$isValue" ]; then
    case "$place" in
${places.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _cost_sentry cost-sentry
`;
}

/** \`word:description\` as _describe takes it. */
const described = (word: string, description: string): string =>
  quote(`${word.replaceAll(':', '\\:')}:${description}`);

export function zshScript(tree: readonly TreeNode[]): string {
  const say = ({ value }: TreeOption): string => {
    if (typeof value === 'object') return `compadd -- ${value.map(quote).join(' ')}; return`;
    return value === 'file' ? '_files; return' : '_message value; return';
  };
  const places = tree.map(({ words, commands, choices, options }) => {
    const entries = [
      ...commands.map(({ name, description }) => described(name, description)),
      ...choices.map((choice) => described(choice, '')),
      ...options.flatMap(({ names, description }) =>
        names.map((name) => described(name, description)),
      ),
    ];
    return `    ${quote(commandPath(words))}) found=(${entries.join(' ')}) ;;`;
  });
  return `#compdef cost-sentry
# zsh completion for cost-sentry
_cost_sentry() {
  local place='' i
  local -a found
${walk(tree, 'zsh')}
${values(tree, `\${words[CURRENT-1]}`, say)}
  case "$place" in
${places.join('\n')}
  esac
  _describe 'cost-sentry' found
}

# Autoloaded as a function, or sourced.
if [[ "\${funcstack[1]}" == _cost_sentry ]]; then
  _cost_sentry "$@"
else
  compdef _cost_sentry cost-sentry
fi
`;
}
