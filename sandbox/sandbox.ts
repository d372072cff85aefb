/** Starts the sandbox: engines first, then the functions, then the HTTP server. */
import { readFile } from 'node:fs/promises';
import { DynamoDbKeys } from '../adapters/dynamodb-proxy-keys.ts';
import { operatorKeys } from '../adapters/operator-keys.ts';
import { operatorLimits } from '../adapters/operator-limits.ts';
import { systemIds } from '../adapters/system.ts';
import type { Policy } from '../core/policy/policy.ts';
import { toPolicyItems } from '../core/policy/policy-items.ts';
import { SandboxClock } from './base/clock.ts';
import type { Flags } from './base/flags.ts';
import { close, listen } from './base/loopback-server.ts';
import { startMockBedrock } from './engines/bedrock/server.ts';
import { LogSink } from './engines/cloudwatch/log-sink.ts';
import { dynamoDbAt, prepareLedgerTable } from './engines/dynamodb/ledger-table.ts';
import { startDynamoDb } from './engines/dynamodb/proxy.ts';
import { startEventBridge } from './engines/event-bridge/server.ts';
import { createFunctions, type Functions } from './engines/lambda/deployed-functions.ts';
import { FUNCTION_NAMES } from './engines/lambda/function-environment.ts';
import { scheduleSweep } from './engines/scheduler.ts';
import { renderWorkflow } from './engines/step-functions/definition.ts';
import { WorkflowExecution } from './engines/step-functions/execution.ts';
import { startStepFunctions } from './engines/step-functions/server.ts';
import { createApiGateway } from './http/api-gateway.ts';
import { authorize, authorizeSigned } from './http/authorizer.ts';
import { ConcurrencyGate } from './http/concurrency-gate.ts';
import { readConsole } from './http/console-page.ts';
import { corsOf } from './http/cors.ts';
import { answerSandboxRoute } from './http/sandbox-routes.ts';
import { openTlsPort, type TlsPort } from './http/tls-port.ts';
import { createTokenIssuer, startJwksServer } from './http/token-issuer.ts';
import { createDemoIdentities, type Identities } from './setup/demo-identities.ts';
import { createDemoKey, type DemoKey } from './setup/demo-key.ts';
import { withOperators } from './setup/demo-operators.ts';
import { createDemoProfiles } from './setup/demo-profiles.ts';
import { directStartsOf, settingsOf } from './setup/settings.ts';

interface SandboxOptions {
  readonly flags: Flags;
  readonly policy: Policy;
  /** The tfvars that the policy was resolved from. */
  readonly config: unknown;
  /** `file:` URL of the project's folder. */
  readonly root: URL;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Receives internal messages for the user. */
  readonly report: (line: string) => void;
}

export interface Sandbox {
  readonly url: string;
  readonly identities: Identities;
  /** Absent without the flag. */
  readonly tls?: Pick<TlsPort, 'url' | 'certificateFile'>;
  /** Absent where the policy has nothing that a key could be bound to. */
  readonly demoKey?: DemoKey | undefined;
  /** Stops everything; requests in flight get a short grace period. */
  close(): Promise<void>;
}

const GRACE_MS = 500;
/**
 * Calls processed in parallel: enough to race for a limit, few enough to stay within time limits.
 */
const WORKING_MAX = 16;

/** @throws Error when something can't start; what had started is closed again. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const opened: Opened = [];
  const closeAll = async () => {
    for (const each of opened.splice(0).reverse()) await each();
  };
  try {
    const started = await open(options, opened);
    return { ...started, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

type Closable = { close(): Promise<void> };
type Opened = (() => Promise<void>)[];

async function open(options: SandboxOptions, opened: Opened) {
  const { flags, root, report } = options;
  const { policy, config } = withOperators(options);
  const opening = <T extends Closable>(part: T): T => {
    opened.push(() => part.close());
    return part;
  };
  const clock = new SandboxClock();
  const telemetry = new LogSink((name, line) => flags.verbose && report(`${name}: ${line}`));
  const tableName = `${policy.name}-ledger`;
  const engines = await startEngines({ policy, config, flags, tableName, clock }, opening);
  const { dynamoDb, bedrock, eventBridge, admission } = engines;
  const tokens = await createTokenIssuer();
  const { functions, workflowUrl } = await startFunctions(
    { ...options, policy, config, tableName, clock, telemetry, engines, tokens },
    opening,
  );
  const hosts = Object.values(functions);
  const sweep = functions['sweep-reservations'];

  const identities = createDemoIdentities(policy);
  const client = dynamoDbAt(dynamoDb.url);
  opened.push(async () => client.destroy());
  const table = { client, tableName, clock, warn: report };
  const parts = {
    keys: operatorKeys(table, 'sandbox'),
    settings: settingsOf(policy, flags, workflowUrl),
    limits: operatorLimits({ ...table, ids: systemIds }),
    telemetry,
    eventBridge,
    bedrock,
    dynamoDb,
    clock,
    clockMoves: flags.bedrock === 'mock',
    functions: hosts,
    sweep,
    identities,
    tokens,
  };
  const front = createApiGateway({
    gateway: functions.gateway,
    operate: functions.operate,
    proxy: functions.proxy,
    noticesDisconnect: () => bedrock.behavior().noticeDisconnect === true,
    clock,
    ...(flags.bedrock === 'mock' && { admission }),
    report,
    cors: corsOf(config),
    page: await readConsole((name) => readFile(new URL(`dist/sandbox/console/${name}`, root))),
    sandboxRoutes: (request) => answerSandboxRoute(parts, request),
    authorizeSigned: (request) => authorizeSigned(request, identities),
    ...(flags.identity === 'on' && {
      authorize: (request) => authorize(request, identities, tokens),
    }),
  });
  if (flags.sweep) opened.push(scheduleSweep(sweep));
  const url = await listen(front, flags.port);
  opened.push(() => close(front, GRACE_MS));
  const tls = flags.tlsPort === undefined ? undefined : await openTlsPort(front, flags.tlsPort);
  if (tls) opening(tls);
  const demoKey = await createDemoKey(policy, new DynamoDbKeys(client, tableName), clock);
  return { url, identities, ...(tls && { tls }), demoKey };
}

type Opening = <T extends Closable>(part: T) => T;
type Engines = Awaited<ReturnType<typeof startEngines>>;

interface Deployment extends Pick<SandboxOptions, 'flags' | 'policy' | 'config'> {
  readonly tableName: string;
  readonly clock: SandboxClock;
}

/** The table with the policy, the models and the event bus that the functions call. */
async function startEngines(
  { policy, config, flags, tableName, clock }: Deployment,
  opening: Opening,
) {
  const profiles = createDemoProfiles(policy);
  const dynamoDb = opening(
    await startDynamoDb({
      clock,
      ...(flags.dynamodbEndpoint && { endpoint: flags.dynamodbEndpoint }),
      ...(flags.dataDirectory !== undefined && { directory: flags.dataDirectory }),
    }),
  );
  const bedrock = opening(
    await startMockBedrock({
      clock,
      profiles: profiles.modelIds,
      onWait: () => admission.admit(),
    }),
  );
  const admission = new ConcurrencyGate(WORKING_MAX, bedrock.waiting);
  const eventBridge = opening(await startEventBridge(clock));
  // Real models have no demo profiles, so plain model ids are called.
  const profileArns = flags.bedrock === 'mock' ? profiles.arns : new Map<string, string>();
  const policyItems = toPolicyItems(config, profileArns, policy.region);
  const { shards } = policy.ledger;
  await prepareLedgerTable({ endpoint: dynamoDb.url, tableName, policyItems, shards });
  return { dynamoDb, bedrock, eventBridge, admission };
}

interface FunctionParts extends Deployment, Pick<SandboxOptions, 'root' | 'hostEnvironment'> {
  readonly telemetry: LogSink;
  readonly engines: Engines;
  readonly tokens: Awaited<ReturnType<typeof createTokenIssuer>>;
}

/** The functions, and the workflow that calls four of them. */
async function startFunctions(parts: FunctionParts, opening: Opening) {
  const { policy, config, flags, root, tableName, clock, telemetry, engines } = parts;
  const template = await readFile(new URL(WORKFLOW_TEMPLATE, root), 'utf8');
  // The functions need the workflow's endpoint, so they start after it.
  const late: { functions?: Functions } = {};
  const workflow = new WorkflowExecution(
    renderWorkflow(template),
    FUNCTION_NAMES,
    (name, event) => {
      const called = FUNCTION_NAMES.find((each) => each === name);
      if (!called || !late.functions) throw new Error(`there is no function ${name}`);
      return late.functions[called].invoke(event);
    },
  );
  const stepFunctions = opening(await startStepFunctions(workflow, clock));
  const issuer = opening(await startJwksServer(parts.tokens));
  const functions = createFunctions(
    {
      policy,
      flags,
      tableName,
      endpoints: {
        dynamoDb: engines.dynamoDb.url,
        bedrock: engines.bedrock.url,
        eventBridge: engines.eventBridge.url,
        stepFunctions: stepFunctions.url,
        jwks: issuer.url,
      },
      hostEnvironment: parts.hostEnvironment,
      ...directStartsOf(config),
      bundles: new URL('dist/functions/', root),
    },
    {
      workerEntry: new URL('dist/sandbox/lambda-worker.mjs', root),
      clockOffsetMs: () => clock.offsetMs,
      printed: (name, line) => telemetry.add(name, line),
    },
  );
  late.functions = functions;
  const hosts = Object.values(functions);
  for (const each of hosts) opening(each);
  // Few need it, so it is loaded by its first request.
  const early = hosts.filter((each) => each !== functions.operate);
  await Promise.all(early.map((each) => each.start()));
  return { functions, workflowUrl: stepFunctions.url };
}

const WORKFLOW_TEMPLATE = 'modules/workflow/workflow.asl.json.tftpl';
