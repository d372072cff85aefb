/**
 * Which lines of the bill are of Bedrock, and of which model. Amazon's own models are billed as
 * `Amazon Bedrock`; those of others are products of AWS Marketplace with names of their own, such
 * as `Claude 3 Haiku (Amazon Bedrock Edition)`, of which there are always more.
 */

/** @param service value of the dimension SERVICE; undefined, when not told, is taken to be. */
export const isBedrockService = (service: string | undefined): boolean =>
  service === undefined || /bedrock/i.test(service);

const EDITION = /\s*\((?:Amazon )?Bedrock Edition\)\s*$/i;
/** As `USE1-` or `APN1-`: https://docs.aws.amazon.com/global-infrastructure, 2026-11. */
const REGION = /^[A-Z]{2,4}\d?-/;
/**
 * What follows the model's name: `-input-tokens`, `-cache-read-input-token-count`, ...
 * https://docs.aws.amazon.com/bedrock/latest/userguide/cost-mgmt-understanding-cur-data.html, 2026-11.
 */
const METER = /-(?:mantle-)?(?:input|output|cache|tokens?|batch|flex|priority)(?:-.*)?$/i;

/**
 * The model as the bill calls it: a Marketplace product's name, or for Amazon's own models what
 * stands in the usage type, such as `NovaLite` in `USE1-NovaLite-input-tokens`.
 */
export function billedModel(service: string | undefined, usageType: string | undefined): string {
  if (service !== undefined && EDITION.test(service)) return service.replace(EDITION, '');
  const model = (usageType ?? '').replace(REGION, '').replace(METER, '');
  return model || service || 'Amazon Bedrock';
}
