/** Workflow step 3. */

import { answerTooLarge, invokeModel } from '../../core/call/steps/invoke-model.ts';
import type { ApprovedCall } from '../../core/call/steps/state.ts';
import { modelPorts } from '../edge/ports/model.ts';
import { STATE_BYTES_MAX, stateBytes, workflowStep } from '../edge/workflow-step.ts';

const ports = modelPorts();

export const handler = workflowStep(async (call: ApprovedCall, context) => {
  const stopBy = ports.clock.now() + context.getRemainingTimeInMillis();
  const result = await invokeModel(ports, call, stopBy);
  const fits = result.status === 'failed' || stateBytes(result) <= STATE_BYTES_MAX;
  return fits ? result : answerTooLarge(result);
});
