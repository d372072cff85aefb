/** What moto's Step Functions lacks: validation, and executions whose caller waits for the end. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, parseJson } from '../../../sandbox/loopback.ts';
import {
  type Api,
  type AwsAnswer,
  type AwsCall,
  done,
  recordAt,
  refuse,
  textAt,
} from './aws-call.ts';

/** Calls an operation of moto's Step Functions. */
type CallStates = (operation: string, input: unknown) => Promise<AwsAnswer>;

const POLL_MS = 50;
const RUNNING_MS_MAX = 60_000;

export const stateMachineApi =
  (callStates: CallStates): Api =>
  async ({ service, operation, input }) => {
    if (service !== 'states') return undefined;
    if (operation === 'ValidateStateMachineDefinition') return validate(input);
    if (operation === 'StartSyncExecution') return runToItsEnd(callStates, input);
    if (operation === 'ListStateMachineVersions') return listVersions(callStates, input);
    // Not kept, so never listed either.
    if (input.publish === true) return refuse('NotImplemented', 'publish is not known here', 501);
    return undefined;
  };

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html */
function validate(input: AwsCall['input']): AwsAnswer {
  const definition = parseJson(Buffer.from(textAt(input, 'definition')));
  const states = recordAt(definition, 'States');
  const problem = (code: string, message: string) =>
    done({ result: 'FAIL', diagnostics: [{ severity: 'ERROR', code, message }], truncated: false });
  if (!isRecord(definition)) return problem('INVALID_JSON_DESCRIPTION', 'No JSON object.');
  const names = [
    textAt(definition, 'StartAt'),
    ...Object.values(states).flatMap((state) => textAt(state, 'Next') || []),
  ];
  const missing = names.find((name) => states[name] === undefined);
  if (missing !== undefined) return problem('MISSING_TRANSITION_TARGET', `No state "${missing}".`);
  return done({ result: 'OK', diagnostics: [], truncated: false });
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html */
async function listVersions(callStates: CallStates, input: AwsCall['input']): Promise<AwsAnswer> {
  const { stateMachineArn } = input;
  const described = await callStates('DescribeStateMachine', { stateMachineArn });
  return described.status === 200 ? done({ stateMachineVersions: [] }) : described;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html */
async function runToItsEnd(callStates: CallStates, input: AwsCall['input']): Promise<AwsAnswer> {
  const name = textAt(input, 'name') || randomUUID();
  const started = await callStates('StartExecution', { ...input, name });
  if (started.status !== 200) return started;
  const executionArn = textAt(started.body, 'executionArn');
  const begun = performance.now();
  while (performance.now() - begun < RUNNING_MS_MAX) {
    const described = await callStates('DescribeExecution', { executionArn });
    if (described.status !== 200) return described;
    if (textAt(described.body, 'status') !== 'RUNNING') {
      const body = isRecord(described.body) ? described.body : {};
      const { redriveCount: _count, redriveStatus: _status, ...execution } = body;
      return done(execution);
    }
    await sleep(POLL_MS);
  }
  return done({ executionArn, name, status: 'TIMED_OUT' });
}
