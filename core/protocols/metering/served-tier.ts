/** The service tier and the latency that an answer names, in its JSON or its headers. */
import { memberOf } from '../../json-value.ts';
import type { ServedAs } from '../../pricing/price.ts';

/** All places of a body, or of one event of a stream, that may name them. */
export const servedAsInJson = (json: unknown): ServedAs =>
  servedAs(
    [
      memberOf(json, 'serviceTier', 'type'),
      memberOf(json, 'metadata', 'serviceTier', 'type'),
      // OpenAI's body, and Anthropic's usage.
      memberOf(json, 'service_tier'),
      memberOf(json, 'usage', 'service_tier'),
      memberOf(json, 'message', 'usage', 'service_tier'),
    ],
    [
      memberOf(json, 'performanceConfig', 'latency'),
      memberOf(json, 'metadata', 'performanceConfig', 'latency'),
    ],
  );

/** Names in lower case. */
export const servedAsInHeaders = (headers: Readonly<Record<string, string>>): ServedAs =>
  servedAs(
    [headers['x-amzn-bedrock-service-tier']],
    [headers['x-amzn-bedrock-performanceconfig-latency']],
  );

/** Later ones take precedence: a stream can name the tier at its start and at its end. */
export const mergeServedAs = (...all: readonly ServedAs[]): ServedAs => Object.assign({}, ...all);

function servedAs(tiers: readonly unknown[], latencies: readonly unknown[]): ServedAs {
  const [tier, latency] = [tiers, latencies].map((each) => each.find(isName));
  return { ...(tier !== undefined && { tier }), ...(latency !== undefined && { latency }) };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';
