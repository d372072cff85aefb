/** Anthropic's betas that change nothing about what a call can cost; any other is left out. */
import type { InputProblem } from '../../input-problem.ts';

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

const NAMES_MAX = 100;

/** Of `anthropic_beta`; a value of another form could name betas that are not read here. */
export function betasProblem(value: unknown, path: string): InputProblem | undefined {
  if (value === undefined || value === null) return undefined;
  const names: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  const isList = names?.every((each) => typeof each === 'string') && names.length <= NAMES_MAX;
  if (isList) return undefined;
  return { path, message: `must be a list of the names of betas, at most ${NAMES_MAX}` };
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
