/** Turns the request's messages into what Converse wants: system apart, roles alternating. */
import type { Problem } from '../policy/policy.ts';
import type { CacheTtl } from '../pricing/worst-case.ts';
import type { RequestBlock, RequestMessage } from './request.schema.ts';

export interface PromptMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly RequestBlock[];
}

/** The prompt without any model's particulars. */
export interface Prompt {
  readonly system: readonly RequestBlock[];
  readonly messages: readonly PromptMessage[];
}

/** What a prompt asks of a model, so that a model without it can be told beforehand. */
export interface PromptTraits {
  readonly hasSystem: boolean;
  /** The last message is the assistant's: the answer goes on from it. */
  readonly isPrefilled: boolean;
  readonly cacheTtl: CacheTtl;
}

export type PromptResult =
  | { readonly outcome: 'valid'; readonly prompt: Prompt }
  | { readonly outcome: 'not_valid'; readonly problems: readonly Problem[] };

const PATH = '$.prompt.messages';

/**
 * System messages go to `system`, neighbours of one role are merged: Converse refuses a
 * conversation that does not alternate or does not begin with the user.
 */
export function toPrompt(messages: readonly RequestMessage[]): PromptResult {
  const problems: Problem[] = [];
  const system: RequestBlock[] = [];
  const turns: { role: 'user' | 'assistant'; content: RequestBlock[]; at: number }[] = [];
  messages.forEach(({ role, content }, at) => {
    const blocks = typeof content === 'string' ? [{ text: content }] : content;
    if (role === 'system') {
      system.push(...blocks);
      return;
    }
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks], at });
  });
  const [first] = turns;
  if (!first) {
    problems.push({ path: PATH, message: 'holds only system messages: add a message of the user' });
  } else if (first.role !== 'user') {
    problems.push({
      path: `${PATH}[${first.at}].role`,
      message: 'is "assistant", but the first message after the system ones must be the user\'s',
    });
  }
  for (const turn of turns) {
    if (turn.content.some((block) => block.text !== undefined)) continue;
    problems.push({
      path: `${PATH}[${turn.at}].content`,
      message: 'needs at least one text block',
    });
  }
  if (problems.length > 0) return { outcome: 'not_valid', problems };
  const merged = turns.map(({ role, content }) => ({ role, content }));
  return { outcome: 'valid', prompt: { system, messages: merged } };
}

export function promptTraits({ system, messages }: Prompt): PromptTraits {
  const ttls = [system, ...messages.map(({ content }) => content)]
    .flat()
    .flatMap(({ cachePoint }) => (cachePoint ? [cachePoint.ttl ?? '5m'] : []));
  return {
    hasSystem: system.length > 0,
    isPrefilled: messages.at(-1)?.role === 'assistant',
    cacheTtl: ttls.includes('1h') ? '1h' : ttls.length > 0 ? '5m' : 'none',
  };
}
