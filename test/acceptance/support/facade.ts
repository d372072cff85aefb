/**
 * AWS on the loopback interface: moto, behind a server that answers what moto lacks, runs the
 * deployed functions, and refuses with 501 what neither of the two knows.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { close, listen, parseJson, readBody } from '../../../sandbox/loopback.ts';
import { type MockBedrock, startMockBedrock } from '../../../sandbox/mock-bedrock.ts';
import { type AwsAnswer, type AwsCall, readCall, refuse } from './aws-call.ts';
import { Budgets } from './budgets.ts';
import { CostAnomalies } from './cost-anomalies.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { InferenceProfiles } from './inference-profiles.ts';
import { type Moto, startMoto } from './moto.ts';
import { SavedQueries } from './saved-queries.ts';
import { stateMachineApi } from './state-machines.ts';

/** moto's own. */
const ACCOUNT = '123456789012';
const BODY_BYTES_MAX = 64 * 1024 * 1024;

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

export class Facade {
  readonly profiles = new InferenceProfiles(ACCOUNT);
  readonly anomalies = new CostAnomalies(ACCOUNT);
  readonly budgets = new Budgets();
  readonly queries = new SavedQueries();
  /** What was refused with 501, as `service operation`. */
  readonly unknown: string[] = [];
  readonly #functions: DeployedFunctions;
  readonly #server: Server;
  /** moto is no place for two requests at once. */
  #turn: Promise<unknown> = Promise.resolve();
  #url = '';
  #parts: { readonly moto: Moto; readonly bedrock: MockBedrock } | undefined;

  /** @param folder takes the unpacked bundles. */
  constructor(folder: string) {
    this.#functions = new DeployedFunctions(folder);
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

  /** Lets time pass for the functions, which read their policy anew once a minute. */
  advance(ms: number): Promise<void> {
    return this.#functions.advance(ms);
  }

  #started() {
    if (!this.#parts) throw new Error('the facade is not started');
    return this.#parts;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await readBody(request, BODY_BYTES_MAX);
    if (!('bytes' in received)) return;
    const call = readCall(request, received.bytes);
    send(response, await this.#answer(call, request, received.bytes));
  }

  async #answer(call: AwsCall, request: IncomingMessage, bytes: Buffer): Promise<Answered> {
    if (call.service === 'bedrock' && call.operation.startsWith('POST /model/')) {
      return forward(this.bedrock.url, request, bytes);
    }
    const own = await this.#own(call);
    if (own) return encode(own);
    if (['bedrock', 'budgets', 'ce'].includes(call.service)) return this.#refuseUnknown(call);
    const answered = await this.#askMoto(request, bytes);
    // moto's way to say that it lacks something; sent on, it would be tried again for minutes.
    if (answered.status >= 500)
      return this.#refuseUnknown(call, `moto answered ${answered.status}`);
    if (call.service !== 'lambda' || answered.status >= 300) return answered;
    const body = parseJson(answered.bytes);
    const observed = await this.#functions.observe(call, body);
    return observed === undefined ? answered : encode({ status: answered.status, body: observed });
  }

  async #own(call: AwsCall): Promise<AwsAnswer | undefined> {
    const states = stateMachineApi((operation, input) => this.#callStates(operation, input));
    const { profiles, anomalies, budgets, queries } = this;
    for (const { api } of [profiles, anomalies, budgets, queries, { api: states }]) {
      const answer = await api(call);
      if (answer) return answer;
    }
    return call.service === 'lambda' ? this.#functions.invoke(call) : undefined;
  }

  #refuseUnknown(call: AwsCall, reason = ''): Answered {
    const what = `${call.service} ${call.operation}`;
    this.unknown.push(`${what} ${reason}`);
    return encode(refuse('NotImplemented', `${what} is not known here. ${reason}`, 501));
  }

  #askMoto(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, bytes: Buffer) {
    const answered = this.#turn.then(() => forward(this.#started().moto.url, request, bytes));
    this.#turn = answered.catch(() => undefined);
    return answered;
  }

  async #callStates(operation: string, input: unknown): Promise<AwsAnswer> {
    const headers = {
      authorization: authorizationOf('states'),
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AWSStepFunctions.${operation}`,
    };
    const bytes = Buffer.from(JSON.stringify(input));
    const answered = await this.#askMoto({ method: 'POST', url: '/', headers }, bytes);
    return { status: answered.status, body: parseJson(answered.bytes) };
  }
}

/** A signature that nobody checks, naming the service that is called. */
export const authorizationOf = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=none/20260101/us-east-1/${service}/aws4_request, ` +
  'SignedHeaders=host, Signature=none';

const PASSED_ON = /^(authorization|content-type|x-amz(n)?-.+|accept)$/;

async function forward(
  base: string,
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  bytes: Buffer,
): Promise<Answered> {
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    PASSED_ON.test(name) && typeof value === 'string' ? [[name, value] as const] : [],
  );
  const answer = await fetch(`${base}${request.url}`, {
    method: request.method ?? 'POST',
    headers: Object.fromEntries(headers),
    ...(bytes.length === 0 ? {} : { body: new Uint8Array(bytes) }),
  });
  const passed = [...answer.headers].filter(
    ([name]) =>
      !/^(content-(length|encoding)|date|connection|transfer-encoding|server|keep-alive)$/.test(
        name,
      ),
  );
  return {
    status: answer.status,
    headers: Object.fromEntries(passed),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

const encode = ({ status, headers, body }: AwsAnswer): Answered => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  bytes: Buffer.from(JSON.stringify(body) ?? ''),
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
