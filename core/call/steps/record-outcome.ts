/** Step 4: settle what the call really cost, then metrics, audit line, alerts and the answer. */

import { LedgerUnavailableError } from '../../errors.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import { type SettleResult, settle } from '../../ledger/settle.ts';
import { type AuditedCall, type AuditLine, toAuditLine } from '../../telemetry/audit-line.ts';
import { callRecord, utilizationRecords } from '../../telemetry/metric-record.ts';
import type { AlertPublisher, Telemetry } from '../../telemetry/ports.ts';
import {
  publishFirstEvent,
  publishThresholdCrossings,
} from '../../telemetry/publish-limit-alerts.ts';
import type { Clock } from '../../time.ts';
import { type Answer, isProblem } from '../answers/answers.ts';
import { limitBody } from '../answers/limit-body.ts';
import { type ClaimCompletion, completeClaim } from '../idempotency/claim-key.ts';
import type { IdempotencyStore } from '../idempotency/ports.ts';
import { type Charge, chargeOfUnknown } from '../model/charge.ts';
import { chargedCall } from './invoke-model.ts';
import type { BoundedCall, CallOutcome, ReservedCall, WorkflowOutput } from './state.ts';

export interface RecordPorts {
  readonly ledger: LedgerStore;
  readonly idempotency: IdempotencyStore;
  readonly telemetry: Telemetry;
  readonly alerts: AlertPublisher;
  readonly clock: Clock;
  /** An operating problem that must not cost the caller the answer. */
  readonly warn: (message: string, cause: unknown) => void;
}

/**
 * A call that got here still `valid` or `approved` lost its next step on the way; its state
 * already has the answer. What a lost reserving step reserved stays until its lease ends.
 */
export type RecordInput = CallOutcome | BoundedCall | ReservedCall;

/** Result of the settlement, and the charge. */
interface Settlement {
  readonly how?: AuditLine['settlement'];
  readonly charge?: Charge;
  readonly result?: SettleResult;
}

export async function recordOutcome(
  ports: RecordPorts,
  call: RecordInput,
): Promise<WorkflowOutput> {
  const status = statusOf(call);
  const settlement = await settleCall(ports, call);
  const answer = answerOf(call.answer, settlement);
  await freeKey(ports, call, claimEnd(call, settlement, answer));
  const at = ports.clock.now();
  const { charge, result, how } = settlement;
  ports.telemetry.metrics(
    callRecord(
      {
        requestId: call.tags.requestId,
        dimensions: call.dimensions,
        status,
        usage: charge?.usage,
        costNanoUsd: charge?.amounts.usd,
        isUsageUncertain: charge?.isUncertain ?? false,
        latencyMs: 'latencyMs' in call ? call.latencyMs : undefined,
        exceeded: result?.exceeded ?? false,
        settlementFailed: how === 'pending',
      },
      at,
    ),
  );
  if (result) {
    for (const record of utilizationRecords(result, call.dimensions.CostCenter, at)) {
      ports.telemetry.metrics(record);
    }
  }
  ports.telemetry.audit(toAuditLine(auditedCall(call, status, settlement, answer), at));
  await publish(ports, call, result);
  return { status, answer };
}

function statusOf({ status }: RecordInput): WorkflowOutput['status'] {
  if (status === 'valid') return 'unavailable';
  return status === 'approved' ? 'failed' : status;
}

async function settleCall(ports: RecordPorts, call: RecordInput): Promise<Settlement> {
  const charge = chargeOf(call);
  if (!charge || !('reservation' in call)) return {};
  const { basis, amounts } = charge;
  try {
    const result = await settle(ports.ledger, call.reservation, amounts);
    return { charge, how: basis, ...(basis !== 'released' && { result }) };
  } catch (error) {
    // The caller still gets the answer, and the lease covers the rest.
    if (!(error instanceof LedgerUnavailableError)) throw error;
    ports.warn('the ledger could not be reached to settle a call', error);
    return { charge, how: 'pending' };
  }
}

/** Undefined where no model was called. A call whose invoking step was lost may have run. */
function chargeOf(call: RecordInput): Charge | undefined {
  switch (call.status) {
    case 'approved':
      return chargeOfUnknown(chargedCall(call));
    case 'succeeded':
    case 'failed':
      return call.charge;
    default:
      return undefined;
  }
}

/** A call that was charged, or may have run, never runs again under the same key. */
function claimEnd(call: RecordInput, { how, charge }: Settlement, answer: Answer): ClaimCompletion {
  if (call.status === 'valid') return { how: 'left' };
  if (!charge) return { how: 'released' };
  if (!charge.mayHaveRun) return { how: how === 'released' ? 'released' : 'left' };
  const keepsContent = call.status === 'succeeded' && call.completion !== undefined;
  return { how: 'completed', answer, keepsContent };
}

/** A key that cannot be freed now must not cost the caller the answer. */
async function freeKey(
  ports: RecordPorts,
  { claim }: RecordInput,
  end: ClaimCompletion,
): Promise<void> {
  if (!claim) return;
  try {
    await completeClaim(ports.idempotency, claim, end, ports.clock.now());
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    ports.warn('the end of a call could not be kept under its idempotency key', error);
  }
}

function answerOf(answer: Answer, { how, result }: Settlement): Answer {
  if (how === 'pending') return { ...answer, settlement: 'pending' };
  if (isProblem(answer) || answer.replayed) return answer;
  const { settlement: _, ...settled } = answer;
  return { ...settled, limits: (result?.statuses ?? []).map(limitBody) };
}

function auditedCall(
  call: RecordInput,
  outcome: WorkflowOutput['status'],
  { how, charge }: Settlement,
  answer: Answer,
): AuditedCall {
  const candidate = 'candidate' in call ? call.candidate : undefined;
  return {
    tags: call.tags,
    ...(call.caller && { caller: call.caller }),
    ...(call.sessionId !== undefined && { sessionId: call.sessionId }),
    ...(call.who && { who: call.who }),
    outcome,
    model: call.dimensions.Model,
    ...('originalRequestId' in call && { originalRequestId: call.originalRequestId }),
    ...(candidate && {
      modelId: candidate.modelId,
      reservedNanoUsd: candidate.worstCase.usd,
    }),
    ...('bounds' in call && { bounds: call.bounds }),
    ...('fallbackFrom' in call && { fallbackFrom: call.fallbackFrom }),
    ...('reservation' in call &&
      call.reservation.id !== call.tags.requestId && { reservationId: call.reservation.id }),
    ...(call.status === 'denied' && { deniedBy: call.limit }),
    ...(charge && { actualNanoUsd: charge.amounts.usd }),
    ...(charge?.basis === 'settled' && { usage: charge.usage }),
    ...('latencyMs' in call && { latencyMs: call.latencyMs }),
    ...(how && { settlement: how }),
    ...(isProblem(answer) && {
      error: { code: answer.code, ...(answer.upstream && { name: answer.upstream.name }) },
    }),
    ...('prompt' in call && 'latencyMs' in call && { prompt: call.prompt }),
    ...('completion' in call && { completion: call.completion }),
  };
}

/**
 * An alert that cannot be handed over must not cost the caller the answer; the sweep finds what is
 * missing and hands it over later.
 */
async function publish(
  ports: RecordPorts,
  call: RecordInput,
  result: SettleResult | undefined,
): Promise<void> {
  const { requestId } = call.tags;
  try {
    await publishThresholdCrossings(ports, result?.crossings ?? [], requestId);
    if (call.status === 'denied' && call.firstEvent) {
      await publishFirstEvent(ports, call.firstEvent, { requestId });
    }
    if (call.status === 'succeeded' && call.firstEvent && call.fallbackFrom !== undefined) {
      const models = { from: call.fallbackFrom, to: call.candidate.model };
      await publishFirstEvent(ports, call.firstEvent, { requestId, ...models });
    }
  } catch (error) {
    ports.warn('an alert could not be published', error);
  }
}
