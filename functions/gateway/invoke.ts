/** Runs one call through the four steps: in the workflow, or right here. */
import { StepFunctionsWorkflow } from '../adapters/step-functions-workflow.ts';
import { systemClock, systemDigest, systemIds } from '../adapters/system.ts';
import type { Answer } from '../core/answers.ts';
import type { LedgerStore } from '../core/ledger/ports.ts';
import { runPipeline } from '../core/pipeline.ts';
import type { PolicySource } from '../core/policy/ports.ts';
import type { Envelope } from '../core/state.ts';
import { sfnClient } from '../edge/clients.ts';
import { type Environment, EXECUTIONS, oneOfEnv, required } from '../edge/config-from-env.ts';
import { HttpProblem } from '../edge/http-problem.ts';
import { modelPorts } from '../edge/model-ports.ts';
import { recordPorts } from '../edge/record-ports.ts';
import { tokenCounter } from '../edge/token-counter.ts';
import { STATE_BYTES_MAX, stateBytes } from '../edge/workflow-step.ts';

interface LedgerPorts {
  readonly ledger: LedgerStore;
  readonly policies: PolicySource;
}

/** @param stopBy when this function or its caller stops waiting. */
type Invoke = (envelope: Envelope, stopBy: number) => Promise<Answer>;

export function invokeFrom(env: Environment, { ledger, policies }: LedgerPorts): Invoke {
  if (oneOfEnv(env, 'EXECUTION', EXECUTIONS) === 'direct') {
    const ports = {
      ...modelPorts(),
      ...recordPorts(env, ledger),
      policies,
      ids: systemIds,
      digest: systemDigest,
      counter: tokenCounter(),
    };
    return async (envelope, stopBy) => (await runPipeline(ports, envelope, stopBy)).answer;
  }
  const workflow = new StepFunctionsWorkflow(sfnClient(env), required(env, 'STATE_MACHINE_ARN'));
  return (envelope, stopBy) => {
    const bytes = stateBytes(envelope);
    if (bytes > STATE_BYTES_MAX) {
      const detail =
        `The request takes ${bytes} bytes, and a workflow carries ${STATE_BYTES_MAX}: ` +
        'shorten the prompt, or use direct execution.';
      throw new HttpProblem('payload_too_large', detail);
    }
    return workflow.run(envelope, stopBy - systemClock.now());
  };
}
