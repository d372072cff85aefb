/**
 * The traffic that every contender meets: call number n of a caller asks for the same, costs the
 * same and takes as long, whichever method decides about it.
 */
import type { AmountsByUnit } from '../../../core/ledger/effective-limits.ts';
import { type NanoUsd, toSafeInteger } from '../../../core/money.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import { costOf } from '../../../core/pricing/cost.ts';
import { worstCaseOf } from '../../../core/pricing/worst-case.ts';
import { type Random, randomOf } from '../../ledger-simulation/random.ts';
import { limitsConfig, policyOf } from '../../support/policy.ts';

export interface Call {
  /** As long as the UUIDs of real calls: ids are most of what a reservation weighs. */
  readonly id: string;
  readonly attemptId: string;
  readonly worstCase: AmountsByUnit;
  readonly actual: AmountsByUnit;
  /** Before the caller asks. */
  readonly thinkMs: number;
  readonly modelMs: number;
  /** One way between the caller and what decides. */
  readonly wayMs: number;
}

export interface TrafficOptions {
  readonly seed: number;
  readonly limitUsd: number;
  readonly shards?: number;
  /** Milliseconds of thinking and of the model are multiplied by it; 1 by default. */
  readonly pace?: number;
  /** The calls have no way to what decides: its requests have their own. */
  readonly isLocal?: boolean;
}

/** All that is the same for every contender. */
export interface Traffic {
  readonly policy: Policy;
  readonly limitNanoUsd: number;
  readonly callOf: (caller: number, index: number) => Call;
}

export const START = Date.parse('2026-11-10T09:00:00.000Z');
/** Whom every call of the benchmark is for, as `limitsConfig` names them. */
export const SCOPE = {
  costCenter: 'retail',
  application: 'faq',
  environment: 'production',
} as const;
export const MODEL = 'haiku';

const MODEL_ID = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const MAX_TOKENS = [256, 512, 1_024, 2_048] as const;
/** Tokens that the bound adds for the messages and the model's template. */
const OVERHEAD_TOKENS = 200;
const LEASE_SECONDS = 420;
/** More than are ever in flight: only the limit denies. The default is 400. */
const CALLERS_MAX = 1_000;
/** A call that Bedrock throttles costs nothing. */
const THROTTLED = 0.02;

export function trafficOf(options: TrafficOptions): Traffic {
  const { seed, limitUsd, shards = 1 } = options;
  const limits = [{ name: 'monthly-budget', window: 'month', unit: 'usd', amount: limitUsd }];
  const policy = policyOf(
    limitsConfig(limits, {
      models: {
        [MODEL]: { model_id: MODEL_ID },
        micro: { model_id: 'amazon.nova-micro-v1:0' },
      },
      ledger: { shards, lease_seconds: LEASE_SECONDS, in_flight_max: CALLERS_MAX },
    }),
  );
  const limitNanoUsd = policy.costCenters.get(SCOPE.costCenter)?.limits[0]?.amount;
  if (limitNanoUsd === undefined) throw new Error('the cost center of the benchmark has its limit');
  return {
    policy: { ...policy, shardLayout: [{ shards, from: 0 }] },
    limitNanoUsd,
    callOf: (caller, index) => callFrom(randomOf(seed, 'call', caller, index), policy, options),
  };
}

function callFrom(random: Random, policy: Policy, { pace = 1, isLocal }: TrafficOptions): Call {
  const schedule = policy.models.get(MODEL)?.prices;
  if (!schedule) throw new Error('the model of the benchmark has a price');
  const bytes = Math.round(400 * 30 ** random.next());
  const maxTokens = random.pick(MAX_TOKENS);
  const bound = { inputTokens: bytes + OVERHEAD_TOKENS, maxOutputTokens: maxTokens };
  const worst = worstCaseOf(bound, schedule, START);
  // Between three and five bytes to a token, and answers that seldom use all they may.
  const inputTokens = Math.round(bytes / (3 + 2 * random.next())) + random.integer(5, 50);
  const outputTokens = Math.ceil(maxTokens * random.next() ** 1.5);
  const usage = {
    inputTokens,
    outputTokens,
    cacheReadInputTokens: 0,
    cacheWriteInputTokens: 0,
    cacheWrite1hInputTokens: 0,
  };
  const isThrottled = random.chance(THROTTLED);
  return {
    id: uuidFrom(random),
    attemptId: uuidFrom(random),
    worstCase: amountsOf(worst.amount, bound.inputTokens, maxTokens),
    actual: isThrottled
      ? amountsOf(0n, 0, 0)
      : amountsOf(costOf(usage, worst.period), inputTokens, outputTokens),
    thinkMs: random.integer(200, 1_800) * pace,
    modelMs: (isThrottled ? 100 : random.integer(800, 1_600) + outputTokens * 5) * pace,
    wayMs: isLocal ? 0 : random.integer(1, 4),
  };
}

const amountsOf = (usd: NanoUsd | bigint, input: number, output: number): AmountsByUnit => ({
  requests: 1,
  tokens: input + output,
  input_tokens: input,
  output_tokens: output,
  usd: toSafeInteger(usd),
});

/** A call that asks for exactly this much, to find out where a contender draws its line. */
export const callAsking = (name: string, worstNanoUsd: number, actualNanoUsd: number): Call => {
  const random = randomOf(name, worstNanoUsd);
  return {
    id: uuidFrom(random),
    attemptId: uuidFrom(random),
    worstCase: amountsOf(BigInt(worstNanoUsd), 0, 0),
    actual: amountsOf(BigInt(actualNanoUsd), 0, 0),
    thinkMs: 0,
    modelMs: 0,
    wayMs: 0,
  };
};

function uuidFrom(random: Random): string {
  const digits = Array.from({ length: 32 }, () => random.integer(0, 15).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
