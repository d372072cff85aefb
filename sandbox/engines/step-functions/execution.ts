/** Runs the workflow's definition as an Express execution. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions';
import { STATE_BYTES_MAX } from '../../../core/call/steps/state.ts';
import { FUNCTION_ARN_PREFIX } from '../../base/arns.ts';
import { isRecord } from '../../base/json.ts';
import type { LambdaResult } from '../lambda/host.ts';
import { LAMBDA_INVOKE, tasksOf } from './definition.ts';

const EXPRESS_MS_MAX = 5 * 60 * 1000;

export interface ExecutionName {
  readonly executionArn: string;
  readonly name: string;
  readonly stateMachineArn: string;
}

type ExecutionEnd =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | { readonly status: 'FAILED' | 'TIMED_OUT'; readonly error: string; readonly cause?: string };

type InvokeFunction = (functionName: string, event: unknown) => Promise<LambdaResult>;

type Task = (input: unknown) => Promise<ReturnType<typeof JSON.parse>>;

export class WorkflowExecution {
  readonly #machine: StateMachine;
  readonly #tasks: Readonly<Record<string, Task>>;
  readonly #running = new Set<() => void>();

  /** @throws Error when the definition is not valid, or has a task that calls no known function. */
  constructor(
    definition: StateMachineDefinition,
    functionNames: readonly string[],
    invoke: InvokeFunction,
  ) {
    this.#machine = new StateMachine(definition);
    this.#tasks = Object.fromEntries(
      tasksOf(definition).map(({ state, resource }) => {
        if (resource === LAMBDA_INVOKE) return [state, integration(invoke)];
        const name = resource.slice(FUNCTION_ARN_PREFIX.length);
        if (!resource.startsWith(FUNCTION_ARN_PREFIX) || !functionNames.includes(name)) {
          throw new Error(`state ${state} calls ${resource}, which the sandbox does not have`);
        }
        return [state, (input: unknown) => call(invoke, name, input)];
      }),
    );
  }

  /** Never rejects. */
  async run(input: string, names: ExecutionName): Promise<ExecutionEnd> {
    const { abort, result } = this.#machine.run(JSON.parse(input), {
      overrides: { taskResourceLocalHandlers: { ...this.#tasks } },
      context: {
        Execution: { Id: names.executionArn, Name: names.name },
        StateMachine: { Id: names.stateMachineArn, Name: names.stateMachineArn.split(':').at(-1) },
      },
    });
    const done = new AbortController();
    this.#running.add(abort);
    const timeout = sleep(EXPRESS_MS_MAX, undefined, { signal: done.signal }).then(
      () => TIMED_OUT,
      () => TIMED_OUT,
    );
    try {
      const output = result.then((value) => succeeded(JSON.stringify(value)), failed);
      return await Promise.race([output, timeout]);
    } finally {
      done.abort();
      this.#running.delete(abort);
      // An execution takes no further step after its time limit.
      abort();
    }
  }

  /** Ends every execution; running functions continue. */
  stop(): void {
    for (const abort of this.#running) abort();
  }
}

const TIMED_OUT: ExecutionEnd = { status: 'TIMED_OUT', error: 'States.Timeout' };

function succeeded(output: string): ExecutionEnd {
  if (Buffer.byteLength(output) <= STATE_BYTES_MAX) return { status: 'SUCCEEDED', output };
  const { name, message } = new DataLimitExceeded();
  return { status: 'FAILED', error: name, cause: message };
}

/** The engine wraps the error that ended the execution. */
function failed(error: unknown): ExecutionEnd {
  if (!(error instanceof Error)) return { status: 'FAILED', error: 'States.Runtime' };
  if (error.name === 'ExecutionTimeoutError') return TIMED_OUT;
  const inner = error.cause instanceof Error ? error.cause : error;
  return { status: 'FAILED', error: inner.name, cause: inner.message };
}

/**
 * As on AWS, neither Retry nor Catch of States.ALL handles it; the engine reads these two members.
 */
class DataLimitExceeded extends Error {
  override readonly name = 'States.DataLimitExceeded';
  readonly isRetryable = false;
  readonly isCatchable = false;

  constructor() {
    super('A state/task returned a result with a size exceeding the maximum number of bytes.');
  }
}

/** An error named by Lambda's error type, which Retry and Catch compare. */
class TaskFailed extends Error {
  override readonly name: string;

  constructor(errorType: string, cause: object) {
    super(JSON.stringify(cause));
    this.name = errorType;
  }
}

async function call(invoke: InvokeFunction, name: string, input: unknown) {
  checkSize(JSON.stringify(input));
  const result = await invoke(name, input);
  if ('error' in result) throw new TaskFailed(result.error.errorType, result.error);
  checkSize(result.payload);
  return JSON.parse(result.payload);
}

/** `lambda:invoke` takes the function and its event as parameters and wraps the response. */
const integration =
  (invoke: InvokeFunction): Task =>
  async (input) => {
    const { FunctionName, Payload } = isRecord(input) ? input : {};
    const name = String(FunctionName).split(':').at(-1) ?? '';
    const payload = await call(invoke, name, Payload);
    return { ExecutedVersion: '$LATEST', Payload: payload, StatusCode: 200 };
  };

function checkSize(json: string): void {
  if (Buffer.byteLength(json) > STATE_BYTES_MAX) throw new DataLimitExceeded();
}
