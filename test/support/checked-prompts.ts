/** Prompts as the check of a request returns them. */
import { type Prompt, toPrompt } from '../../core/call/request/prompt.ts';
import type { RequestPrompt } from './prompts.ts';

export function promptOf(request: RequestPrompt): Prompt {
  const result = toPrompt(request);
  if (result.outcome === 'valid') return result.prompt;
  throw new Error(result.problems.map(({ path, message }) => `${path} ${message}`).join('\n'));
}

/** `path message` of each problem. */
export const problemsOf = (request: RequestPrompt): readonly string[] => {
  const result = toPrompt(request);
  return result.outcome === 'valid'
    ? []
    : result.problems.map(({ path, message }) => `${path.replace('$.prompt.', '')} ${message}`);
};
