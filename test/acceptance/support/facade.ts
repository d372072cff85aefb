/**
 * AWS on the loopback interface: moto, behind a server that answers what moto lacks, runs the
 * deployed functions, and refuses with 501 what neither of the two knows.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parseJson } from '../../../sandbox/base/json.ts';
import { close, listen, readBody } from '../../../sandbox/base/loopback-server.ts';
import { type MockBedrock, startMockBedrock } from '../../../sandbox/engines/bedrock/server.ts';
import type { LambdaResult } from '../../../sandbox/engines/lambda/host.ts';
import { Access } from './access.ts';
import { type AwsAnswer, refuse } from './aws-answer.ts';
import { type AwsCall, readCall } from './aws-call.ts';
import { Budgets } from './budgets.ts';
import { ChangedKeys } from './changed-keys.ts';
import { CostAllocationTags } from './cost-allocation-tags.ts';
import { CostAnomalies } from './cost-anomalies.ts';
import { DataExports } from './data-exports.ts';
import { DeployedFunctions, nameOf, type StreamedBytes } from './deployed-functions.ts';
import { deployerAction } from './deployer-actions.ts';
import { EventBuses } from './event-buses.ts';
import { type Answered, forward, OneByOne } from './forward.ts';
import { Fronts } from './fronts.ts';
import { FunctionLogs } from './function-logs.ts';
import { statementConflict } from './function-policies.ts';
import { InferenceProfiles } from './inference-profiles.ts';
import { makeRoom } from './invoke-configs.ts';
import { type Moto, startMoto } from './moto.ts';
import { RolePolicies } from './role-policies.ts';
import { SavedQueries } from './saved-queries.ts';
import { Stacks } from './stacks.ts';
import { StateMachines } from './state-machines.ts';

/** moto's own. */
export const ACCOUNT = '123456789012';
/** The access key of the clients of its interpreter of state machines. */
const MOTO_STATES = 'ak';
/** No API of AWS says it with a page: that is moto's web server, which has no such path. */
const PAGE = /^<!doctype html/i;
/** Of which moto answers nothing. */
const OWN_SERVICES = ['bedrock', 'budgets', 'ce', 'bcm-data-exports'];
const BODY_BYTES_MAX = 64 * 1024 * 1024;

export class Facade {
  readonly profiles = new InferenceProfiles(ACCOUNT);
  readonly anomalies = new CostAnomalies(ACCOUNT);
  readonly budgets = new Budgets();
  readonly exports = new DataExports(ACCOUNT);
  readonly costTags = new CostAllocationTags();
  readonly queries = new SavedQueries();
  readonly buses = new EventBuses();
  readonly fronts = new Fronts();
  readonly #keys = new ChangedKeys();
  /** IAM actions of Terraform's calls. */
  readonly deployerActions = new Set<string>();
  /** Requests refused with 501, as `service operation`. */
  readonly unknown: string[] = [];
  /** A caller may do what the deployed policies allow. */
  readonly access: Access;
  readonly moto = new OneByOne(() => this.#started().moto.url);
  readonly #policies = new RolePolicies((parameters) =>
    this.moto.query('iam', { ...parameters, Version: '2010-05-08' }),
  );
  readonly #states = new StateMachines((operation, input) =>
    this.moto.json('states', `AWSStepFunctions.${operation}`, input),
  );
  readonly #stacks = new Stacks(this.moto);
  readonly #functions: DeployedFunctions;
  readonly #server: Server;
  #url = '';
  #parts: { readonly moto: Moto; readonly bedrock: MockBedrock } | undefined;

  /** @param folder takes the unpacked bundles. */
  constructor(folder: string) {
    const logs = new FunctionLogs((name, operation, input) => this.#logAs(name, operation, input));
    this.#functions = new DeployedFunctions(folder, logs);
    this.access = new Access({
      surroundings: {
        account: ACCOUNT,
        region: 'us-east-1',
        profile: (id) => this.profiles.known(id),
      },
      policies: this.#policies,
      rolesOf: (accessKey) => this.#rolesOf(accessKey),
    });
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        send(response, encode(refuse('InternalFailure', String(error), 500)));
      });
    });
  }

  get url(): string {
    return this.#url;
  }

  get bedrock(): MockBedrock {
    return this.#started().bedrock;
  }

  async start(): Promise<void> {
    this.#url = await listen(this.#server);
    this.#functions.reachAt(this.#url);
    const bedrock = await startMockBedrock({ profiles: this.profiles.modelIds });
    this.#parts = { bedrock, moto: await startMoto(new URL(this.#url).port) };
  }

  async close(): Promise<void> {
    await this.#functions.close();
    await this.#parts?.bedrock.close();
    await this.#parts?.moto.close();
    await close(this.#server);
  }

  /** Lets time pass for the functions, which read their policy again once a minute. */
  advance(ms: number): Promise<void> {
    return this.#functions.advance(ms);
  }

  /** Calls a deployed function, named by its name or ARN, as a service does that may. */
  run(functionId: string, event: unknown): Promise<LambdaResult> {
    return this.#functions.run(nameOf(functionId), event);
  }

  /** As `run`, for a function that streams. */
  runStreamed(functionId: string, event: unknown): Promise<StreamedBytes> {
    return this.#functions.runStreamed(nameOf(functionId), event);
  }

  #started() {
    if (!this.#parts) throw new Error('the facade is not started');
    return this.#parts;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await readBody(request, BODY_BYTES_MAX);
    if (!('bytes' in received)) return;
    const call = readCall(request, received.bytes);
    if (/Terraform/.test(request.headers['user-agent'] ?? '')) {
      this.deployerActions.add(deployerAction(call));
    }
    send(response, await this.#answer(call, request, received.bytes));
  }

  async #answer(call: AwsCall, request: IncomingMessage, bytes: Buffer): Promise<Answered> {
    const refusal = await this.access.refusal(call);
    if (refusal) return encode(refusal);
    if (call.service === 'bedrock' && call.operation.startsWith('POST /model/')) {
      return forward(this.bedrock.url, request, bytes);
    }
    const own = await this.#own(call);
    if (own) return encode(own);
    if (OWN_SERVICES.includes(call.service)) return this.#refuseUnknown(call);
    const answered = await this.moto.forward(request, bytes);
    if (call.service === 'iam') this.#policies.noteCall(call.operation);
    // moto's way to say that it lacks something; sent on, it would be tried again for minutes.
    if (answered.status >= 500 || (answered.status === 404 && PAGE.test(answered.bytes.toString())))
      return this.#refuseUnknown(call, `moto answered ${answered.status}`);
    if (answered.status >= 300) return answered;
    await this.#stacks.observe(call);
    const mended = this.#keys.mend(call, this.fronts.mend(call, answered));
    if (call.service !== 'lambda') return mended;
    const body = parseJson(answered.bytes);
    const observed = await this.#functions.observe(call, body);
    return observed === undefined ? answered : encode({ status: answered.status, body: observed });
  }

  async #own(call: AwsCall): Promise<AwsAnswer | undefined> {
    const { profiles, anomalies, budgets, exports, costTags, queries, buses } = this;
    const billing = [anomalies, costTags, budgets, exports];
    for (const { api } of [profiles, ...billing, queries, buses, this.#keys, this.#states]) {
      const answer = await api(call);
      if (answer) return answer;
    }
    if (call.service !== 'lambda') return undefined;
    await makeRoom(this.moto, call);
    return (await statementConflict(this.moto, call)) ?? this.#functions.invoke(call);
  }

  #refuseUnknown(call: AwsCall, reason = ''): Answered {
    const what = `${call.service} ${call.operation}`;
    this.unknown.push(`${what} ${reason}`);
    return encode(refuse('NotImplemented', `${what} is not known here. ${reason}`, 501));
  }

  /** A call that Lambda makes for a function, with the rights of the function's role. */
  async #logAs(caller: string, operation: string, input: object): Promise<AwsAnswer> {
    const call = { service: 'logs', operation, input: { ...input }, query: {}, caller };
    const refusal = await this.access.refusal(call);
    return refusal ?? this.moto.json('logs', `Logs_20140328.${operation}`, input);
  }

  /** Everybody signs with his name, and moto's own Step Functions with `ak`. */
  #rolesOf(accessKey: string): readonly string[] | undefined {
    if (accessKey === MOTO_STATES) return this.#states.rolesOfRunning;
    const roleArn = this.#functions.roleOf(accessKey);
    return roleArn === undefined ? undefined : [roleArn];
  }
}

const encode = ({ status, headers, body, xml }: AwsAnswer): Answered => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  bytes: Buffer.from(xml ?? JSON.stringify(body) ?? ''),
});

function send(response: ServerResponse, { status, headers, bytes }: Answered): void {
  if (response.destroyed || response.headersSent) return;
  if (status === 204) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { ...headers, 'content-length': bytes.length });
  response.end(bytes);
}
