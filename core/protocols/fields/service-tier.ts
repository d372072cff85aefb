/** The service tier and the latency of a call: each may stand in several places, and must agree. */
import type { InputProblem } from '../../input-problem.ts';
import { type JsonObject, memberOf } from '../../json-value.ts';
import { quoted } from '../../safe-text.ts';

/** Names of the standard tier in the protocols that name one. */
const STANDARD = new Set(['default', 'standard', 'auto', 'standard_only', 'on_demand']);

interface Choice {
  readonly path: string;
  readonly value: unknown;
}

/** Tiers and latencies other than the standard ones have separate prices. */
export function tierProblems(
  body: JsonObject,
  headers: Readonly<Record<string, string>>,
): readonly InputProblem[] {
  const tiers = given([
    ['headers.x-amzn-bedrock-service-tier', headers['x-amzn-bedrock-service-tier']],
    ['$.serviceTier.type', memberOf(body, 'serviceTier', 'type')],
    ['$.service_tier', memberOf(body, 'service_tier')],
    [
      '$.additionalModelRequestFields.service_tier',
      memberOf(body, 'additionalModelRequestFields', 'service_tier'),
    ],
  ]);
  const latencies = given([
    [
      'headers.x-amzn-bedrock-performanceconfig-latency',
      headers['x-amzn-bedrock-performanceconfig-latency'],
    ],
    ['$.performanceConfig.latency', memberOf(body, 'performanceConfig', 'latency')],
  ]);
  return [...problemsOf(tiers, 'service tier'), ...problemsOf(latencies, 'latency')];
}

const given = (places: readonly (readonly [string, unknown])[]): readonly Choice[] =>
  places.flatMap(([path, value]) =>
    value === undefined || value === null ? [] : [{ path, value }],
  );

function problemsOf(choices: readonly Choice[], what: string): readonly InputProblem[] {
  const [first, ...others] = choices;
  if (!first) return [];
  const other = others.find(({ value }) => nameOf(value) !== nameOf(first.value));
  if (other) {
    const message = `names the ${what} ${quoted(other.value)}, but ${first.path} names ${quoted(first.value)}: name one`;
    return [{ path: other.path, message }];
  }
  if (nameOf(first.value) === 'standard') return [];
  const message = `the ${what} ${quoted(first.value)} has no known price (proxy.allow_fields does not change that): leave it out, or write "default"`;
  return [{ path: first.path, message }];
}

const nameOf = (value: unknown): unknown =>
  typeof value === 'string' && STANDARD.has(value) ? 'standard' : value;
