/**
 * Finds the lines of the bill that belong to Bedrock, and their model. Amazon's models are billed
 * as `Amazon Bedrock`; other models are AWS Marketplace products with separate names, such as
 * `Claude 3 Haiku (Amazon Bedrock Edition)`, and new ones are added.
 */

/** @param service value of the dimension SERVICE; undefined counts as Bedrock. */
export const isBedrockService = (service: string | undefined): boolean =>
  service === undefined || /bedrock/i.test(service);

const EDITION = /\s*\((?:Amazon )?Bedrock Edition\)\s*$/i;
/** As `USE1-` or `APN1-`: https://docs.aws.amazon.com/global-infrastructure, 2026-11. */
const REGION = /^[A-Z]{2,4}\d?-/;
/**
 * Suffixes after the model's name: `-input-tokens`, `-cache-read-input-token-count`, ...
 * https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html, 2026-11.
 */
const METER = /-(?:mantle-)?(?:input|output|cache|tokens?|batch|flex|priority)(?:-.*)?$/i;

/**
 * The model's name in the bill: the Marketplace product, or for Amazon's models the name in the
 * usage type, such as `NovaLite` in `USE1-NovaLite-input-tokens`.
 */
export function billedModel(service: string | undefined, usageType: string | undefined): string {
  if (service !== undefined && EDITION.test(service)) return service.replace(EDITION, '');
  const model = (usageType ?? '').replace(REGION, '').replace(METER, '');
  return model || service || 'Amazon Bedrock';
}
