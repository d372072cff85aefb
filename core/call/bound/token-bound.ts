/** An upper bound of the input tokens of a call, without the model's tokenizer. */
import type { ModelCapabilities } from '../../pricing/price.ts';
import { imageTokenBound } from './image-bound.ts';
import type { PromptSize } from './prompt-size.ts';

/** @returns undefined when the prompt has images and nobody says what they take in this model. */
export function inputTokenBound(size: PromptSize, traits: ModelCapabilities): number | undefined {
  const { textTokens, images, hasTools } = size;
  const { vision, templateTokens, toolTokens } = traits;
  if (images.length > 0 && vision === undefined) return undefined;
  const imageTokens = images.map((image) => (vision ? imageTokenBound(image, vision) : 0));
  const own = templateTokens + (hasTools ? toolTokens : 0);
  return imageTokens.reduce((sum, tokens) => sum + tokens, own + textTokens);
}

/**
 * CountTokens' number "will match the token count that would be charged", says AWS
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html, 2026-11); Anthropic calls
 * its own an estimate that may differ by a small amount
 * (https://platform.claude.com/docs/en/build-with-claude/token-counting, 2026-11). A hundredth and
 * sixteen tokens cost next to nothing and cover a small amount.
 */
const COUNT_MARGIN_DIVISOR = 100;
const COUNT_MARGIN_TOKENS = 16;

/** The lower of two bounds: a count with its margin is never taken above the strict bound. */
export function countedTokenBound(strict: number, counted: number): number {
  return Math.min(
    strict,
    counted + Math.ceil(counted / COUNT_MARGIN_DIVISOR) + COUNT_MARGIN_TOKENS,
  );
}
