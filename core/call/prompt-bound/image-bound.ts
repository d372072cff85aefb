/** How many input tokens an image takes at most, by the rule its model's maker published. */
import type { ImageTokenRule } from '../../pricing/price.ts';
import type { ImageSize } from '../request/image-header.ts';

/** Marks around an image. */
const TOKENS_PER_IMAGE = 16;

/** @returns undefined when no rule is published. */
export function imageTokenBound(size: ImageSize, rule: ImageTokenRule): number | undefined {
  if (rule === 'window') return undefined;
  return TOKENS_PER_IMAGE + RULES[rule](size);
}

const RULES: Readonly<Record<Exclude<ImageTokenRule, 'window'>, (size: ImageSize) => number>> = {
  claude: (size) => claudeTokens(size, 1_568),
  'claude-high-resolution': (size) => claudeTokens(size, 4_784),
  nova: novaTokens,
  'llama-3-2': () => LLAMA_3_2_TOKENS,
};

/**
 * Anthropic's page has had two rules: width x height / 750, and patches of 28 x 28 pixels. The
 * larger of both counts. Larger images are made smaller until they are within a number of patches
 * (1,568; from Claude Opus 4.7 on 4,784): https://platform.claude.com/docs/en/build-with-claude/vision,
 * 2026-11.
 */
function claudeTokens({ width, height }: ImageSize, patchesMax: number): number {
  const patches = Math.ceil(width / PATCH) * Math.ceil(height / PATCH);
  const most = Math.ceil((patchesMax * PATCH * PATCH) / PIXELS_PER_TOKEN);
  return Math.min(Math.max(patches, Math.ceil((width * height) / PIXELS_PER_TOKEN)), most);
}

const PATCH = 28;
const PIXELS_PER_TOKEN = 750;

/**
 * Nova finds the closest of some aspect ratios, and rescales until one side is above 896 pixels or
 * as long as the original's shorter side. Which side is not said, so the larger area counts, with
 * either neighbour of the ratio. Its table of examples goes from 506 pixels per token (900 x 450:
 * about 800) to 700: 450 leaves room for the "about".
 * https://docs.aws.amazon.com/nova/latest/userguide/modalities-image.html, 2026-11.
 */
function novaTokens({ width, height }: ImageSize): number {
  const ratio = Math.max(width, height) / Math.min(width, height);
  const wider = NOVA_RATIOS.find((each) => each >= ratio) ?? NOVA_RATIO_MAX;
  const squarer = NOVA_RATIOS.findLast((each) => each <= ratio) ?? 1;
  const short = Math.max(Math.min(width, height), NOVA_SIDE_MIN);
  const long = Math.max(width, height, NOVA_SIDE_MIN);
  const pixels = Math.max(short * short * wider, (long * long) / squarer);
  return Math.ceil(pixels / NOVA_PIXELS_PER_TOKEN);
}

const NOVA_RATIO_MAX = 9;
const NOVA_RATIOS: readonly number[] = [1, 1.5, 2, 3, 4, 5, 6, 7, 8, NOVA_RATIO_MAX];
const NOVA_SIDE_MIN = 896;
const NOVA_PIXELS_PER_TOKEN = 450;

/**
 * At most 2 x 2 tiles of 1,601 tokens:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-training-validation-requirements.html, 2026-11.
 */
const LLAMA_3_2_TOKENS = 4 * 1_601;
