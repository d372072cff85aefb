/** An upper bound of the input tokens of a call, without the model's tokenizer. */
import type { ModelCapabilities } from '../../pricing/price.ts';
import { imageTokenBound } from './image-bound.ts';
import type { PromptSize } from './prompt-size.ts';

/** What the bound depends on of a model. */
interface BoundedModel {
  readonly traits: ModelCapabilities;
  readonly contextTokens: number;
}

/**
 * Stated windows are rounded: 128,000 can be 131,072 and 1,000,000 can be 1,048,576, which is 4.9 %
 * more. A twentieth covers it.
 */
const WINDOW_MARGIN_DIVISOR = 20;

/** The most input tokens that a model can read. */
const contextWindowBound = (contextTokens: number): number =>
  contextTokens + Math.ceil(contextTokens / WINDOW_MARGIN_DIVISOR);

/**
 * Never above the context window: Bedrock refuses a longer input. A prompt with a part that has no
 * bound of its own is taken to fill it.
 *
 * @returns undefined when the prompt has images and their tokens in this model are not known.
 */
export function inputTokenBound(
  size: PromptSize,
  { traits, contextTokens }: BoundedModel,
): number | undefined {
  const { textTokens, images, hasTools, fillsWindow } = size;
  const { vision, templateTokens, toolTokens } = traits;
  if (images.length > 0 && vision === undefined) return undefined;
  const window = contextWindowBound(contextTokens);
  if (fillsWindow) return window;
  const imageTokens = images.map((image) => (vision ? imageTokenBound(image, vision) : 0));
  const own = templateTokens + (hasTools ? toolTokens : 0);
  return Math.min(
    window,
    imageTokens.reduce((sum, tokens) => sum + tokens, own + textTokens),
  );
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
