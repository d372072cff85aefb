/** Puts the sandbox together: engines first, then the functions, then the door. */
import { readFile } from 'node:fs/promises';
import { operatorLimits } from '../functions/adapters/dynamodb-limits.ts';
import { systemIds } from '../functions/adapters/system.ts';
import { toPolicyItems } from '../functions/core/policy/items.ts';
import type { Policy } from '../functions/core/policy/policy.ts';
import { Admission } from './admission.ts';
import { authorize } from './authorizer.ts';
import { SandboxClock } from './clock.ts';
import { readConsole } from './console-page.ts';
import { startDynamoDb } from './dynamodb.ts';
import { startEventBridge } from './event-bridge.ts';
import type { Flags } from './flags.ts';
import { FUNCTION_NAMES } from './function-environment.ts';
import { createFunctions, type Functions } from './functions.ts';
import { createFront } from './http-front.ts';
import { fabricateIdentities, type Identities } from './identities.ts';
import { dynamoDbAt, prepareLedgerTable } from './ledger-table.ts';
import { close, listen } from './loopback.ts';
import { startMockBedrock } from './mock-bedrock.ts';
import { fabricateProfiles } from './profiles.ts';
import { answerSandboxRoute } from './routes.ts';
import { settingsOf } from './settings.ts';
import { startStepFunctions } from './step-functions.ts';
import { Telemetry } from './telemetry.ts';
import { createTokenIssuer } from './tokens.ts';
import { renderWorkflow } from './workflow-definition.ts';
import { Workflow } from './workflow-run.ts';

interface SandboxOptions {
  readonly flags: Flags;
  readonly policy: Policy;
  /** The tfvars that the policy was resolved from. */
  readonly config: unknown;
  /** `file:` URL of the project's folder. */
  readonly root: URL;
  readonly hostEnvironment: Readonly<Record<string, string | undefined>>;
  /** Gets what the user should see of the inside. */
  readonly report: (line: string) => void;
}

export interface Sandbox {
  readonly url: string;
  readonly identities: Identities;
  /** Ends everything; requests in flight get a moment. */
  close(): Promise<void>;
}

const GRACE_MS = 500;
/** Calls at work at once: enough to race for a limit, few enough to stay within time limits. */
const WORKING_MAX = 16;

/** @throws Error when something can't start; what had started is closed again. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const opened: (() => Promise<void>)[] = [];
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

async function open(options: SandboxOptions, opened: (() => Promise<void>)[]) {
  const { flags, policy, config, root, report } = options;
  const opening = <T extends { close(): Promise<void> }>(part: T): T => {
    opened.push(() => part.close());
    return part;
  };
  const clock = new SandboxClock();
  const telemetry = new Telemetry((name, line) => flags.verbose && report(`${name}: ${line}`));
  // A real model has no made-up profile, so there the plain model ids are called.
  const profiles = fabricateProfiles(policy);
  const profileArns = flags.bedrock === 'mock' ? profiles.arns : new Map<string, string>();
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
  const admission = new Admission(WORKING_MAX, bedrock.waiting);
  const eventBridge = opening(await startEventBridge(clock));
  const tableName = `${policy.name}-ledger`;
  const policyItems = toPolicyItems(config, profileArns);
  const { shards } = policy.ledger;
  await prepareLedgerTable({ endpoint: dynamoDb.url, tableName, policyItems, shards });

  const template = await readFile(new URL(WORKFLOW_TEMPLATE, root), 'utf8');
  // The workflow calls functions that are told the workflow's endpoint, so they come after it.
  const late: { functions?: Functions } = {};
  const workflow = new Workflow(renderWorkflow(template), FUNCTION_NAMES, (name, event) => {
    const called = FUNCTION_NAMES.find((each) => each === name);
    if (!called || !late.functions) throw new Error(`there is no function ${name}`);
    return late.functions[called].invoke(event);
  });
  const stepFunctions = opening(await startStepFunctions(workflow, clock));
  const functions = createFunctions(
    {
      policy,
      flags,
      tableName,
      endpoints: {
        dynamoDb: dynamoDb.url,
        bedrock: bedrock.url,
        eventBridge: eventBridge.url,
        stepFunctions: stepFunctions.url,
      },
      hostEnvironment: options.hostEnvironment,
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
  await Promise.all(hosts.map((each) => each.start()));

  const identities = fabricateIdentities(policy);
  const tokens = await createTokenIssuer();
  const client = dynamoDbAt(dynamoDb.url);
  opened.push(async () => client.destroy());
  const parts = {
    settings: settingsOf(policy, flags),
    limits: operatorLimits({ client, tableName, clock, ids: systemIds, warn: report }),
    telemetry,
    eventBridge,
    bedrock,
    dynamoDb,
    clock,
    clockMoves: flags.bedrock === 'mock',
    functions: hosts,
    sweep: functions['sweep-reservations'],
    identities,
    tokens,
  };
  const front = createFront({
    gateway: functions.gateway,
    clock,
    ...(flags.bedrock === 'mock' && { admission }),
    report,
    page: await readConsole((name) => readFile(new URL(`dist/sandbox/console/${name}`, root))),
    sandboxRoutes: (request) => answerSandboxRoute(parts, request),
    ...(flags.identity === 'on' && {
      authorize: (request) => authorize(request, identities, tokens),
    }),
  });
  const url = await listen(front, flags.port);
  opened.push(() => close(front, GRACE_MS));
  return { url, identities };
}

const WORKFLOW_TEMPLATE = 'modules/workflow/workflow.asl.json.tftpl';
