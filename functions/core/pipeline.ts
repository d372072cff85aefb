/** The four steps in a row, in one process: what the workflow does, for `execution = "direct"`. */

import type { ConversePorts } from './bedrock/converse.ts';
import type { Recorded } from './state.ts';
import { invokeModel } from './steps/invoke-model.ts';
import { type RecordPorts, recordOutcome } from './steps/record-outcome.ts';
import { type ReservePorts, reserveBudget } from './steps/reserve-budget.ts';
import { type ValidatePorts, validateAndSetContext } from './steps/validate-and-set-context.ts';
import type { EpochMs } from './time.ts';

export type PipelinePorts = ValidatePorts & ReservePorts & ConversePorts & RecordPorts;

/** @param stopBy when this process is ended from outside. */
export async function runPipeline(
  ports: PipelinePorts,
  input: unknown,
  stopBy: EpochMs,
): Promise<Recorded> {
  const validated = await validateAndSetContext(ports, input);
  if (validated.status !== 'valid') return recordOutcome(ports, validated);
  const reserved = await reserveBudget(ports, validated);
  if (reserved.status !== 'approved') return recordOutcome(ports, reserved);
  return recordOutcome(ports, await invokeModel(ports, reserved, stopBy));
}
