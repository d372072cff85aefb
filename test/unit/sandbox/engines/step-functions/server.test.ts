/** Method: the real SDK client against the endpoint, with functions that a test scripts. */
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, test } from '@jest/globals';
import { STATE_MACHINE_ARN } from '../../../../../sandbox/base/arns.ts';
import type { LambdaResult } from '../../../../../sandbox/engines/lambda/host.ts';
import {
  renderWorkflow,
  tasksOf,
} from '../../../../../sandbox/engines/step-functions/definition.ts';
import { WorkflowExecution } from '../../../../../sandbox/engines/step-functions/execution.ts';
import { startStepFunctions } from '../../../../../sandbox/engines/step-functions/server.ts';

type InvokeFunction = ConstructorParameters<typeof WorkflowExecution>[2];

const NAMES = ['reserve-budget', 'record-outcome'];
const clock = { now: () => Date.parse('2026-11-23T14:05:09Z') };
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each();
});

/** The name of a function's ARN in a template. */
const variable = (name: string) => `$\{${name}_arn}`;

const TEMPLATE = JSON.stringify({
  StartAt: 'Reserve',
  States: {
    Reserve: {
      Type: 'Task',
      Resource: variable('reserve_budget'),
      Retry: [
        { ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 1, MaxAttempts: 1 },
      ],
      Catch: [
        { ErrorEquals: ['LedgerUnavailable'], ResultPath: '$.error', Next: 'Caught' },
        { ErrorEquals: ['Lambda.Unknown'], Next: 'Refused' },
      ],
      Next: 'Record',
    },
    Record: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: {
        FunctionName: variable('record_outcome'),
        Payload: { 'state.$': '$', 'name.$': '$$.Execution.Name' },
      },
      OutputPath: '$.Payload',
      End: true,
    },
    Caught: { Type: 'Succeed' },
    Refused: { Type: 'Fail', Error: 'Refused', Cause: 'said by the definition' },
  },
});

async function start(
  invoke: InvokeFunction,
): Promise<(input: unknown, name?: string) => ReturnType<typeof send>> {
  const workflow = new WorkflowExecution(renderWorkflow(TEMPLATE), NAMES, invoke);
  const endpoint = await startStepFunctions(workflow, clock);
  const client = new SFNClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    maxAttempts: 1,
    disableHostPrefix: true,
  });
  cleanUp.push(
    () => endpoint.close(),
    () => client.destroy(),
  );
  return (input, name) => send(client, input, name);
}

const send = (client: SFNClient, input: unknown, name?: string) =>
  client.send(
    new StartSyncExecutionCommand({
      stateMachineArn: STATE_MACHINE_ARN,
      input: typeof input === 'string' ? input : JSON.stringify(input),
      ...(name !== undefined && { name }),
    }),
  );

const payload = (value: unknown): LambdaResult => ({ payload: JSON.stringify(value) });
const failure = (errorType: string): LambdaResult => ({
  error: { errorType, errorMessage: 'said by the test' },
});

describe('an execution', () => {
  test("runs the functions by name and answers the last one's output", async () => {
    const calls: [string, unknown][] = [];
    const run = await start(async (name, event) => {
      calls.push([name, event]);
      return payload({ from: name });
    });
    const { status, output, executionArn, startDate, billingDetails } = await run({ a: 1 }, 'r-1');
    expect([status, output]).toEqual(['SUCCEEDED', '{"from":"record-outcome"}']);
    expect(executionArn).toContain(':r-1:');
    expect(startDate).toEqual(new Date('2026-11-23T14:05:09Z'));
    expect(billingDetails?.billedDurationInMilliseconds).toBeGreaterThanOrEqual(100);
    expect(calls).toEqual([
      ['reserve-budget', { a: 1 }],
      ['record-outcome', { state: { from: 'reserve-budget' }, name: 'r-1' }],
    ]);
  });

  test("catches a function's error by its type, with Lambda's cause", async () => {
    const run = await start(async () => failure('LedgerUnavailable'));
    const { status, output = '' } = await run({ a: 1 });
    const { a, error } = JSON.parse(output);
    expect([status, a, error.Error]).toEqual(['SUCCEEDED', 1, 'LedgerUnavailable']);
    expect(JSON.parse(error.Cause)).toEqual({
      errorType: 'LedgerUnavailable',
      errorMessage: 'said by the test',
    });
  });

  test('retries what the definition names', async () => {
    let calls = 0;
    const run = await start(async () => {
      calls += 1;
      return calls === 1 ? failure('Lambda.TooManyRequestsException') : payload({});
    });
    expect((await run({})).status).toBe('SUCCEEDED');
    expect(calls).toBe(3);
  });

  test('fails with the error that nothing catches, or that a Fail state names', async () => {
    const uncaught = await start(async () => failure('TypeError'));
    expect(await uncaught({})).toMatchObject({ status: 'FAILED', error: 'TypeError' });
    const refused = await start(async () => failure('Lambda.Unknown'));
    expect(await refused({})).toMatchObject({
      status: 'FAILED',
      error: 'Refused',
      cause: 'said by the definition',
    });
  });

  test("fails when a state's data grows over 262,144 bytes, whatever is caught", async () => {
    const run = await start(async () => payload('x'.repeat(262_143)));
    expect(await run({})).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('many at once do not mix', async () => {
    const run = await start(async (_name, event) => payload(event));
    const outputs = await Promise.all(
      Array.from({ length: 20 }, async (_each, index) => (await run({ index })).output ?? ''),
    );
    expect(outputs.map((output) => JSON.parse(output).state.index)).toEqual([...Array(20).keys()]);
  });
});

describe('StartSyncExecution refuses', () => {
  const never: InvokeFunction = async () => failure('never called');

  test('input over 262,144 bytes', async () => {
    const run = await start(never);
    await expect(run('x'.repeat(262_143))).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    const large = JSON.stringify('x'.repeat(262_143));
    await expect(run(large)).rejects.toMatchObject({ name: 'ValidationException' });
    const fits = await run(JSON.stringify('x'.repeat(262_142)));
    expect(fits.error).toBe('never called');
  });

  test('a state machine that is not there', async () => {
    const workflow = new WorkflowExecution(renderWorkflow(TEMPLATE), NAMES, never);
    const endpoint = await startStepFunctions(workflow, clock);
    cleanUp.push(() => endpoint.close());
    const response = await fetch(endpoint.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSStepFunctions.StartSyncExecution' },
      body: '{"stateMachineArn":"arn:other"}',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('StateMachineDoesNotExist');
  });
});

describe('a definition', () => {
  const none: InvokeFunction = async () => payload({});
  const task = (Resource: string) =>
    JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Task', Resource, End: true } } });

  test("may use the functions' ARNs and no other variable", () => {
    expect(() => renderWorkflow(task(variable('lambda')))).toThrow(
      /^the workflow template uses \$\{lambda_arn\}: use one of validate_and_set_context_arn,/,
    );
  });

  test.each([
    'arn:aws:states:::dynamodb:updateItem',
    'arn:aws:lambda:us-east-1:000000000000:function:other',
  ])('may not call %s', (resource) => {
    expect(() => new WorkflowExecution(renderWorkflow(task(resource)), NAMES, none)).toThrow(
      `state A calls ${resource}, which the sandbox does not have`,
    );
  });

  test('is searched for tasks in branches too', () => {
    const inner = { StartAt: 'B', States: { B: { Type: 'Task', Resource: 'r', End: true } } };
    const states = { A: { Type: 'Parallel', Branches: [inner], End: true } };
    expect(tasksOf({ StartAt: 'A', States: states })).toEqual([{ state: 'B', resource: 'r' }]);
  });
});
