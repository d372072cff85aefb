/** Anthropic's betas that change nothing about what a call can cost; any other is left out. */

/** By name without its date. */
const KNOWN = new Set([
  'computer-use',
  'context-1m',
  'context-management',
  'dev-full-thinking',
  'effort',
  'extended-cache-ttl',
  'fine-grained-tool-streaming',
  'interleaved-thinking',
  'output-128k',
  'prompt-caching',
  'structured-outputs',
  'token-efficient-tools',
  'tool-examples',
  'tool-search-tool',
]);

/** With it, a request may reach a larger context window than the model's usual one. */
const LONG_CONTEXT = /^context-1m(?:-\d{4}-\d{2}-\d{2})?$/;
export const LONG_CONTEXT_TOKENS = 1_000_000;

interface Betas {
  /** Absent where the request names none. */
  readonly kept?: readonly string[];
  readonly dropped: readonly string[];
  /** The one that widens the context window, as the request names it. */
  readonly longContext?: string;
}

/** @param value `anthropic_beta`: a list of names, as the body has it. */
export function readBetas(value: unknown): Betas {
  const names: readonly unknown[] = Array.isArray(value) ? value : [];
  const texts = names.filter((name) => typeof name === 'string');
  const kept = texts.filter((name) => KNOWN.has(name.replace(/-\d{4}-\d{2}-\d{2}$/, '')));
  const longContext = kept.find((name) => LONG_CONTEXT.test(name));
  return {
    ...(Array.isArray(value) && { kept }),
    dropped: texts.filter((name) => !kept.includes(name)),
    ...(longContext !== undefined && { longContext }),
  };
}
