/** Step 2: reserve the worst case of the call, or refuse it. */

import { LedgerUnavailableError, SentryError } from '../../errors.ts';
import type { Ids } from '../../ids.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import type { RecentCounters } from '../../ledger/recent-counters.ts';
import { type ReserveDecision, reserve } from '../../ledger/reserve.ts';
import type { ReserveRequest } from '../../ledger/reserve-request.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PolicySource } from '../../policy/ports.ts';
import type { RequestTags } from '../../request-tags.ts';
import type { AuditedBound } from '../../telemetry/audit-line.ts';
import type { Clock, EpochMs } from '../../time.ts';
import { problemDetails } from '../answers/answers.ts';
import { limitExceeded } from '../answers/limit-exceeded.ts';
import type { PricedCandidate } from '../candidate/priced-bound.ts';
import { type ClaimRejection, claimKey } from '../idempotency/claim-key.ts';
import type { IdempotencyStore } from '../idempotency/ports.ts';
import { chargeOfUnknown } from '../model/charge.ts';
import { chargedBody, chargedCall } from './invoke-model.ts';
import { loadPolicy } from './load-policy.ts';
import {
  type BoundedCall,
  commonState,
  type NotReserved,
  type ReservedCall,
  type ReserveOutcome,
  type UnavailableCall,
  type ValidCall,
} from './state.ts';
import { looksThatFit, type WaitPorts } from './wait-for-calls.ts';
import type { WaitingCalls } from './waiting-calls.ts';

export interface ReservePorts extends WaitPorts {
  readonly policies: PolicySource;
  readonly ledger: LedgerStore;
  readonly idempotency: IdempotencyStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Gets the cause of a 503. */
  readonly warn: (message: string, cause: unknown) => void;
  /** Of the process, for all its calls. */
  readonly recent: RecentCounters;
  readonly waiting: WaitingCalls;
}

export interface ReserveRun {
  /** An earlier run of this step for this call may have written, and its answer is lost. */
  readonly isRepeat: boolean;
  /** The call was reserved before and that was released, so it must not meet its traces. */
  readonly isSecond?: boolean;
  /** When whatever makes and records the call must have ended: the lease ends after that. */
  readonly endsBy: EpochMs;
}

/** As `reserveCall`, for a call that carries its prompt. */
export async function reserveBudget(
  ports: ReservePorts,
  call: ValidCall,
  run: ReserveRun,
): Promise<ReserveOutcome> {
  const outcome = await reserveCall(ports, call, run);
  if (outcome.status !== 'approved') return outcome;
  return { ...outcome, prompt: call.prompt, logPrompts: call.logPrompts };
}

/** Safe to run again for the same call: its own reservation is found, not made twice. */
export async function reserveCall<C extends PricedCandidate>(
  ports: ReservePorts,
  call: BoundedCall<C>,
  { isRepeat, isSecond, endsBy }: ReserveRun,
): Promise<ReserveOutcome<ReservedCall<C>>> {
  const policy = await loadPolicy(ports, 'reserve');
  if (policy instanceof SentryError) {
    return unavailable(call, policy instanceof LedgerUnavailableError ? undefined : policy);
  }
  const now = ports.clock.now();
  const { claim } = call;
  const refused = claim && (await claimKey(ports, { ...call, claim }, policy, now));
  if (refused) return notClaimed(call, refused);
  const request = {
    ...reserveRequest(policy, call, now),
    endsBy,
    ...(isSecond && { reservationId: call.attemptId }),
    ...(isRepeat && { runId: ports.ids.uuid() }),
  };
  try {
    const decision = await reserveOrWait(ports, request, call.deadline);
    switch (decision.outcome) {
      case 'reserved':
        return approved(call, decision);
      case 'denied':
        return {
          ...commonState(call),
          status: 'denied',
          limit: decision.limit,
          bounds: boundsOf(call),
          ...(decision.firstEvent && { firstEvent: decision.firstEvent }),
          answer: limitExceeded(call.tags, decision.limit, ports.clock.now()),
        };
      case 'conflict':
        return inProgress(call);
    }
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    ports.warn('the ledger could not be reached to reserve', error);
    return unavailable(call);
  }
}

/** Left to call the model and to answer, after a wait. */
const LEFT_AFTER_WAIT_MS = 5_000;

/** A call that only calls in flight deny waits for them, if the policy and this process let it. */
async function reserveOrWait(
  ports: ReservePorts,
  request: ReserveRequest,
  deadline = Number.MAX_SAFE_INTEGER,
): Promise<ReserveDecision> {
  const { ledger, recent, waiting, clock } = ports;
  const denial = await reserve(ledger, request, recent);
  const { waitSeconds } = request.policy.ledger;
  if (waitSeconds === 0 || !mayFitSoon(denial)) return denial;
  const until = Math.min(clock.now() + waitSeconds * 1_000, deadline - LEFT_AFTER_WAIT_MS);
  const decision = await waiting.enter(() => reserveLater(ports, request, until, denial));
  return decision ?? denial;
}

async function reserveLater(
  ports: ReservePorts,
  request: ReserveRequest,
  until: EpochMs,
  denial: ReserveDecision,
): Promise<ReserveDecision> {
  let decision = denial;
  try {
    for await (const now of looksThatFit(ports, request, until)) {
      const attempt = { ...request, now, retryId: ports.ids.uuid() };
      const again = await reserve(ports.ledger, attempt, ports.recent);
      // The id of a denied write that was sent twice is closed: the caller gets the denial.
      if (again.outcome === 'conflict') break;
      decision = again;
      if (!mayFitSoon(decision)) break;
    }
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    ports.warn('the ledger could not be reached by a call that waited', error);
  }
  return decision;
}

/**
 * Only calls in flight take what is missing. The number of calls in flight is not in the counters
 * that a waiting call reads: there, every look would write.
 */
const mayFitSoon = (decision: ReserveDecision): boolean =>
  decision.outcome === 'denied' &&
  decision.limit.reason === 'reserved' &&
  decision.limit.window !== 'in_flight';

function reserveRequest(
  policy: Policy,
  call: BoundedCall,
  now: EpochMs,
): Omit<ReserveRequest, 'endsBy'> {
  const { costCenter = '', applicationId = '', environment = '', requestId } = call.tags;
  const { attemptId } = call;
  return {
    policy,
    scope: {
      costCenter,
      application: applicationId,
      environment,
      ...(call.who && { who: call.who }),
    },
    candidates: call.candidates,
    // A key lets one call through at a time; the next under the same id must not meet its traces.
    reservationId: call.claim ? attemptId : requestId,
    attemptId,
    now,
  };
}

function approved<C extends PricedCandidate>(
  call: BoundedCall<C>,
  { model, reservation, firstEvent }: Extract<ReserveDecision, { outcome: 'reserved' }>,
): ReservedCall<C> {
  const [asked] = call.candidates;
  const candidate = call.candidates.find((each) => each.model === model) ?? asked;
  const { modelMetric } = candidate;
  const tags: RequestTags = { ...call.tags, modelMetric };
  const reserved: Omit<ReservedCall<C>, 'answer'> = {
    ...commonState(call),
    status: 'approved',
    tags,
    dimensions: { ...call.dimensions, Model: candidate.model, ModelId: modelMetric },
    candidate,
    ...(candidate !== asked && { fallbackFrom: asked.model }),
    ...(firstEvent && { firstEvent }),
    reservation,
    bounds: boundsOf(call),
  };
  const charge = chargeOfUnknown(chargedCall(reserved));
  const answer = problemDetails('invocation_failed', tags, 'The invoking step did not answer.', {
    upstream: { name: 'InvocationLost', message: 'it is not known whether the model answered' },
    charged: chargedBody(charge),
  });
  return { ...reserved, answer };
}

function boundsOf({ candidates, cacheTtl }: BoundedCall): readonly AuditedBound[] {
  return candidates.map(({ model, worstCase }) => ({
    model,
    inputTokens: worstCase.input_tokens,
    outputTokens: worstCase.output_tokens,
    ...(cacheTtl === '1h' && { cacheTtl }),
  }));
}

/** Without the claim where another call holds the key: there is nothing to end. */
function notClaimed(call: BoundedCall, refused: ClaimRejection): NotReserved {
  if (refused.status === 'unavailable') return { ...commonState(call), ...refused };
  const { claim: _, ...rest } = commonState(call);
  return { ...rest, ...refused };
}

function unavailable(call: BoundedCall, policyError?: SentryError): UnavailableCall {
  const answer = policyError
    ? problemDetails(
        'policy_unavailable',
        call.tags,
        `${policyError.message}; no model was called.`,
      )
    : problemDetails(
        'ledger_unavailable',
        call.tags,
        'The ledger did not answer; no model was called.',
      );
  return { ...commonState(call), status: 'unavailable', answer };
}

function inProgress(call: BoundedCall): NotReserved {
  const detail = `The request ${call.tags.requestId} is still in progress; nothing was changed.`;
  const answer = problemDetails('request_in_progress', call.tags, detail);
  return { ...commonState(call), status: 'not_valid', answer };
}
