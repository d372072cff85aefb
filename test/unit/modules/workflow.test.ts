/**
 * The state machine's definition, run by an interpreter, with functions that answer or crash as
 * scripted: where each path ends, what its caller gets, and that nothing is called twice.
 */

import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { WORKFLOW_FUNCTIONS } from '../../../sandbox/engines/lambda/function-environment.ts';
import { renderWorkflow } from '../../../sandbox/engines/step-functions/definition.ts';
import { WorkflowExecution } from '../../../sandbox/engines/step-functions/execution.ts';

const TEMPLATE = new URL('../../../modules/workflow/workflow.asl.json.tftpl', import.meta.url);
const definition = renderWorkflow(readFileSync(TEMPLATE, 'utf8'));

type Step = (typeof WORKFLOW_FUNCTIONS)[number];
/** Result of a function, or the error it ends with. */
type Script = Partial<Record<Step, { returns: unknown } | { fails: string; times?: number }>>;

const state = (status: string, said = status) => ({ status, answer: { said } });
const VALID = state('valid', 'reserving was lost');
const APPROVED = state('approved', 'invoking was lost');

const GOOD: Script = {
  'validate-and-set-context': { returns: VALID },
  'reserve-budget': { returns: APPROVED },
  'invoke-model': { returns: state('succeeded', 'pending') },
  'record-outcome': { returns: state('succeeded', 'the answer') },
};

let called: { step: string; status: unknown }[];
beforeEach(() => {
  called = [];
});

/** The innermost status of what a step was given, however the state machine wrapped it. */
const statusIn = (event: unknown): unknown =>
  /"status":"(\w+)"/.exec(JSON.stringify(event ?? null))?.[1];

async function run(script: Script, input: unknown = { model: 'x' }) {
  const left = new Map<string, number>();
  const workflow = new WorkflowExecution(definition, WORKFLOW_FUNCTIONS, async (name, event) => {
    called.push({ step: name, status: statusIn(event) });
    const scripted = { ...GOOD, ...script }[name as Step];
    if (!scripted) throw new Error(`nothing is scripted for ${name}`);
    if ('returns' in scripted) return { payload: JSON.stringify(scripted.returns) };
    const times = left.get(name) ?? scripted.times ?? Number.POSITIVE_INFINITY;
    left.set(name, times - 1);
    if (times > 0) return { error: { errorType: scripted.fails, errorMessage: 'as scripted' } };
    const good = GOOD[name as Step];
    return { payload: JSON.stringify(good && 'returns' in good ? good.returns : null) };
  });
  const end = await workflow.run(JSON.stringify(input), {
    executionArn: 'arn:aws:states:us-east-1:000000000000:express:w:n:1',
    name: 'n',
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:w',
  });
  if (end.status !== 'SUCCEEDED') throw new Error(JSON.stringify(end));
  return JSON.parse(end.output);
}

const steps = () => called.map(({ step }) => step);

describe('the outcomes', () => {
  test('have a separate state each', () => {
    const ends = Object.entries(definition.States)
      .filter(([, { Type }]) => Type === 'Succeed')
      .map(([name]) => name);
    expect(ends).toEqual([
      'RateLimitApprovedInvocationSuccessful',
      'RateLimitApprovedInvocationUnsuccessful',
      'RateLimitDenied',
      'NotValid',
      'Replayed',
      'Unavailable',
    ]);
  });

  test('approved and answered goes through all four steps', async () => {
    expect(await run({})).toEqual({ said: 'the answer' });
    expect(steps()).toEqual(WORKFLOW_FUNCTIONS);
  });

  test('not valid reserves nothing and is recorded', async () => {
    const said = state('not_valid', 'no');
    const script = {
      'validate-and-set-context': { returns: said },
      'record-outcome': { returns: said },
    };
    expect(await run(script)).toEqual({ said: 'no' });
    expect(steps()).toEqual(['validate-and-set-context', 'record-outcome']);
  });

  test('denied calls no model and is recorded', async () => {
    const denied = state('denied', 'limit');
    const script = { 'reserve-budget': { returns: denied }, 'record-outcome': { returns: denied } };
    expect(await run(script)).toEqual({ said: 'limit' });
    expect(steps()).toEqual(['validate-and-set-context', 'reserve-budget', 'record-outcome']);
  });

  test('a repeat of a request that has ended calls no model and is recorded', async () => {
    const repeat = state('replayed', 'said before');
    const script = { 'reserve-budget': { returns: repeat }, 'record-outcome': { returns: repeat } };
    expect(await run(script)).toEqual({ said: 'said before' });
    expect(steps()).toEqual(['validate-and-set-context', 'reserve-budget', 'record-outcome']);
    expect(await run({ ...script, 'record-outcome': { fails: 'Error' } })).toEqual({
      said: 'said before',
    });
  });

  test('approved and failed is recorded', async () => {
    const failed = state('failed', 'upstream');
    const script = { 'invoke-model': { returns: failed }, 'record-outcome': { returns: failed } };
    expect(await run(script)).toEqual({ said: 'upstream' });
  });
});

describe('a step that does not come back', () => {
  test('validating: the answer says so, and nothing else is called', async () => {
    const answer = await run({ 'validate-and-set-context': { fails: 'Error' } });
    expect(answer).toMatchObject({ status: 503, code: 'workflow_unavailable', requestId: 'n' });
    expect(steps()).toEqual(['validate-and-set-context']);
  });

  test('validating a request that is no object: the same', async () => {
    const answer = await run({ 'validate-and-set-context': { fails: 'Error' } }, ['not an object']);
    expect(answer).toMatchObject({ status: 503 });
  });

  test('reserving: recorded with the answer the validated state carries, no model called', async () => {
    await run({
      'reserve-budget': { fails: 'TypeError' },
      'record-outcome': { returns: state('unavailable', 'ledger') },
    });
    expect(steps()).toEqual(['validate-and-set-context', 'reserve-budget', 'record-outcome']);
    expect(called.at(-1)?.status).toBe('valid');
  });

  test('invoking: recorded as it was approved, and the model is not called again', async () => {
    await run({
      'invoke-model': { fails: 'Lambda.Unknown' },
      'record-outcome': { returns: state('failed', 'lost') },
    });
    expect(steps()).toEqual(WORKFLOW_FUNCTIONS);
    expect(called.at(-1)?.status).toBe('approved');
  });

  test('recording: the caller still gets the answer the model gave', async () => {
    expect(await run({ 'record-outcome': { fails: 'Error' } })).toEqual({ said: 'pending' });
  });

  test('invoking and recording: the caller gets what the approved state carries', async () => {
    const script = {
      'invoke-model': { fails: 'Error' },
      'record-outcome': { fails: 'Error' },
    };
    expect(await run(script)).toEqual({ said: 'invoking was lost' });
  });

  test('reserving and recording: the caller gets what the validated state carries', async () => {
    const script = { 'reserve-budget': { fails: 'Error' }, 'record-outcome': { fails: 'Error' } };
    expect(await run(script)).toEqual({ said: 'reserving was lost' });
  });
});

describe('a step that was throttled', () => {
  test.each(WORKFLOW_FUNCTIONS)('%s is tried again', async (step) => {
    const script: Script = { [step]: { fails: 'Lambda.TooManyRequestsException', times: 1 } };
    expect(await run(script)).toEqual({ said: 'the answer' });
    expect(steps().filter((each) => each === step)).toHaveLength(2);
  });
});

test('only reserving and recording, which may be repeated, are tried again when their end is unknown', async () => {
  for (const step of WORKFLOW_FUNCTIONS) {
    called = [];
    await run({ [step]: { fails: 'Lambda.Unknown', times: 1 } });
    const tries = steps().filter((each) => each === step).length;
    expect([step, tries]).toEqual([step, /reserve|record/.test(step) ? 2 : 1]);
  }
});
