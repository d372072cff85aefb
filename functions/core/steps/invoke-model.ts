/**
 * Step 3: call the model. What it answers, and what it cost, is decided here; nothing is written.
 */
import { money, problem, success, upstream } from '../answers.ts';
import { type ConversePorts, converse } from '../bedrock/converse.ts';
import { type ConverseFailure, failureRule } from '../bedrock/outcome.ts';
import type { ConverseResult } from '../bedrock/ports.ts';
import { withoutFiles } from '../bedrock/prompt.ts';
import { toSafeInteger } from '../money.ts';
import { costOf, type TokenUsage } from '../pricing/price.ts';
import { fromJson } from '../pricing/price-json.ts';
import type { Approved, Failed, Succeeded } from '../state.ts';
import type { EpochMs } from '../time.ts';

/** Left for settling and answering after the model call was given up. */
const RECORDING_MS = 1_500;
/** Longest call the lease is sure to cover. */
const LEASE_MARGIN_MS = 5_000;

/** @param stopBy when this step itself is ended from outside. */
export async function invokeModel(
  ports: ConversePorts,
  call: Approved,
  stopBy: EpochMs,
): Promise<Succeeded | Failed> {
  const startedAt = ports.clock.now();
  const leaseEnd = call.reservation.leaseExpiresAt * 1000 - LEASE_MARGIN_MS;
  const callerStops = (call.deadline ?? Number.MAX_SAFE_INTEGER) - RECORDING_MS;
  const deadline = Math.min(stopBy - RECORDING_MS, callerStops, leaseEnd);
  const result = await converse(ports, {
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
export const costNanoUsd = ({ candidate }: Pick<Approved, 'candidate'>, usage: TokenUsage) =>
  toSafeInteger(costOf(usage, fromJson(candidate.price)));

function succeeded(
  call: Approved,
  { content, stopReason, usage }: Extract<ConverseResult, { outcome: 'succeeded' }>,
  latencyMs: number,
): Succeeded {
  const { candidate, fallbackFrom, tags } = call;
  const parts = { candidate, fallbackFrom, tags, content, stopReason, usage };
  return {
    ...invoked(call, latencyMs),
    status: 'succeeded',
    usage,
    ...(call.logPrompts && { completion: content }),
    answer: success({ ...parts, costNanoUsd: costNanoUsd(call, usage) }),
  };
}

function failed(call: Approved, failure: ConverseFailure, latencyMs: number): Failed {
  const { status, reservation, retry } = failureRule(failure.name);
  const kept = reservation === 'keep';
  const detail = kept
    ? 'The model may have worked on it, so the reservation stays until its lease ends.'
    : 'It was refused before the model worked on it, so nothing is charged.';
  return {
    ...invoked(call, latencyMs),
    status: 'failed',
    failure: upstream(failure),
    answer: problem('invocation_failed', call.tags, detail, {
      status,
      upstream: upstream(failure),
      charged: {
        ...money(kept ? call.candidate.worstCase.usd : 0),
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
export function answerTooLarge(result: Succeeded): Failed {
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
    answer: problem('invocation_failed', result.tags, detail, {
      upstream: failure,
      charged: { ...money(costNanoUsd(result, usage)), basis: 'settled' },
    }),
  };
}

function invoked(call: Approved, latencyMs: number) {
  const { tags, dimensions, receivedAt, deadline, caller, claim } = call;
  const { candidate, fallbackFrom, firstTime } = call;
  return {
    tags,
    dimensions,
    receivedAt,
    ...(deadline !== undefined && { deadline }),
    ...(caller && { caller }),
    ...(claim && { claim }),
    candidate,
    ...(fallbackFrom !== undefined && { fallbackFrom }),
    ...(firstTime && { firstTime }),
    reservation: call.reservation,
    bounds: call.bounds,
    latencyMs,
    ...(call.logPrompts && { prompt: withoutFiles(call.prompt) }),
  };
}
