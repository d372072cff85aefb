/**
 * Step 3: call the model. What it answers, and what it cost, is decided here; nothing is written.
 */

import { toSafeInteger } from '../../money.ts';
import { costOf, type TokenUsage } from '../../pricing/price.ts';
import { effectivePriceFromJson } from '../../pricing/price-json.ts';
import type { EpochMs } from '../../time.ts';
import { moneyBody, problemDetails, successBody, upstreamError } from '../answers/answers.ts';
import { type ConversePorts, converseWithRetries } from '../model/converse-with-retries.ts';
import { type ConverseFailure, failureRule } from '../model/failure-rules.ts';
import type { ConverseResult } from '../model/ports.ts';
import { withoutFiles } from '../request/prompt.ts';
import type { ApprovedCall, FailedCall, ReservedCall, SucceededCall } from './state.ts';

/** Left for settling and answering after the model call was given up. */
const RECORDING_MS = 1_500;
/** Longest call the lease is sure to cover. */
const LEASE_MARGIN_MS = 5_000;

/** @param stopBy when this step itself is ended from outside. */
export async function invokeModel(
  ports: ConversePorts,
  call: ApprovedCall,
  stopBy: EpochMs,
): Promise<SucceededCall | FailedCall> {
  const startedAt = ports.clock.now();
  const leaseEnd = call.reservation.leaseExpiresAt * 1000 - LEASE_MARGIN_MS;
  const callerStops = (call.deadline ?? Number.MAX_SAFE_INTEGER) - RECORDING_MS;
  const deadline = Math.min(stopBy - RECORDING_MS, callerStops, leaseEnd);
  const result = await converseWithRetries(ports, {
    candidate: call.candidate,
    prompt: call.prompt,
    deadline,
  });
  const latencyMs = ports.clock.now() - startedAt;
  return result.outcome === 'succeeded'
    ? succeeded(call, result, latencyMs)
    : failed(call, result.failure, latencyMs);
}

/** Usage times price, rounded up once (I6). */
export const costNanoUsd = ({ candidate }: Pick<ReservedCall, 'candidate'>, usage: TokenUsage) =>
  toSafeInteger(costOf(usage, effectivePriceFromJson(candidate.price)));

function succeeded(
  call: ApprovedCall,
  { content, stopReason, usage }: Extract<ConverseResult, { outcome: 'succeeded' }>,
  latencyMs: number,
): SucceededCall {
  const { candidate, fallbackFrom, tags } = call;
  const parts = { candidate, fallbackFrom, tags, content, stopReason, usage };
  return {
    ...invoked(call, latencyMs),
    status: 'succeeded',
    usage,
    ...(call.logPrompts && { completion: content }),
    answer: successBody({ ...parts, costNanoUsd: costNanoUsd(call, usage) }),
  };
}

function failed(call: ApprovedCall, failure: ConverseFailure, latencyMs: number): FailedCall {
  const { status, reservation, retry } = failureRule(failure.name);
  const kept = reservation === 'keep';
  const detail = kept
    ? 'The model may have worked on it, so the reservation stays until its lease ends.'
    : 'It was refused before the model worked on it, so nothing is charged.';
  return {
    ...invoked(call, latencyMs),
    status: 'failed',
    failure: upstreamError(failure),
    answer: problemDetails('invocation_failed', call.tags, detail, {
      status,
      upstream: upstreamError(failure),
      charged: {
        ...moneyBody(kept ? call.candidate.worstCase.usd : 0),
        basis: kept ? 'reserved' : 'released',
      },
      ...(call.fallbackFrom !== undefined && { fallbackFrom: call.fallbackFrom }),
      ...((retry || status === 503) && { retryAfter: 5 }),
    }),
  };
}

/**
 * An answer that the workflow's state cannot carry (262,144 bytes): its usage is known and is
 * charged, and the caller is told how to get such answers.
 */
export function answerTooLarge(result: SucceededCall): FailedCall {
  const { usage, completion: _, ...rest } = result;
  const failure = {
    name: 'AnswerTooLarge',
    message: 'the answer is over the 262144 bytes a workflow can carry',
  };
  const detail = 'The model answered, but too much: lower max_tokens, or use direct execution.';
  return {
    ...rest,
    status: 'failed',
    usage,
    failure,
    answer: problemDetails('invocation_failed', result.tags, detail, {
      upstream: failure,
      charged: { ...moneyBody(costNanoUsd(result, usage)), basis: 'settled' },
    }),
  };
}

function invoked(call: ApprovedCall, latencyMs: number) {
  const { tags, dimensions, receivedAt, deadline, caller, claim } = call;
  const { candidate, fallbackFrom, firstEvent } = call;
  return {
    tags,
    dimensions,
    receivedAt,
    ...(deadline !== undefined && { deadline }),
    ...(caller && { caller }),
    ...(claim && { claim }),
    candidate,
    ...(fallbackFrom !== undefined && { fallbackFrom }),
    ...(firstEvent && { firstEvent }),
    reservation: call.reservation,
    bounds: call.bounds,
    latencyMs,
    ...(call.logPrompts && { prompt: withoutFiles(call.prompt) }),
  };
}
