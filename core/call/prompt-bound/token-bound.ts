/** An upper bound of the input tokens of a call, without the model's tokenizer. */
import type { ModelCapabilities } from '../../pricing/price.ts';
import { imageTokenBound } from './image-bound.ts';
import type { PromptSize } from './prompt-size.ts';

/**
 * The largest input a model can read: its context window, and that of the betas a call asks for.
 * Sources round windows (128,000 may be 131,072, a million 1,048,576): unless the window is
 * documented to the token, it counts as the power of two it may have been rounded from.
 */
function inputWindow(
  { contextTokens, betas, traits }: WindowedModel,
  askedBetas: readonly string[] = [],
): number {
  const widened = askedBetas.map((name) => (Object.hasOwn(betas, name) ? betas[name] : 0) ?? 0);
  const tokens = Math.max(contextTokens, ...widened);
  return traits.exactContext ? tokens : Math.ceil(tokens * ROUNDED_DOWN_MAX);
}

interface WindowedModel {
  readonly contextTokens: number;
  readonly betas: Readonly<Record<string, number>>;
  readonly traits: ModelCapabilities;
}

/** 2^20 called a million. */
const ROUNDED_DOWN_MAX = 1.048576;

/**
 * Never above the model's window: Bedrock rejects a longer input. A part without a bound, such as
 * an image whose tokens are not published, is assumed to fill it.
 * @returns undefined when the prompt has images and the model sees none.
 */
export function inputTokenBound(
  size: PromptSize,
  model: WindowedModel,
  askedBetas: readonly string[] = [],
): number | undefined {
  const { textTokens, images, hasTools, fillsWindow } = size;
  const { vision, templateTokens, toolTokens } = model.traits;
  if (images.length > 0 && vision === undefined) return undefined;
  const window = inputWindow(model, askedBetas);
  if (fillsWindow) return window;
  const imageTokens = images.map((image) => vision && imageTokenBound(image, vision));
  const own = templateTokens + (hasTools ? toolTokens : 0);
  const sum = imageTokens.reduce<number>(
    (total, each) => total + (each ?? window),
    own + textTokens,
  );
  return Math.min(sum, window);
}

/**
 * CountTokens' number "will match the token count that would be charged", says AWS
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html, 2026-11); Anthropic calls
 * its own an estimate that may differ by a small amount
 * (https://platform.claude.com/docs/en/build-with-claude/token-counting, 2026-11). 1 % and 16
 * tokens cost next to nothing and cover a small amount.
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
