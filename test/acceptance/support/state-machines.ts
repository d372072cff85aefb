/** What moto's Step Functions lacks: validation, and executions whose caller waits for the end. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import { type AwsAnswer, done, refuse } from './aws-answer.ts';
import type { Api, AwsCall } from './aws-call.ts';
import { recordAt, textAt } from './members.ts';

/** Calls an operation of moto's Step Functions. */
type CallStates = (operation: string, input: unknown) => Promise<AwsAnswer>;

const POLL_MS = 50;
const RUNNING_MS_MAX = 60_000;

export class StateMachines {
  readonly #call: CallStates;
  /** Role of each execution that goes on, by state machine and name. */
  readonly #running = new Map<string, string>();

  constructor(call: CallStates) {
    this.#call = call;
  }

  /** Roles of the state machines with an execution that goes on. */
  get rolesOfRunning(): readonly string[] {
    return [...new Set(this.#running.values())];
  }

  readonly api: Api = async ({ service, operation, input }) => {
    if (service !== 'states') return undefined;
    if (operation === 'ValidateStateMachineDefinition') return validate(input);
    if (operation === 'StartSyncExecution') return this.#runToItsEnd(input);
    if (operation === 'ListStateMachineVersions') return this.#listVersions(input);
    // Not kept, so never listed either.
    if (input.publish === true) return refuse('NotImplemented', 'publish is not known here', 501);
    return undefined;
  };

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html */
  async #listVersions({ stateMachineArn }: AwsCall['input']): Promise<AwsAnswer> {
    const described = await this.#call('DescribeStateMachine', { stateMachineArn });
    return described.status === 200 ? done({ stateMachineVersions: [] }) : described;
  }

  /** https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html */
  async #runToItsEnd(input: AwsCall['input']): Promise<AwsAnswer> {
    const { stateMachineArn } = input;
    const machine = await this.#call('DescribeStateMachine', { stateMachineArn });
    if (machine.status !== 200) return machine;
    const name = textAt(input, 'name') || randomUUID();
    // Before it starts: its first step may be asked for before the start is answered.
    const key = `${String(stateMachineArn)} ${name}`;
    this.#running.set(key, textAt(machine.body, 'roleArn'));
    try {
      const started = await this.#call('StartExecution', { ...input, name });
      if (started.status !== 200) return started;
      return await this.#end(textAt(started.body, 'executionArn'), name);
    } finally {
      this.#running.delete(key);
    }
  }

  async #end(executionArn: string, name: string): Promise<AwsAnswer> {
    const begun = performance.now();
    while (performance.now() - begun < RUNNING_MS_MAX) {
      const described = await this.#call('DescribeExecution', { executionArn });
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
}

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
