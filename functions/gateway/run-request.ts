/** Runs one call through the four steps, in the workflow or in this process. */
import { createStepFunctionsWorkflow } from '../../adapters/step-functions-workflow.ts';
import { systemClock, systemDigest, systemIds } from '../../adapters/system.ts';
import type { Answer } from '../../core/call/answers/answers.ts';
import { type PipelineTimes, runPipeline } from '../../core/call/steps/pipeline.ts';
import { STATE_BYTES_MAX, type WorkflowInput } from '../../core/call/steps/state.ts';
import type { LedgerStore } from '../../core/ledger/ports.ts';
import { EXECUTIONS } from '../../core/policy/policy.ts';
import type { PolicySource } from '../../core/policy/ports.ts';
import { sfnClient } from '../edge/aws-clients.ts';
import { type Environment, IDENTITIES, oneOfEnv, requiredEnv } from '../edge/environment.ts';
import { HttpProblemError } from '../edge/http-error.ts';
import { modelPorts } from '../edge/ports/model.ts';
import { recordPorts } from '../edge/ports/record.ts';
import { waitPorts } from '../edge/ports/reserve.ts';
import { sealsFrom } from '../edge/ports/seals.ts';
import { tokenCounter } from '../edge/ports/token-counter.ts';
import { stateBytes } from '../edge/workflow-step.ts';

interface LedgerPorts {
  readonly ledger: LedgerStore;
  readonly policies: PolicySource;
}

type Invoke = (envelope: WorkflowInput, times: PipelineTimes) => Promise<Answer>;

export function invokeFrom(env: Environment, { ledger, policies }: LedgerPorts): Invoke {
  if (oneOfEnv(env, 'EXECUTION', EXECUTIONS) === 'direct') {
    const ports = {
      ...modelPorts(),
      ...waitPorts(),
      ...recordPorts(env, ledger),
      policies,
      ids: systemIds,
      digest: systemDigest,
      counter: tokenCounter(),
      // The handler has refused what comes without an identity.
      identity: {
        isOn: oneOfEnv(env, 'IDENTITY', IDENTITIES) !== 'off',
        acceptsDirectStarts: false,
      },
    };
    return async (envelope, times) => (await runPipeline(ports, envelope, times)).answer;
  }
  const workflow = createStepFunctionsWorkflow(
    sfnClient(env),
    requiredEnv(env, 'STATE_MACHINE_ARN'),
  );
  const seals = sealsFrom(env, true);
  return async (unsealed, { stopBy }) => {
    const envelope = await seals.seal(unsealed);
    const bytes = stateBytes(envelope);
    if (bytes > STATE_BYTES_MAX) {
      const detail =
        `The request has ${bytes} bytes, and a workflow carries ${STATE_BYTES_MAX}: ` +
        'shorten the prompt, or use direct execution.';
      throw new HttpProblemError('payload_too_large', detail);
    }
    return workflow.run(envelope, stopBy - systemClock.now());
  };
}
