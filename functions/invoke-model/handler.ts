/** Workflow step 3. */

import { answerTooLarge } from '../../core/call/steps/invoke-model.ts';
import { invokeSealed } from '../../core/call/steps/sealed-steps.ts';
import { type ApprovedCall, STATE_BYTES_MAX } from '../../core/call/steps/state.ts';
import { ledgerFrom } from '../edge/ports/ledger.ts';
import { modelPorts } from '../edge/ports/model.ts';
import { sealsFrom } from '../edge/ports/seals.ts';
import { stateBytes, workflowStep } from '../edge/workflow-step.ts';

const ports = {
  ...modelPorts(),
  ledger: ledgerFrom(process.env),
  seals: sealsFrom(process.env),
};

export const handler = workflowStep(async (call: ApprovedCall, context) => {
  const stopBy = ports.clock.now() + context.getRemainingTimeInMillis();
  const result = await invokeSealed(ports, call, stopBy);
  const fits = result.status === 'failed' || stateBytes(result) <= STATE_BYTES_MAX;
  return fits ? result : answerTooLarge(result);
});
