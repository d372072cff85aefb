/** Workflow step 3. */
import type { Approved } from '../core/state.ts';
import { answerTooLarge, invokeModel } from '../core/steps/invoke-model.ts';
import { modelPorts } from '../edge/model-ports.ts';
import { STATE_BYTES_MAX, stateBytes, workflowStep } from '../edge/workflow-step.ts';

const ports = modelPorts();

export const handler = workflowStep(async (call: Approved, context) => {
  const stopBy = ports.clock.now() + context.getRemainingTimeInMillis();
  const result = await invokeModel(ports, call, stopBy);
  const fits = result.status === 'failed' || stateBytes(result) <= STATE_BYTES_MAX;
  return fits ? result : answerTooLarge(result);
});
