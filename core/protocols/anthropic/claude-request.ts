/** A Messages request as the body of InvokeModel for Claude: the same, but for a few members. */
import type { JsonObject } from '../../json-value.ts';

/** The version in which Bedrock reads every Claude. */
const BODY_VERSION = 'bedrock-2023-05-31';

/** @param betas from the header, with those of the body. */
export function toClaudeBody(body: JsonObject, betas: readonly string[]): JsonObject {
  const { model: _model, stream: _stream, service_tier: tier, speed, ...same } = body;
  return {
    ...same,
    // Members that mean the default, which Bedrock does not take.
    ...(!STANDARD_TIERS.has(tier) && { service_tier: tier }),
    ...(speed !== 'standard' && speed !== undefined && speed !== null && { speed }),
    anthropic_version: BODY_VERSION,
    ...(betas.length > 0 && { anthropic_beta: betas }),
  };
}

const STANDARD_TIERS = new Set<unknown>([undefined, null, 'auto', 'standard_only']);

/** Names that Bedrock gives another name. */
const RENAMED: Readonly<Record<string, string>> = {
  'advanced-tool-use-2025-11-20': 'tool-search-tool-2025-10-19',
};

/** Of the header, which may name several in one value, and of the body. */
export function betasOf(header: string | undefined, body: JsonObject): readonly string[] {
  const inHeader = (header ?? '').split(',').map((name) => name.trim());
  const inBody: readonly unknown[] = Array.isArray(body.anthropic_beta) ? body.anthropic_beta : [];
  const names = [...inHeader, ...inBody].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  );
  return [...new Set(names.map((name) => RENAMED[name] ?? name))];
}
