/** Runs the Express workflow and waits for its answer. */
import {
  type SFNClient,
  SFNServiceException,
  StartSyncExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Answer } from '../core/call/answers/answers.ts';
import type { WorkflowInput } from '../core/call/steps/state.ts';
import { WorkflowUnavailableError } from '../core/errors.ts';
import { isNotSent } from './connection-errors.ts';

/** Runs one call through the four steps. @throws WorkflowUnavailableError */
interface Workflow {
  run(envelope: WorkflowInput, waitMs: number): Promise<Answer>;
}

/** @param client with `maxAttempts: 1`: a repeated start would be a second call. */
export const createStepFunctionsWorkflow = (
  client: SFNClient,
  stateMachineArn: string,
): Workflow => ({
  async run(envelope: WorkflowInput, waitMs: number): Promise<Answer> {
    const command = new StartSyncExecutionCommand({
      stateMachineArn,
      name: envelope.requestId,
      input: JSON.stringify(envelope),
    });
    const abortSignal = AbortSignal.timeout(Math.max(1, waitMs));
    try {
      const { status, output, error } = await client.send(command, { abortSignal });
      // The API answers 200 even for an execution that failed.
      if (status === 'SUCCEEDED' && output !== undefined) return JSON.parse(output);
      throw new WorkflowUnavailableError(
        `the workflow ended ${status}: ${error ?? 'no output'}`,
        true,
      );
    } catch (error) {
      if (error instanceof WorkflowUnavailableError) throw error;
      if (abortSignal.aborted) {
        throw new WorkflowUnavailableError('the workflow did not end in time', true, error);
      }
      if (isRefusal(error)) throw new WorkflowUnavailableError('no workflow started', false, error);
      throw new WorkflowUnavailableError('the workflow did not answer', true, error);
    }
  },
});

/** Whether the service refused the start, or no connection to it was made. */
function isRefusal(error: unknown): boolean {
  if (error instanceof SFNServiceException) return error.$fault === 'client';
  return isNotSent(error);
}
