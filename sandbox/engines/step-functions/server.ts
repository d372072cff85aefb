/** StartSyncExecution of Step Functions, for the one state machine. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { STATE_BYTES_MAX } from '../../../core/call/steps/state.ts';
import type { Clock } from '../../../core/time.ts';
import { executionArn, STATE_MACHINE_ARN } from '../../base/arns.ts';
import { isRecord, parseJson } from '../../base/json.ts';
import {
  close,
  type JsonAnswer,
  listen,
  readBody,
  sendJson,
  stampDateHeaders,
} from '../../base/loopback-server.ts';
import type { ExecutionName, WorkflowExecution } from './execution.ts';

interface StepFunctions {
  readonly url: string;
  close(): Promise<void>;
}

const BODY_BYTES_MAX = 1024 * 1024;
const MEMORY_MB = 64;
const BILLED_STEP_MS = 100;

export async function startStepFunctions(
  workflow: WorkflowExecution,
  clock: Clock,
): Promise<StepFunctions> {
  const server = createServer(async (request, response) => {
    const received = await readBody(request, BODY_BYTES_MAX);
    const body = 'bytes' in received ? parseJson(received.bytes) : undefined;
    sendJson(response, await answer(request, body, workflow, clock));
  });
  server.keepAliveTimeout = 60_000;
  stampDateHeaders(server, clock);
  return {
    url: await listen(server),
    close: () => {
      workflow.stop();
      return close(server);
    },
  };
}

async function answer(
  request: IncomingMessage,
  body: unknown,
  workflow: WorkflowExecution,
  clock: Clock,
): Promise<JsonAnswer> {
  if (request.headers['x-amz-target'] !== 'AWSStepFunctions.StartSyncExecution') {
    return refusal('UnknownOperationException', 'Only StartSyncExecution is supported.');
  }
  if (!isRecord(body)) return refusal('SerializationException', 'The body is not a JSON object.');
  const { stateMachineArn, input = '{}', name = randomUUID() } = body;
  if (stateMachineArn !== STATE_MACHINE_ARN) {
    const message = `State Machine Does Not Exist: '${String(stateMachineArn)}'`;
    return refusal('StateMachineDoesNotExist', message);
  }
  if (typeof input !== 'string' || parseJson(Buffer.from(input)) === undefined) {
    return refusal('InvalidExecutionInput', 'Invalid State Machine Execution Input.');
  }
  if (Buffer.byteLength(input) > STATE_BYTES_MAX) {
    const rule = `Member must have length less than or equal to ${STATE_BYTES_MAX}`;
    const message = `1 validation error detected: Value at 'input' failed to satisfy constraint: ${rule}`;
    return refusal('ValidationException', message);
  }
  return execution(workflow, clock, input, namesOf(String(name)));
}

function namesOf(name: string): ExecutionName {
  return {
    executionArn: executionArn(name, randomUUID()),
    name,
    stateMachineArn: STATE_MACHINE_ARN,
  };
}

async function execution(
  workflow: WorkflowExecution,
  clock: Clock,
  input: string,
  names: ExecutionName,
) {
  const startDate = clock.now() / 1000;
  const start = performance.now();
  const end = await workflow.run(input, names);
  const billed = Math.ceil((performance.now() - start) / BILLED_STEP_MS) * BILLED_STEP_MS;
  return {
    status: 200,
    headers: AWS_JSON,
    body: {
      ...names,
      startDate,
      stopDate: clock.now() / 1000,
      ...end,
      ...('output' in end && { outputDetails: { included: true } }),
      input,
      inputDetails: { included: true },
      billingDetails: {
        billedMemoryUsedInMB: MEMORY_MB,
        billedDurationInMilliseconds: billed,
      },
    },
  };
}

const AWS_JSON = { 'content-type': 'application/x-amz-json-1.0' };

const refusal = (type: string, message: string): JsonAnswer => ({
  status: 400,
  headers: AWS_JSON,
  body: { __type: type, message },
});
