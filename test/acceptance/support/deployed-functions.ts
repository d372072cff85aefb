/**
 * Runs the zips that were deployed, each in a worker, and keeps what moto forgets of a function's
 * configuration.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { isRecord } from '../../../sandbox/base/json.ts';
import { LambdaHost, type LambdaResult } from '../../../sandbox/engines/lambda/host.ts';
import { type AwsAnswer, refuse } from './aws-answer.ts';
import type { AwsCall } from './aws-call.ts';
import type { FunctionLogs } from './function-logs.ts';
import { mendPolicy } from './function-policies.ts';
import { recordAt, textAt } from './members.ts';

interface Deployed {
  /** As the calls that made and changed it say. */
  readonly configuration: AwsCall['input'];
  readonly roleArn: string;
  readonly logGroup: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly bundle: URL;
  host: LambdaHost | undefined;
}

/** The whole answer of a function that streams. */
export interface StreamedBytes {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
}

/** Members of a function's configuration that moto does not return, or not once they are changed. */
const FORGOTTEN = ['LoggingConfig', 'DeadLetterConfig', 'TracingConfig', 'KMSKeyArn'];
const PATH = /^(\w+) \/2015-03-31\/functions(?:\/([^/]+))?(?:\/([\w-]+))?$/;
const TIMEOUT_DEFAULT_SECONDS = 3;

export class DeployedFunctions {
  readonly #folder: string;
  readonly #logs: FunctionLogs;
  readonly #functions = new Map<string, Deployed>();
  readonly #forgotten = new Map<string, Readonly<Record<string, unknown>>>();
  #endpoint = '';
  #bundles = 0;
  #clockOffsetMs = 0;

  /** @param folder takes the unpacked bundles. */
  constructor(folder: string, logs: FunctionLogs) {
    this.#folder = folder;
    this.#logs = logs;
  }

  /** ARN of a function's role; undefined when there is no such function. */
  roleOf(name: string): string | undefined {
    return this.#functions.get(name)?.roleArn;
  }

  /** Where the functions find AWS. */
  reachAt(url: string): void {
    this.#endpoint = url;
  }

  /** Runs a function, where the call invokes one. */
  async invoke({ operation, input }: AwsCall): Promise<AwsAnswer | undefined> {
    const [, method, id = '', action] = PATH.exec(operation) ?? [];
    if (method !== 'POST' || action !== 'invocations') return undefined;
    const name = nameOf(id);
    if (!this.#functions.has(name))
      return refuse('ResourceNotFoundException', `Function not found: ${id}`, 404);
    const result = await this.run(name, input);
    const headers = { 'x-amz-executed-version': '$LATEST' };
    if ('payload' in result) return { status: 200, headers, body: JSON.parse(result.payload) };
    return {
      status: 200,
      headers: { ...headers, 'x-amz-function-error': 'Unhandled' },
      body: result.error,
    };
  }

  /** @throws Error when there is no such function. */
  async run(name: string, event: unknown): Promise<LambdaResult> {
    const deployed = this.#functions.get(name);
    if (!deployed) throw new Error(`${name}: is not deployed`);
    deployed.host ??= this.#host(name, deployed);
    const result = await deployed.host.invoke(event);
    await this.#logs.deliver(name, deployed.logGroup);
    return result;
  }

  /** As `run`, for a function that streams. @returns the answer when it is complete. */
  async runStreamed(name: string, event: unknown): Promise<StreamedBytes> {
    const deployed = this.#functions.get(name);
    if (!deployed) throw new Error(`${name}: is not deployed`);
    deployed.host ??= this.#host(name, deployed);
    const answer = await deployed.host.invokeStreamed(event);
    if ('error' in answer) throw new Error(`${name}: ${answer.error.errorMessage}`);
    const parts: Uint8Array[] = [];
    for await (const part of answer.body) parts.push(part);
    await this.#logs.deliver(name, deployed.logGroup);
    return { status: answer.status, headers: answer.headers, bytes: Buffer.concat(parts) };
  }

  /** Looks at what moto answered; @returns the answer with what moto forgot. */
  async observe({ operation, input }: AwsCall, answer: unknown): Promise<unknown> {
    const [, method, id, action] = PATH.exec(operation) ?? [];
    if (method === undefined) return answer;
    const name = nameOf(id ?? textAt(input, 'FunctionName'));
    if (method === 'POST' && id === undefined) this.#deploy(name, input);
    if (method === 'PUT' && action === 'code') await this.#redeploy(name, input);
    if (method === 'PUT' && action === 'configuration') await this.#configure(name, input);
    if (method === 'DELETE' && action === undefined) await this.#remove(name);
    if (method === 'GET' && action === 'policy' && isRecord(answer)) return mendPolicy(answer);
    return this.#complete(answer, this.#forgotten.get(name) ?? {});
  }

  /** Moves the clock of all functions on, those to come included. */
  async advance(ms: number): Promise<void> {
    this.#clockOffsetMs += ms;
    await Promise.all([...this.#functions.values()].map(({ host }) => host?.setClock()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#functions.values()].map(({ host }) => host?.close()));
  }

  #complete(answer: unknown, kept: Readonly<Record<string, unknown>>): unknown {
    if (!isRecord(answer)) return answer;
    if (answer.FunctionArn !== undefined) return { ...answer, ...kept };
    if (!isRecord(answer.Configuration)) return answer;
    return { ...answer, Configuration: { ...answer.Configuration, ...kept } };
  }

  #deploy(name: string, input: AwsCall['input']): void {
    const zip = textAt(recordAt(input, 'Code'), 'ZipFile');
    const { Code: _, ...configuration } = input;
    this.#functions.set(name, {
      ...settingsOf(name, configuration),
      bundle: this.#unpack(name, zip),
      host: undefined,
    });
    this.#remember(name, input);
  }

  async #redeploy(name: string, input: AwsCall['input']): Promise<void> {
    const deployed = this.#functions.get(name);
    if (!deployed) return;
    await deployed.host?.close();
    const bundle = this.#unpack(name, textAt(input, 'ZipFile'));
    this.#functions.set(name, { ...deployed, bundle, host: undefined });
  }

  /** A member that a call leaves out stays as it was. */
  async #configure(name: string, input: AwsCall['input']): Promise<void> {
    const deployed = this.#functions.get(name);
    if (!deployed) return;
    await deployed.host?.close();
    const settings = settingsOf(name, { ...deployed.configuration, ...input });
    this.#functions.set(name, { ...deployed, ...settings, host: undefined });
    this.#remember(name, input);
  }

  async #remove(name: string): Promise<void> {
    await this.#functions.get(name)?.host?.close();
    this.#functions.delete(name);
    this.#forgotten.delete(name);
  }

  #remember(name: string, input: AwsCall['input']): void {
    const given = FORGOTTEN.filter((member) => input[member] !== undefined);
    const kept = Object.fromEntries(given.map((member) => [member, input[member]]));
    this.#forgotten.set(name, { ...this.#forgotten.get(name), ...kept });
  }

  /** Each version in a separate folder: a module once loaded stays loaded. */
  #unpack(name: string, zip: string): URL {
    this.#bundles += 1;
    const folder = join(this.#folder, `${name}-${this.#bundles}`);
    mkdirSync(folder, { recursive: true });
    const files = Object.entries(unzipSync(Buffer.from(zip, 'base64')));
    for (const [file, bytes] of files) writeFileSync(join(folder, file), bytes);
    const entry = files.find(([file]) => /^index\.[cm]?js$/.test(file))?.[0] ?? 'index.js';
    return pathToFileURL(join(folder, entry));
  }

  #host(name: string, { bundle, env, timeoutMs }: Deployed): LambdaHost {
    const own = {
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_ACCESS_KEY_ID: name,
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_ENDPOINT_URL: this.#endpoint,
      AWS_ENDPOINT_URL_SFN: this.#endpoint,
    };
    return new LambdaHost(
      { functionName: name, bundle, env: { ...env, ...own }, timeoutMs },
      {
        workerEntry: new URL('../../../sandbox/engines/lambda/worker.ts', import.meta.url),
        clockOffsetMs: () => this.#clockOffsetMs,
        printed: (functionName, line) => this.#logs.printed(functionName, line),
      },
    );
  }
}

/** A function is named by its name or its ARN. */
export const nameOf = (id: string): string => /:function:([\w-]+)/.exec(id)?.[1] ?? id;

function settingsOf(name: string, configuration: AwsCall['input']) {
  const { Timeout } = configuration;
  const variables = recordAt(recordAt(configuration, 'Environment'), 'Variables');
  const seconds = typeof Timeout === 'number' ? Timeout : TIMEOUT_DEFAULT_SECONDS;
  const logGroup = textAt(recordAt(configuration, 'LoggingConfig'), 'LogGroup');
  return {
    configuration,
    roleArn: textAt(configuration, 'Role'),
    logGroup: logGroup || `/aws/lambda/${name}`,
    env: Object.fromEntries(Object.entries(variables).map(([name, text]) => [name, String(text)])),
    timeoutMs: seconds * 1000,
  };
}
