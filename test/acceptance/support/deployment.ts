/** One deployment of a packed example: Terraform, and requests to what it made. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SFNClient, StartSyncExecutionCommand } from '@aws-sdk/client-sfn';
import { isRecord, parseJson } from '../../../sandbox/base/json.ts';
import { OPERATOR } from './access.ts';
import type { Facade } from './facade.ts';
import { recordAt, textAt } from './members.ts';

type Answer = Readonly<Record<string, unknown>>;

interface CallSettings {
  readonly costCenter: string;
  readonly model?: string;
  readonly applicationId?: string;
  readonly environment?: string;
}

export const requestOf = ({
  costCenter,
  model = 'nova-lite',
  applicationId = 'aws-documentation-helper',
  environment = 'dev',
}: CallSettings) => ({
  model,
  prompt: {
    messages: [{ role: 'user', content: 'Hello' }],
    parameters: { max_tokens: 200 },
  },
  tags: { applicationId, costCenter, environment },
});

interface Outputs {
  readonly stateMachineArn: string;
  readonly apiEndpoint: string;
  readonly tableName: string;
  readonly auditLogGroup: string;
  /** Empty without a proxy. */
  readonly proxyUrl: string;
  /** JSON of what the role of a cost center's caller needs. */
  readonly callerPolicy: (costCenter: string) => string;
}

/** Of Terraform 1.11, before it changes anything: when it deletes what was in removed modules. */
const PLANNING_CRASHED = /fatal error: concurrent map .*NodePlannableResourceInstanceOrphan/s;
const runFile = promisify(execFile);
const EXAMPLE_ACCOUNT = '111122223333';
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export class Deployment {
  readonly #facade: Facade;
  readonly #folder: string;
  #outputs: Promise<Outputs> | undefined;

  /** @param example folder in `examples`, which may have to be made. */
  constructor(facade: Facade, example: string) {
    const module = process.env.ACCEPTANCE_MODULE;
    if (!module) {
      throw new Error('ACCEPTANCE_MODULE: is not set; run the suite with npm run test:acceptance');
    }
    this.#facade = facade;
    this.#folder = join(module, 'examples', example);
  }

  /** @returns what it printed. @throws Error with what it printed, when it fails. */
  async terraform(command: string, ...args: readonly string[]): Promise<string> {
    try {
      return await this.#run(command, args);
    } catch (error) {
      if (!PLANNING_CRASHED.test(String(error))) throw error;
      return this.#run(command, args);
    }
  }

  #run(command: string, args: readonly string[]): Promise<string> {
    const env = { ...process.env, AWS_ENDPOINT_URL: this.#facade.url, TF_CLI_ARGS: '-no-color' };
    return new Promise((resolve, reject) => {
      execFile(
        'terraform',
        [command, ...args],
        { cwd: this.#folder, env, maxBuffer: OUTPUT_BYTES_MAX },
        (error, stdout, stderr) => {
          if (!error) return resolve(stdout);
          const unknown = this.#facade.unknown.join('\n');
          reject(new Error(`terraform ${command}\n${stdout.slice(-2_000)}\n${stderr}\n${unknown}`));
        },
      );
    });
  }

  /** @returns what it changed, as `action address`. */
  async apply(...args: readonly string[]): Promise<readonly string[]> {
    this.#outputs = undefined;
    return changesIn(await this.terraform('apply', '-auto-approve', '-json', ...args));
  }

  /** @returns what would change, as `action address`. */
  async changes(): Promise<readonly string[]> {
    return changesIn(await this.terraform('plan', '-json'));
  }

  /** Writes a file of the configuration. */
  write(name: string, text: string): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, name), text);
  }

  /** Edits terraform.tfvars. @throws Error when the text to replace is not there exactly once. */
  edit(from: string, to: string, name = 'terraform.tfvars'): void {
    const file = join(this.#folder, name);
    const parts = readFileSync(file, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`${name}: has ${from} ${parts.length - 1} times`);
    writeFileSync(file, parts.join(to));
  }

  /** Runs the packed command line as the operator. @returns what it printed as JSON. */
  async cli(...args: readonly string[]): Promise<unknown> {
    const env = {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: this.#facade.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: OPERATOR,
      AWS_SECRET_ACCESS_KEY: 'none',
    };
    const program = join(this.#folder, '..', '..', 'dist', 'cli', 'cost-sentry.mjs');
    const { stdout } = await runFile(process.execPath, [program, ...args, '--json'], { env }).catch(
      ({ message, stdout: printed }) => {
        throw new Error(`${message}\n${printed}`);
      },
    );
    return parseJson(Buffer.from(stdout));
  }

  /** Has the callers of the example be roles of this account, and lets one role start the workflow. */
  useAccount(account: string): void {
    const file = join(this.#folder, 'terraform.tfvars');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(EXAMPLE_ACCOUNT, account));
    const starters = `starters = ["arn:aws:iam::${account}:role/workflow-starter"]`;
    this.edit('{ log_level = "ERROR" }', `{ log_level = "ERROR", ${starters} }`, 'main.tf');
  }

  /** Outputs of the root module. Read once after each change. */
  outputs(): Promise<Outputs> {
    this.#outputs ??= this.#readOutputs();
    return this.#outputs;
  }

  async #readOutputs(): Promise<Outputs> {
    const values = parseJson(Buffer.from(await this.terraform('output', '-json')));
    const value = (name: string) => recordAt(values, name).value;
    const policies = value('caller_policy_json');
    return {
      stateMachineArn: String(value('state_machine_arn')),
      apiEndpoint: String(value('api_endpoint')),
      tableName: String(value('ledger_table_name')),
      auditLogGroup: String(value('audit_log_group_name')),
      proxyUrl: String(value('proxy_url') ?? ''),
      callerPolicy: (costCenter) => textAt(policies, costCenter),
    };
  }

  /** Sends one request to the deployed state machine. @returns the answer's body. */
  async ask(settings: CallSettings): Promise<Answer> {
    const client = new SFNClient({
      region: 'us-east-1',
      endpoint: this.#facade.url,
      disableHostPrefix: true,
      maxAttempts: 1,
      credentials: { accessKeyId: OPERATOR, secretAccessKey: 'none' },
    });
    const run = await client.send(
      new StartSyncExecutionCommand({
        stateMachineArn: (await this.outputs()).stateMachineArn,
        name: randomUUID(),
        input: JSON.stringify(requestOf(settings)),
      }),
    );
    client.destroy();
    const answer = parseJson(Buffer.from(run.output ?? ''));
    if (run.status !== 'SUCCEEDED' || !isRecord(answer)) {
      throw new Error(`the execution ended as ${run.status}: ${run.error} ${run.cause}`);
    }
    return answer;
  }
}

/** The planned changes among the lines of Terraform's -json output, sorted. */
function changesIn(output: string): readonly string[] {
  const changes = output.split('\n').flatMap((line) => {
    const event = parseJson(Buffer.from(line));
    if (!isRecord(event) || event.type !== 'planned_change' || !isRecord(event.change)) return [];
    const { action, resource } = event.change;
    return [`${String(action)} ${isRecord(resource) ? String(resource.addr) : ''}`];
  });
  return changes.sort();
}
