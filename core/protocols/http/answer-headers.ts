/** The headers of every relayed answer: who paid, how much, and how near the next limit is. */
import { type Answer, isProblem } from '../../call/answers/answers.ts';
import type { ReservedCall } from '../../call/steps/state.ts';
import type { RecentCounters } from '../../ledger/recent-counters.ts';
import { formatUsd } from '../../money.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { EpochMs } from '../../time.ts';
import type { Window } from '../../windows.ts';
import type { WireCandidate } from '../request-bound/wire-candidate.ts';

interface AnsweredCall {
  readonly requestId: string;
  readonly reserved?: ReservedCall<WireCandidate> | undefined;
  readonly answer?: Answer | undefined;
  /** For a stream that has just begun: its own reservation included. */
  readonly recent?: Pick<RecentCounters, 'committed'>;
}

export function answerHeaders(
  { requestId, ...call }: AnsweredCall,
  now: EpochMs,
): Readonly<Record<string, string>> {
  const { reserved, answer } = call;
  const tags: Partial<RequestTags> = reserved?.tags ?? answer?.tags ?? {};
  const cost = costOf(answer);
  const { droppedBetas = [], ignoredFields = [] } = reserved?.candidate ?? {};
  return {
    'x-sentry-request-id': requestId,
    'x-amzn-requestid': requestId,
    ...(tags.costCenter !== undefined && { 'x-sentry-cost-center': tags.costCenter }),
    ...(reserved && { 'x-sentry-reserved-usd': formatUsd(reserved.candidate.worstCase.usd) }),
    ...(cost !== undefined && { 'x-sentry-cost-usd': formatUsd(cost) }),
    ...named('x-sentry-dropped-betas', droppedBetas),
    ...named('x-sentry-ignored-fields', ignoredFields),
    ...(reserved?.fallbackFrom !== undefined && {
      'x-sentry-fallback-from': reserved.fallbackFrom,
    }),
    ...rateLimit(nearest(limitsOf(call)), now),
  };
}

function costOf(answer: Answer | undefined): number | undefined {
  if (!answer) return undefined;
  if (!isProblem(answer)) return answer.cost.nanoUsd;
  return answer.charged && 'nanoUsd' in answer.charged ? answer.charged.nanoUsd : undefined;
}

/** Names beyond these are left out: headers have a limited size. */
const NAMED_MAX = 20;

const named = (header: string, names: readonly string[]): Readonly<Record<string, string>> =>
  names.length > 0 ? { [header]: names.filter(isPrintable).slice(0, NAMED_MAX).join(',') } : {};

/** Header values take no other characters; a name that is longer is of no API. */
const isPrintable = (text: string): boolean => /^[\x21-\x7e]{1,100}$/.test(text);

interface LimitState {
  readonly name: string;
  readonly window: string;
  readonly limit: number;
  /** Absent before the call is settled. */
  readonly remaining?: number;
  readonly resetsAt: string | null;
}

function limitsOf({
  reserved,
  answer,
  recent,
}: Omit<AnsweredCall, 'requestId'>): readonly LimitState[] {
  if (answer && !isProblem(answer)) {
    return answer.limits.map(({ used = 0, reserved: inFlight = 0, ...limit }) => ({
      ...limit,
      remaining: Math.max(0, limit.limit - used - inFlight),
    }));
  }
  if (answer?.limit) {
    const { used = 0, reserved: inFlight = 0, ...limit } = answer.limit;
    return [{ ...limit, remaining: Math.max(0, limit.limit - used - inFlight) }];
  }
  const accounts = reserved?.reservation.accounts ?? [];
  return accounts.flatMap(({ account, counters }) =>
    counters.map(({ key, limit: { name, window, amount }, reserved: own, shards, resetsAt }) => {
      // One of several items does not have the sum.
      const committed = shards === 1 ? recent?.committed(account, key) : undefined;
      const left = committed === undefined ? {} : { remaining: amount - (committed - own) };
      return { name, window, limit: amount, ...left, resetsAt };
    }),
  );
}

/** Parts of a limit at which Claude Code warns its user. */
const WARN_AT = [0.95, 0.75];

/**
 * The headers by which Claude Code shows how much of a budget is used; its documentation names them
 * without their values, which are those that it reads.
 */
export function unifiedLimitHeaders(
  call: Omit<AnsweredCall, 'requestId'>,
): Readonly<Record<string, string>> {
  const limit = nearest(limitsOf(call));
  if (limit?.remaining === undefined) return {};
  const used = Math.min(1, Math.max(0, 1 - limit.remaining / limit.limit));
  const surpassed = WARN_AT.find((part) => used > part);
  const status = surpassed === undefined ? 'allowed' : 'allowed_warning';
  const { resetsAt } = limit;
  const reset = resetsAt === null ? undefined : String(Math.floor(Date.parse(resetsAt) / 1000));
  const headers = {
    status,
    'representative-claim': 'overage',
    'overage-status': status,
    ...(reset !== undefined && { reset, 'overage-reset': reset }),
    'overage-utilization': used.toFixed(4),
    ...(surpassed !== undefined && { 'overage-surpassed-threshold': String(surpassed) }),
  };
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, value]),
  );
}

function nearest(limits: readonly LimitState[]): LimitState | undefined {
  const part = ({ limit, remaining = limit }: LimitState) => remaining / limit;
  return [...limits].sort((a, b) => part(a) - part(b))[0];
}

const WINDOW_SECONDS: Partial<Readonly<Record<Window, number>>> = {
  minute: 60,
  hour: 3_600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000,
};

/** https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/, 2026-11. */
function rateLimit(limit: LimitState | undefined, now: EpochMs): Readonly<Record<string, string>> {
  if (!limit) return {};
  const { name, window, limit: quota, remaining, resetsAt } = limit;
  const seconds = Object.entries(WINDOW_SECONDS).find(([each]) => each === window)?.[1];
  const policy = `"${name}";q=${quota}${seconds === undefined ? '' : `;w=${seconds}`}`;
  if (remaining === undefined) return { 'ratelimit-policy': policy };
  if (resetsAt === null) {
    return { 'ratelimit-policy': policy, ratelimit: `"${name}";r=${remaining}` };
  }
  const wait = Math.max(0, Math.ceil((Date.parse(resetsAt) - now) / 1000));
  return { 'ratelimit-policy': policy, ratelimit: `"${name}";r=${remaining};t=${wait}` };
}
