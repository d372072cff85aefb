/** How many tokens a text has at most, for any tokenizer of a chat model. */

/** Plain ASCII is left alone by every normalization: a token stands for at least one byte. */
const NOT_ASCII = /[^\0-\x7f]/;

/** Longest UTF-8 form of characters met before; a text of all Unicode must not fill the memory. */
const longest = new Map<string, number>();
const REMEMBERED_MAX = 20_000;

/**
 * Bytes of the longest form a tokenizer may see the text in, each character on its own.
 *
 * A byte-level tokenizer (GPT, Llama 3, Qwen) makes at most one token of a byte; so does
 * SentencePiece with byte fallback (Mistral, Gemma), and without it an unknown character is one
 * token. But some normalize first: Claude 2's published tokenizer to NFKC
 * (https://github.com/anthropics/anthropic-tokenizer-typescript/blob/main/index.ts, 2024-03),
 * Qwen's to NFC. One character can then grow elevenfold (U+FDFA, 3 bytes to 33:
 * https://unicode.org/faq/normalization.html). Decomposing works character by character and
 * composing never lengthens, so the sum over characters of the longest of the text as it is, NFD
 * and NFKD is at or above every normal form of every text around it.
 */
export function textTokenBound(text: string): number {
  if (!NOT_ASCII.test(text)) return text.length;
  let bytes = 0;
  for (const character of text) bytes += character < '\x80' ? 1 : longestForm(character);
  return bytes;
}

function longestForm(character: string): number {
  const known = longest.get(character);
  if (known !== undefined) return known;
  const forms = [character, character.normalize('NFD'), character.normalize('NFKD')];
  const bytes = Math.max(...forms.map(utf8Length));
  if (longest.size < REMEMBERED_MAX) longest.set(character, bytes);
  return bytes;
}

const encoder = new TextEncoder();
const utf8Length = (text: string): number => encoder.encode(text).length;

/** What a template may put around one key of a JSON value that it renders in its own way. */
const TOKENS_PER_KEY = 32;

/**
 * A JSON value, however a chat template renders it: Llama's indents by four, some escape what is
 * not ASCII (`json.dumps`), some put JSON into a JSON string, Claude's wraps each parameter in
 * marks of its own, gpt-oss turns schemas into type declarations. So: indented, escaped, quoted
 * once more, and an allowance for every key.
 */
export function jsonTokenBound(value: unknown): number {
  const quotedOnceMore = JSON.stringify(JSON.stringify(value, undefined, 4));
  const keys = countKeys(value);
  // A UTF-16 code unit that is not ASCII becomes \uXXXX, in a quoted string \\uXXXX: seven bytes.
  const escapes = quotedOnceMore.match(/[^\0-\x7f]/g)?.length ?? 0;
  const escaped = quotedOnceMore.length + escapes * 6;
  return Math.max(escaped, textTokenBound(quotedOnceMore)) + keys * TOKENS_PER_KEY;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, each) => sum + countKeys(each), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
