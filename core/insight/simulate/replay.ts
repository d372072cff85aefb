/**
 * Replays past calls against one policy: the real steps resolve cost center and models, and the
 * real ledger core reserves and settles, in memory and at the times of the trace.
 */

import { resolveContext } from '../../call/context/resolve-context.ts';
import { usageByUnit } from '../../call/model/reported-usage.ts';
import { LedgerFullError } from '../../errors.ts';
import type { AmountsByUnit } from '../../ledger/effective-limits.ts';
import { expireReservations } from '../../ledger/expire-lease.ts';
import { prune } from '../../ledger/prune.ts';
import type { Reservation } from '../../ledger/reservation.ts';
import { reserve } from '../../ledger/reserve.ts';
import { release, settle } from '../../ledger/settle.ts';
import { toSafeInteger } from '../../money.ts';
import type { Policy } from '../../policy/policy.ts';
import { costOf, type TokenUsage } from '../../pricing/cost.ts';
import { type Clock, type EpochMs, HOUR_MS } from '../../time.ts';
import type { TraceCall } from '../trace/trace-call.ts';
import { EventQueue } from './event-queue.ts';
import { MemoryLedger } from './memory-ledger.ts';
import {
  ABOVE_LEDGER_MAXIMUM,
  type ReplayCandidate,
  replayCandidates,
} from './replay-candidates.ts';
import type { TypicalUsage } from './typical-usage.ts';

/** Result of a call. Amounts in nano-USD. */
export interface ReplayedCall {
  readonly outcome: 'answered' | 'failed' | 'denied' | 'not_valid';
  readonly isDowngraded: boolean;
  readonly spent: bigint;
  /** Whether the call did not run, so that its tokens are estimated. */
  readonly isEstimated: boolean;
  readonly deniedWorstCase: bigint;
  readonly unanswered: bigint;
  /** `<owner>/<limit>` that denied it, or the reason why the call is invalid. */
  readonly reason?: string;
}

const NOTHING = {
  isDowngraded: false,
  spent: 0n,
  isEstimated: false,
  deniedWorstCase: 0n,
  unanswered: 0n,
} as const;

/** How often expired state is dropped, in the trace's time. */
const PRUNE_MS = HOUR_MS;
/** Clock difference between hosts that the sweep allows for; see `ledger/expire-lease.ts`. */
const SWEEP_LATER_MS = 6_000;

class TraceClock implements Clock {
  at: EpochMs = 0;
  now(): EpochMs {
    return this.at;
  }
}

export class Replay {
  readonly policy: Policy;
  readonly #clock = new TraceClock();
  readonly #ledger = new MemoryLedger(this.#clock);
  readonly #agenda = new EventQueue();
  #prunedAt: EpochMs = 0;
  #calls = 0;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  /** Calls must be in order of their start. Those that ended before are settled first. */
  async start(call: TraceCall, typical: TypicalUsage): Promise<ReplayedCall> {
    await this.#until(call.startsAt);
    const { line } = call;
    const { applicationId, costCenter, environment } = line.tags;
    const found = resolveContext(
      this.policy,
      { model: line.fallbackFrom ?? line.model, tags: { applicationId, costCenter, environment } },
      line.caller,
    );
    if (found.outcome === 'not_valid') return notValid(found.problems[0].message);
    const candidates = replayCandidates(this.policy, found.context, line, call.startsAt);
    if ('problem' in candidates) return notValid(candidates.problem);
    const decision = await this.#reserve(call, candidates.candidates);
    const [asked] = candidates.candidates;
    if (decision.outcome !== 'reserved') {
      const deniedWorstCase = BigInt(asked.worstCase.usd);
      const reason =
        decision.outcome === 'denied'
          ? `${decision.limit.owner.name}/${decision.limit.name}`
          : decision.outcome;
      return { ...NOTHING, outcome: 'denied', deniedWorstCase, reason };
    }
    const chosen = candidates.candidates.find(({ model }) => model === decision.model) ?? asked;
    return this.#approved(call, chosen, chosen !== asked, decision.reservation, typical);
  }

  async #reserve(call: TraceCall, candidates: readonly [ReplayCandidate, ...ReplayCandidate[]]) {
    const { requestId, tags, who } = call.line;
    const { costCenter, applicationId: application, environment } = tags;
    this.#calls += 1;
    const attemptId = String(this.#calls);
    const request = {
      policy: this.policy,
      scope: { costCenter, application, environment, ...(who && { who }) },
      candidates,
      attemptId,
      now: call.startsAt,
      endsBy: call.endsAt,
    };
    try {
      const decision = await reserve(this.#ledger, { ...request, reservationId: requestId });
      if (decision.outcome !== 'conflict') return decision;
      // Two calls of the trace can have the same id at the same time: each is still a separate
      // call.
      const reservationId = `${requestId}~${attemptId}`;
      return await reserve(this.#ledger, { ...request, reservationId });
    } catch (error) {
      if (error instanceof LedgerFullError) return { outcome: 'conflict' } as const;
      throw error;
    }
  }

  #approved(
    { line, startsAt, endsAt }: TraceCall,
    candidate: ReplayCandidate,
    isDowngraded: boolean,
    reservation: Reservation,
    typical: TypicalUsage,
  ): ReplayedCall {
    const ran = line.outcome !== 'denied';
    const usage = ran ? line.usage : typical.usage(line.model, candidate.worstCase);
    if (line.settlement === 'worst_case') {
      // Its usage is unknown, for other models too.
      this.#agenda.add(endsAt, () => this.#settleAt(reservation, candidate.worstCase));
      const outcome = line.outcome === 'failed' ? 'failed' : 'answered';
      return { ...NOTHING, outcome, spent: BigInt(candidate.worstCase.usd), isEstimated: true };
    }
    if (!usage) {
      const isKept = line.settlement === 'kept';
      if (isKept) {
        // Its cost is unknown: the sweep settles it by policy when the lease ends.
        this.#agenda.add(reservation.leaseExpiresAt * 1000 + SWEEP_LATER_MS, () => this.#sweep());
      } else {
        this.#agenda.add(endsAt, () => release(this.#ledger, reservation));
      }
      const unanswered = isKept ? BigInt(candidate.worstCase.usd) : 0n;
      return { ...NOTHING, outcome: 'failed', isDowngraded: false, unanswered };
    }
    const spent = costOf(usage, candidate.period);
    if (spent > BigInt(Number.MAX_SAFE_INTEGER)) {
      this.#agenda.add(endsAt, () => release(this.#ledger, reservation));
      return notValid(ABOVE_LEDGER_MAXIMUM);
    }
    const end = ran ? endsAt : startsAt + typical.latencyMs(line.model);
    this.#agenda.add(end, () => this.#settle(reservation, usage, spent));
    return {
      ...NOTHING,
      outcome: line.outcome === 'failed' ? 'failed' : 'answered',
      isDowngraded: isDowngraded && line.outcome !== 'failed',
      spent,
      isEstimated: !ran || candidate.model !== line.model,
    };
  }

  async #settle(reservation: Reservation, usage: TokenUsage, spent: bigint): Promise<void> {
    await this.#settleAt(reservation, usageByUnit(usage, toSafeInteger(spent)));
  }

  async #settleAt(reservation: Reservation, amounts: AmountsByUnit): Promise<void> {
    await settle(this.#ledger, reservation, amounts);
  }

  async #until(at: EpochMs): Promise<void> {
    for (let next = this.#agenda.take(at); next; next = this.#agenda.take(at)) {
      this.#clock.at = Math.max(this.#clock.at, next.at);
      await next.run();
    }
    this.#clock.at = Math.max(this.#clock.at, at);
    if (this.#clock.at - this.#prunedAt < PRUNE_MS) return;
    this.#prunedAt = this.#clock.at;
    await this.#sweep();
  }

  async #sweep(): Promise<void> {
    const now = this.#clock.at;
    const { accounts } = await expireReservations(
      this.#ledger,
      this.#clock,
      this.policy,
      Number.POSITIVE_INFINITY,
    );
    await prune(this.#ledger, this.policy, accounts, now, new Set());
  }
}

const notValid = (reason: string): ReplayedCall => ({ ...NOTHING, outcome: 'not_valid', reason });

/** The recorded call. For a denied one only the worst case is known, at this policy's prices. */
export function recordedCall({ line, startsAt }: TraceCall, policy: Policy): ReplayedCall {
  const { actualNanoUsd = 0, reservedNanoUsd = 0, limit } = line;
  if (line.decision === 'denied') {
    const deniedWorstCase = worstCaseAsked(policy, line, startsAt);
    return { ...NOTHING, outcome: 'denied', deniedWorstCase, ...(limit && { reason: limit }) };
  }
  const isAnswered = line.outcome === 'succeeded';
  return {
    ...NOTHING,
    outcome: isAnswered ? 'answered' : 'failed',
    isDowngraded: isAnswered && line.fallbackFrom !== undefined,
    spent: BigInt(actualNanoUsd),
    unanswered: line.settlement === 'kept' ? BigInt(reservedNanoUsd) : 0n,
  };
}

function worstCaseAsked(policy: Policy, line: TraceCall['line'], at: EpochMs): bigint {
  const costCenter = policy.costCenters.get(line.tags.costCenter);
  const model = policy.models.get(line.model);
  if (!costCenter || !model) return 0n;
  const found = replayCandidates(policy, { costCenter, model }, line, at);
  return 'problem' in found ? 0n : BigInt(found.candidates[0].worstCase.usd);
}
