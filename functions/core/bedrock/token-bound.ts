/** An upper bound of the input tokens of a prompt, for any model, without its tokenizer. */
import type { Prompt } from './prompt.ts';

/**
 * A byte-level tokenizer never makes more tokens than the text has UTF-8 bytes: each token stands
 * for at least one byte. Chat templates add marks around every message and block and a preamble;
 * these allowances are several times what the published templates use (a handful of tokens each).
 */
const TOKENS_PER_CALL = 128;
const TOKENS_PER_MESSAGE = 32;
const TOKENS_PER_BLOCK = 8;

const encoder = new TextEncoder();

export function inputTokenBound({ system, messages }: Prompt): number {
  let bound = TOKENS_PER_CALL;
  for (const content of [system, ...messages.map((message) => message.content)]) {
    bound += TOKENS_PER_MESSAGE;
    for (const { text = '' } of content) {
      bound += TOKENS_PER_BLOCK + encoder.encode(text).length;
    }
  }
  return bound;
}
