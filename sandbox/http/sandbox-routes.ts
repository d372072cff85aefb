/** All `/_sandbox/` routes: inspect the sandbox, and make it fail. */

import { randomUUID } from 'node:crypto';
import { allKeys, type OperatorKeys } from '../../adapters/operator-keys.ts';
import type { OperatorLimits } from '../../adapters/operator-limits.ts';
import { SentryError } from '../../core/errors.ts';
import type { InputProblem } from '../../core/input-problem.ts';
import type { NamedHolder } from '../../core/policy/named-holder.ts';
import { PERS } from '../../core/policy/policy.ts';
import { isoTimestamp, parseIsoTime } from '../../core/time.ts';
import type { SandboxClock } from '../base/clock.ts';
import { isRecord, parseJson } from '../base/json.ts';
import type { JsonAnswer } from '../base/loopback-server.ts';
import { type ParsedInput, unknownKeys } from '../base/parse-input.ts';
import { parseBedrockBehavior } from '../engines/bedrock/behavior.ts';
import type { MockBedrock } from '../engines/bedrock/server.ts';
import type { LogSink } from '../engines/cloudwatch/log-sink.ts';
import { parseLedgerBehavior } from '../engines/dynamodb/behavior.ts';
import type { DynamoDbProxy } from '../engines/dynamodb/proxy.ts';
import { parseAlertsBehavior } from '../engines/event-bridge/behavior.ts';
import type { EventBridge } from '../engines/event-bridge/server.ts';
import type { LambdaHost } from '../engines/lambda/host.ts';
import type { Identities } from '../setup/demo-identities.ts';
import type { SandboxSettings } from '../setup/settings.ts';
import type { GatewayRequest } from './api-gateway-event.ts';
import { createKeyAnswer, revokeKeyAnswer, rotateKeyAnswer } from './key-routes.ts';
import { answerOverrideRoute } from './override-routes.ts';
import { problemAnswer } from './problem.ts';
import type { TokenIssuer } from './token-issuer.ts';

interface SandboxParts {
  readonly settings: SandboxSettings;
  readonly telemetry: LogSink;
  readonly eventBridge: Pick<EventBridge, 'alerts' | 'behave'>;
  readonly bedrock: Pick<MockBedrock, 'requests' | 'behave'>;
  readonly dynamoDb: Pick<DynamoDbProxy, 'requests' | 'behave'>;
  readonly limits: OperatorLimits;
  readonly keys: OperatorKeys;
  readonly clock: SandboxClock;
  /** False if requests go to the real AWS, which rejects signatures with another time. */
  readonly clockMoves: boolean;
  readonly functions: readonly Pick<LambdaHost, 'setClock'>[];
  readonly sweep: Pick<LambdaHost, 'invoke'>;
  readonly identities: Identities;
  readonly tokens: TokenIssuer;
}

type Route = (
  parts: SandboxParts,
  body: unknown,
  query: URLSearchParams,
) => Promise<JsonAnswer> | JsonAnswer;

const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/_sandbox/settings': {
    GET: ({ settings, clock }) => ok({ now: isoTimestamp(clock.now()), ...settings }),
  },
  '/_sandbox/metrics': { GET: ({ telemetry }) => ok(telemetry.metrics.list()) },
  '/_sandbox/audit': { GET: ({ telemetry }) => ok(telemetry.audit.list()) },
  '/_sandbox/alerts': { GET: ({ eventBridge }) => ok(eventBridge.alerts.list()) },
  '/_sandbox/bedrock/requests': { GET: ({ bedrock }) => ok(bedrock.requests.list()) },
  '/_sandbox/dynamodb/requests': {
    GET: ({ dynamoDb }) => ok(Object.fromEntries(dynamoDb.requests)),
  },
  '/_sandbox/alerts/behavior': { POST: setAlertsBehavior },
  '/_sandbox/bedrock/behavior': { POST: setBedrockBehavior },
  '/_sandbox/ledger/behavior': { POST: setLedgerBehavior },
  '/_sandbox/overrides': {
    GET: ({ limits }, _, query) =>
      fromLedger(async () => ok(await limits.report(namesInQuery(query)))),
    POST: ({ limits }, body) => fromLedger(() => changeOverride(limits, body, false)),
    DELETE: ({ limits }, body) => fromLedger(() => changeOverride(limits, body, true)),
  },
  '/_sandbox/keys': {
    GET: ({ keys }) => fromLedger(async () => ok(await allKeys(keys))),
    POST: ({ keys }, body) => fromLedger(async () => changed(await createKeyAnswer(keys, body))),
    DELETE: ({ keys }, body) => fromLedger(async () => changed(await revokeKeyAnswer(keys, body))),
  },
  '/_sandbox/keys/rotate': {
    POST: ({ keys }, body) => fromLedger(async () => changed(await rotateKeyAnswer(keys, body))),
  },
  '/_sandbox/clock': { POST: setClock },
  '/_sandbox/sweep': { POST: sweep },
  '/_sandbox/identities': { GET: listIdentities },
  '/_sandbox/jwks': { GET: ({ tokens }) => ok(tokens.jwks) },
  '/_sandbox/token': { POST: mintToken },
};

const namesInQuery = (query: URLSearchParams): NamedHolder =>
  Object.fromEntries(PERS.map((per) => [per, query.get(per) ?? undefined]));

export async function answerSandboxRoute(
  parts: SandboxParts,
  request: GatewayRequest,
): Promise<JsonAnswer> {
  const [path = '', query] = request.url.split('?');
  const methods = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (!methods) return refused(404, 'not_found', `There are ${Object.keys(ROUTES).join(', ')}.`);
  const route = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (!route) {
    const allow = Object.keys(methods).join(', ');
    const answer = refused(405, 'method_not_allowed', `${path} takes ${allow} only.`);
    return { ...answer, headers: { ...answer.headers, allow } };
  }
  const body = request.body.length === 0 ? {} : parseJson(request.body);
  const asked = new URLSearchParams(query);
  return newest(await route(parts, body, asked), asked.get('last'));
}

/** Returns only the last entries if `last` is set, for callers that poll. */
function newest(answer: JsonAnswer, last: string | null): JsonAnswer {
  if (last === null || !Array.isArray(answer.body)) return answer;
  if (/^[1-9]\d{0,4}$/.test(last)) return { ...answer, body: answer.body.slice(-Number(last)) };
  return invalid([{ path: 'last', message: 'must be a whole number from 1 to 99999' }]);
}

function setBedrockBehavior({ bedrock }: SandboxParts, body: unknown): JsonAnswer {
  const parsed = parseBedrockBehavior(body);
  if ('problems' in parsed) return invalid(parsed.problems);
  bedrock.behave(parsed.value);
  return ok(parsed.value);
}

function setLedgerBehavior({ dynamoDb }: SandboxParts, body: unknown): JsonAnswer {
  const parsed = parseLedgerBehavior(body);
  if ('problems' in parsed) return invalid(parsed.problems);
  dynamoDb.behave(parsed.value);
  return ok(parsed.value);
}

function setAlertsBehavior({ eventBridge }: SandboxParts, body: unknown): JsonAnswer {
  const parsed = parseAlertsBehavior(body);
  if ('problems' in parsed) return invalid(parsed.problems);
  eventBridge.behave(parsed.value);
  return ok(parsed.value);
}

async function setClock(parts: SandboxParts, body: unknown): Promise<JsonAnswer> {
  const { clock, functions } = parts;
  if (!parts.clockMoves) {
    const detail =
      'With --bedrock aws the clock cannot move: AWS rejects signatures with another time.';
    return refused(409, 'clock_is_real', detail);
  }
  if (!isRecord(body)) return invalid([{ path: '', message: 'must be a JSON object' }]);
  const { now } = body;
  const at = typeof now === 'string' ? parseIsoTime(now) : undefined;
  const problems = [
    ...unknownKeys(body, ['now'], ''),
    ...(now === null || at !== undefined
      ? []
      : [{ path: 'now', message: 'must be a time such as "2026-11-30T23:59:58Z", or null' }]),
  ];
  if (problems.length > 0) return invalid(problems);
  clock.set(at ?? null);
  await Promise.all(functions.map((each) => each.setClock()));
  return ok({ now: isoTimestamp(clock.now()) });
}

const changeOverride = async (limits: OperatorLimits, body: unknown, isReset: boolean) =>
  changed(await answerOverrideRoute(limits, body, isReset));

const changed = (result: ParsedInput<object>): JsonAnswer =>
  'problems' in result ? invalid(result.problems) : ok(result.value);

/** A ledger that a test made fail is not an error of the sandbox. */
async function fromLedger(run: () => Promise<JsonAnswer>): Promise<JsonAnswer> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof SentryError)) throw error;
    return refused(503, error.code, `${error.message}.`);
  }
}

async function sweep(parts: SandboxParts): Promise<JsonAnswer> {
  const result = await parts.sweep.invoke({});
  if ('payload' in result) return ok(JSON.parse(result.payload));
  const { errorType, errorMessage } = result.error;
  return refused(502, 'sweep_failed', `${errorType}: ${errorMessage}`);
}

async function listIdentities({ identities, tokens }: SandboxParts): Promise<JsonAnswer> {
  const minted = identities.tokens.map(async (each) => ({
    ...each,
    token: await tokens.mint(each.claims),
  }));
  return ok({ roles: identities.roles, tokens: await Promise.all(minted) });
}

async function mintToken({ tokens }: SandboxParts, body: unknown): Promise<JsonAnswer> {
  if (!isRecord(body)) return invalid([{ path: '', message: 'must be a JSON object' }]);
  const { claims = {} } = body;
  const problems = [
    ...unknownKeys(body, ['claims'], ''),
    ...(isRecord(claims) ? [] : [{ path: 'claims', message: 'must be a JSON object' }]),
  ];
  if (problems.length > 0 || !isRecord(claims)) return invalid(problems);
  return ok({ token: await tokens.mint(claims) });
}

const ok = (body: unknown): JsonAnswer => ({
  status: 200,
  headers: { 'cache-control': 'no-store' },
  body,
});

const TITLES: Readonly<Record<number, string>> = {
  400: 'Invalid request',
  404: 'Path not found',
  405: 'Method not allowed',
  409: 'Not available with these flags',
  502: 'The function failed',
  503: 'Ledger unavailable',
};

function refused(
  status: number,
  code: string,
  detail: string,
  errors?: readonly InputProblem[],
): JsonAnswer {
  const requestId = randomUUID();
  const title = TITLES[status] ?? 'Refused';
  return problemAnswer({ status, code, title, detail, requestId, ...(errors && { errors }) });
}

const invalid = (errors: readonly InputProblem[]): JsonAnswer =>
  refused(
    400,
    'invalid_request',
    errors.map(({ path, message }) => `${path || 'the body'} ${message}`).join('; '),
    errors,
  );
