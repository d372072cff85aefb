/** Step 4: settle what the call really cost, then metrics, audit line, alerts and the answer. */

import { LedgerUnavailableError } from '../../errors.ts';
import type { AmountsByUnit } from '../../ledger/effective-limits.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import { release, type SettleResult, settle } from '../../ledger/settle.ts';
import { type TokenUsage, totalInputTokens } from '../../pricing/price.ts';
import { type AuditedCall, type AuditLine, toAuditLine } from '../../telemetry/audit-line.ts';
import { callRecord, utilizationRecords } from '../../telemetry/metric-record.ts';
import type { AlertPublisher, Telemetry } from '../../telemetry/ports.ts';
import {
  publishFirstEvent,
  publishThresholdCrossings,
} from '../../telemetry/publish-limit-alerts.ts';
import type { Clock } from '../../time.ts';
import { type Answer, isProblem, limitBody } from '../answers/answers.ts';
import { type ClaimCompletion, completeClaim } from '../idempotency/claim-key.ts';
import type { IdempotencyStore } from '../idempotency/ports.ts';
import { failureRule } from '../model/failure-rules.ts';
import { costNanoUsd } from './invoke-model.ts';
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
 * already holds what to answer, and its reservation stays until the lease ends.
 */
export type RecordInput = CallOutcome | BoundedCall | ReservedCall;

/** What became of the reservation, and what is known of the cost. */
interface Settlement {
  readonly how?: AuditLine['settlement'];
  readonly usage?: TokenUsage;
  readonly actualNanoUsd?: number;
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
  const { usage, actualNanoUsd, result, how } = settlement;
  ports.telemetry.metrics(
    callRecord(
      {
        requestId: call.tags.requestId,
        dimensions: call.dimensions,
        status,
        usage,
        costNanoUsd: actualNanoUsd,
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
  if (call.status === 'approved') return { how: 'kept' };
  if (call.status !== 'succeeded' && call.status !== 'failed') return {};
  const { usage } = call;
  if (!usage && call.status === 'failed') {
    if (failureRule(call.failure.name).reservation === 'keep') return { how: 'kept' };
    return attempt(ports, { actualNanoUsd: 0 }, async () => {
      await release(ports.ledger, call.reservation);
      return { how: 'released' };
    });
  }
  if (!usage) return {};
  const actualNanoUsd = costNanoUsd(call, usage);
  return attempt(ports, { usage, actualNanoUsd }, async () => {
    const result = await settle(ports.ledger, call.reservation, usageByUnit(usage, actualNanoUsd));
    return { how: result.late ? 'settledLate' : 'settled', result };
  });
}

/** When the ledger is away now, the caller still gets the answer and the lease covers the rest. */
async function attempt(
  ports: RecordPorts,
  known: Settlement,
  write: () => Promise<Settlement>,
): Promise<Settlement> {
  try {
    return { ...known, ...(await write()) };
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    ports.warn('the ledger could not be reached to settle a call', error);
    return { ...known, how: 'pending' };
  }
}

/** What was charged, or may have been, is never run again under the same key. */
function claimEnd(call: RecordInput, { how, usage }: Settlement, answer: Answer): ClaimCompletion {
  switch (call.status) {
    case 'valid':
      return { how: 'left' };
    case 'succeeded':
      return { how: 'completed', answer, keepsContent: call.completion !== undefined };
    case 'approved':
      return { how: 'completed', answer, keepsContent: false };
    case 'failed':
      if (how === 'released') return { how: 'released' };
      if (how === 'pending' && !usage) return { how: 'left' };
      return { how: 'completed', answer, keepsContent: false };
    default:
      return { how: 'released' };
  }
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

/** What a usage counts in each unit; cached input is input. */
export const usageByUnit = (usage: TokenUsage, usd: number): AmountsByUnit => ({
  requests: 1,
  tokens: totalInputTokens(usage) + usage.outputTokens,
  input_tokens: totalInputTokens(usage),
  output_tokens: usage.outputTokens,
  usd,
});

function answerOf(answer: Answer, { how, result }: Settlement): Answer {
  if (how === 'pending') return { ...answer, settlement: 'pending' };
  if (isProblem(answer) || answer.replayed) return answer;
  const { settlement: _, ...settled } = answer;
  return { ...settled, limits: (result?.statuses ?? []).map(limitBody) };
}

function auditedCall(
  call: RecordInput,
  outcome: WorkflowOutput['status'],
  { how, usage, actualNanoUsd }: Settlement,
  answer: Answer,
): AuditedCall {
  const candidate = 'candidate' in call ? call.candidate : undefined;
  return {
    tags: call.tags,
    ...(call.caller && { caller: call.caller }),
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
    ...(actualNanoUsd !== undefined && { actualNanoUsd }),
    ...(usage && { usage }),
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
