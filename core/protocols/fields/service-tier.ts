/** The service tier and the latency of a call: each can be in several places, which must agree. */
import type { InputProblem } from '../../input-problem.ts';
import { type JsonObject, memberOf } from '../../json-value.ts';
import { isDefaultTier, tariffOf } from '../../pricing/cost.ts';
import type { EffectivePrice, ServedAs } from '../../pricing/price.ts';
import { formatChoices, quoted } from '../../safe-text.ts';

interface AskingRequest {
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

interface Choice {
  readonly path: string;
  readonly value: unknown;
}

/** Tiers and latencies other than the standard ones have separate prices: known, or refused. */
export function tierProblems(
  request: AskingRequest,
  price: EffectivePrice,
): readonly InputProblem[] {
  const { tiers, latencies } = choicesOf(request);
  const problems = [
    ...problemsOf(tiers, 'service tier', Object.keys(price.tiers ?? {})),
    ...problemsOf(latencies, 'latency', Object.keys(price.latency ?? {})),
  ];
  if (problems.length > 0 || tariffOf(price, askedService(request))) return problems;
  const message = 'no price is known for this latency in another service tier: name one of them';
  return [{ path: latencies[0]?.path ?? '$', message }];
}

/** The tier and latency that a request asks for; the standard ones are left out. */
export function askedService(request: AskingRequest): ServedAs {
  const { tiers, latencies } = choicesOf(request);
  const [tier, latency] = [tiers, latencies].map(([first]) => nameOf(first?.value ?? 'standard'));
  return {
    ...(typeof tier === 'string' && tier !== 'standard' && { tier }),
    ...(typeof latency === 'string' && latency !== 'standard' && { latency }),
  };
}

function choicesOf({ body, headers }: AskingRequest) {
  return {
    tiers: given([
      ['headers.x-amzn-bedrock-service-tier', headers['x-amzn-bedrock-service-tier']],
      ['$.serviceTier.type', memberOf(body, 'serviceTier', 'type')],
      ['$.service_tier', memberOf(body, 'service_tier')],
      [
        '$.additionalModelRequestFields.service_tier',
        memberOf(body, 'additionalModelRequestFields', 'service_tier'),
      ],
    ]),
    latencies: given([
      [
        'headers.x-amzn-bedrock-performanceconfig-latency',
        headers['x-amzn-bedrock-performanceconfig-latency'],
      ],
      ['$.performanceConfig.latency', memberOf(body, 'performanceConfig', 'latency')],
    ]),
  };
}

const given = (places: readonly (readonly [string, unknown])[]): readonly Choice[] =>
  places.flatMap(([path, value]) =>
    value === undefined || value === null ? [] : [{ path, value }],
  );

function problemsOf(
  choices: readonly Choice[],
  what: string,
  priced: readonly string[],
): readonly InputProblem[] {
  const [first, ...others] = choices;
  if (!first) return [];
  const other = others.find(({ value }) => nameOf(value) !== nameOf(first.value));
  if (other) {
    const message = `names the ${what} ${quoted(other.value)}, but ${first.path} names ${quoted(first.value)}: name one`;
    return [{ path: other.path, message }];
  }
  const name = nameOf(first.value);
  if (name === 'standard' || priced.some((each) => each === name)) return [];
  const usual = what === 'latency' ? 'standard' : 'default';
  const known = priced.length === 0 ? `write ${quoted(usual)}` : `use ${formatChoices(priced)}`;
  const message = `the ${what} ${quoted(first.value)} has no known price (proxy.allow_fields does not change that): leave it out, or ${known}`;
  return [{ path: first.path, message }];
}

const nameOf = (value: unknown): unknown =>
  typeof value === 'string' && isDefaultTier(value) ? 'standard' : value;
