/** How many tokens a text has at most, for any tokenizer of a chat model. */

/** Plain ASCII is left alone by every normalization: a token stands for at least one byte. */
const NOT_ASCII = /[^\0-\x7f]/;

/**
 * Code points at or above it keep their form in every normalization and take four bytes: the last
 * that changes is U+2FA1D (https://www.unicode.org/Public/17.0.0/ucd/UnicodeData.txt).
 */
const NORMALIZED_END = 0x30000;
const FOUR_BYTES = 4;

/** Longest UTF-8 form by code point, filled as characters are met: 0 is not filled yet. */
const longestForms = new Uint8Array(NORMALIZED_END);

/**
 * Bytes of the longest form a tokenizer may see the text in, each character separately.
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
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      bytes += 1;
      continue;
    }
    const codePoint = text.codePointAt(at) ?? unit;
    if (codePoint > 0xffff) at += 1;
    bytes += longestForm(codePoint);
  }
  return bytes;
}

/**
 * Bytes of a character's longest form.
 *
 * @param codePoint not ASCII.
 */
export function longestForm(codePoint: number): number {
  if (codePoint >= NORMALIZED_END) return FOUR_BYTES;
  const known = longestForms[codePoint];
  if (known) return known;
  const character = String.fromCodePoint(codePoint);
  const forms = [character, character.normalize('NFD'), character.normalize('NFKD')];
  const bytes = Math.max(...forms.map(utf8Length));
  longestForms[codePoint] = bytes;
  return bytes;
}

const encoder = new TextEncoder();
const utf8Length = (text: string): number => encoder.encode(text).length;
