/** The four steps in a row, in one process: what the workflow does, for `execution = "direct"`. */

import type { EpochMs } from '../../time.ts';
import type { ConversePorts } from '../model/converse-with-retries.ts';
import { invokeModel } from './invoke-model.ts';
import { type RecordPorts, recordOutcome } from './record-outcome.ts';
import { type ReservePorts, reserveBudget } from './reserve-budget.ts';
import { isReleasedForNewProfile, withFirstEvent } from './retry-replaced-profile.ts';
import type { CallOutcome, WorkflowOutput } from './state.ts';
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
  times: PipelineTimes,
): Promise<WorkflowOutput> {
  const first = await outcomeOf(ports, input, times, false);
  if (first.status !== 'failed') return recordOutcome(ports, first);
  if (!(await isReleasedForNewProfile(ports, first))) return recordOutcome(ports, first);
  const second = await outcomeOf(ports, input, times, true);
  return recordOutcome(ports, withFirstEvent(second, first));
}

async function outcomeOf(
  ports: PipelinePorts,
  input: unknown,
  { stopBy, endsBy }: PipelineTimes,
  isSecond: boolean,
): Promise<CallOutcome> {
  const validated = await validateAndSetContext(ports, input);
  if (validated.status !== 'valid') return validated;
  const reserved = await reserveBudget(ports, validated, { isRepeat: false, isSecond, endsBy });
  return reserved.status === 'approved' ? invokeModel(ports, reserved, stopBy) : reserved;
}
