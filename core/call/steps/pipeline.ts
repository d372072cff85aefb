/** The four steps in a row, in one process: what the workflow does, for `execution = "direct"`. */

import type { EpochMs } from '../../time.ts';
import type { ConversePorts } from '../model/converse-with-retries.ts';
import { invokeModel } from './invoke-model.ts';
import { type RecordPorts, recordOutcome } from './record-outcome.ts';
import { type ReservePorts, reserveBudget } from './reserve-budget.ts';
import type { WorkflowOutput } from './state.ts';
import { type ValidatePorts, validateAndSetContext } from './validate-and-set-context.ts';

export type PipelinePorts = ValidatePorts & ReservePorts & ConversePorts & RecordPorts;

export interface PipelineTimes {
  /** When the answer is no longer waited for. */
  readonly stopBy: EpochMs;
  /** When this process is ended from outside. */
  readonly endsBy: EpochMs;
}

export const runPipeline = (
  ports: PipelinePorts,
  input: unknown,
  times: PipelineTimes,
): Promise<WorkflowOutput> => ports.waiting.run(() => runSteps(ports, input, times));

async function runSteps(
  ports: PipelinePorts,
  input: unknown,
  { stopBy, endsBy }: PipelineTimes,
): Promise<WorkflowOutput> {
  const validated = await validateAndSetContext(ports, input);
  if (validated.status !== 'valid') return recordOutcome(ports, validated);
  const reserved = await reserveBudget(ports, validated, { isRepeat: false, endsBy });
  if (reserved.status !== 'approved') return recordOutcome(ports, reserved);
  return recordOutcome(ports, await invokeModel(ports, reserved, stopBy));
}
