/**
 * Step 3: call the model. What it answers, and what it cost, is decided here; nothing is written.
 */

import type { EpochMs } from '../../time.ts';
import { moneyBody, problemDetails, successBody, upstreamError } from '../answers/answers.ts';
import { withoutDropped } from '../candidate/unsupported.ts';
import { type Charge, type ChargedCall, chargeOfAnswer, chargeOfFailure } from '../model/charge.ts';
import { type ConversePorts, converseWithRetries } from '../model/converse-with-retries.ts';
import { failureAdvice } from '../model/failure-advice.ts';
import { type ConverseFailure, failureRule } from '../model/failure-rules.ts';
import type { AnswerContent, ConverseResult } from '../model/ports.ts';
import { withoutFiles } from '../request/prompt.ts';
import {
  type ApprovedCall,
  commonState,
  type FailedCall,
  type ReservedCall,
  type SucceededCall,
} from './state.ts';

/** Left for settling and answering after the model call was given up. */
const RECORDING_MS = 1_500;
/** Between the end of the model call and that of the lease: nothing is settled after the sweep. */
const LEASE_MARGIN_MS = 60_000;
const RETRY_SECONDS = 5;

/** @param stopBy when this step itself is ended from outside. */
export async function invokeModel(
  ports: ConversePorts,
  call: ApprovedCall,
  stopBy: EpochMs,
): Promise<SucceededCall | FailedCall> {
  const startedAt = ports.clock.now();
  const result = await converseWithRetries(ports, {
    candidate: call.candidate,
    prompt: withoutDropped(call.prompt, call.candidate.dropped ?? []),
    deadline: callDeadline(call, stopBy),
  });
  const latencyMs = ports.clock.now() - startedAt;
  switch (result.outcome) {
    case 'succeeded':
      return succeeded(call, result, latencyMs);
    case 'malformed': {
      const message = 'the answer lacks its message';
      const charge = chargeOfAnswer(chargedCall(call), result.reported, true);
      return failed(call, { name: 'MalformedAnswer', message }, charge, latencyMs);
    }
    case 'failed': {
      const charge = chargeOfFailure(chargedCall(call), result.failure);
      return failed(call, result.failure, charge, latencyMs);
    }
  }
}

/** For a call that was given up before the model was called. */
export const notInvoked = (call: ApprovedCall, failure: ConverseFailure): FailedCall =>
  failed(call, failure, chargeOfFailure(chargedCall(call), failure), 0);

/** Fields of a reserved call that charging needs. */
export const chargedCall = ({
  candidate,
  reservation,
  bounds,
}: Omit<ReservedCall, 'answer'>): ChargedCall => ({
  candidate,
  reservation,
  cachesOneHour: bounds.some(
    ({ model, cacheTtl }) => model === candidate.model && cacheTtl === '1h',
  ),
});

/** When the model call is given up, so that what it came to can still be recorded. */
export function callDeadline(
  { reservation, deadline }: Pick<ReservedCall, 'reservation' | 'deadline'>,
  stopBy: EpochMs,
): EpochMs {
  const leaseEnd = reservation.leaseExpiresAt * 1000 - LEASE_MARGIN_MS;
  const callerStops = (deadline ?? Number.MAX_SAFE_INTEGER) - RECORDING_MS;
  return Math.min(stopBy - RECORDING_MS, callerStops, leaseEnd);
}

function succeeded(
  call: ApprovedCall,
  { content, stopReason, reported }: Extract<ConverseResult, { outcome: 'succeeded' }>,
  latencyMs: number,
): SucceededCall {
  const { candidate, fallbackFrom, tags } = call;
  const charge = chargeOfAnswer(chargedCall(call), reported, hasContent(content));
  return {
    ...invoked(call, latencyMs),
    status: 'succeeded',
    charge,
    ...(call.logPrompts && { completion: content }),
    answer: successBody({ candidate, fallbackFrom, tags, content, stopReason, charge }),
  };
}

const hasContent = (content: AnswerContent): boolean => content.some(({ text }) => text !== '');

function failed(
  call: ApprovedCall,
  failure: ConverseFailure,
  charge: Charge,
  latencyMs: number,
): FailedCall {
  const { status } = failureRule(failure);
  const upstream = upstreamError(failure);
  return {
    ...invoked(call, latencyMs),
    status: 'failed',
    failure: upstream,
    charge,
    answer: problemDetails('invocation_failed', call.tags, failureDetail(failure, charge), {
      status,
      upstream,
      charged: chargedBody(charge),
      ...(call.fallbackFrom !== undefined && { fallbackFrom: call.fallbackFrom }),
      ...(status === 503 && { retryAfter: RETRY_SECONDS }),
    }),
  };
}

export const chargedBody = ({ basis, amounts }: Charge) => ({ ...moneyBody(amounts.usd), basis });

function failureDetail(failure: ConverseFailure, charge: Charge): string {
  if (!charge.mayHaveRun) {
    return `${failureAdvice(failure) ?? 'It was refused before the model ran.'} Nothing is charged.`;
  }
  switch (charge.basis) {
    case 'settled':
      return 'The model ran, so its usage is charged.';
    case 'worst_case':
      return 'The model may have run, and its usage is not known: its worst case is charged.';
    case 'released':
      return 'The model may have run, and its usage is not known: by the policy nothing is charged.';
  }
}

/**
 * An answer that the workflow's state cannot carry (262,144 bytes): its usage is known and is
 * charged, and the problem says how to get such answers.
 */
export function answerTooLarge(result: SucceededCall): FailedCall {
  const { completion: _, ...rest } = result;
  const failure = {
    name: 'AnswerTooLarge',
    message: 'the answer is larger than the 262144 bytes of a workflow state',
  };
  const detail =
    'The answer is too large for the workflow: lower `max_tokens`, or use direct execution.';
  return {
    ...rest,
    status: 'failed',
    failure,
    answer: problemDetails('invocation_failed', result.tags, detail, {
      upstream: failure,
      charged: chargedBody(result.charge),
    }),
  };
}

function invoked(call: ApprovedCall, latencyMs: number) {
  const { candidate, fallbackFrom, firstEvent } = call;
  return {
    ...commonState(call),
    candidate,
    ...(fallbackFrom !== undefined && { fallbackFrom }),
    ...(firstEvent && { firstEvent }),
    reservation: call.reservation,
    bounds: call.bounds,
    latencyMs,
    ...(call.logPrompts && { prompt: withoutFiles(call.prompt) }),
  };
}
