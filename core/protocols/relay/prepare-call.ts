/** From a request of a model API to a call that can be reserved: who pays, which model, what bound. */
import { fallbackModels } from '../../call/candidate/select-candidates.ts';
import { type CallContext, resolveContext } from '../../call/context/resolve-context.ts';
import { callIdentity, sessionProblem } from '../../call/identity/call-identity.ts';
import {
  boundedCall,
  invalidCall,
  namesOf,
  type StartedCall,
  startedCall,
  unavailableCall,
} from '../../call/steps/begin-call.ts';
import { loadPolicy } from '../../call/steps/load-policy.ts';
import type { BoundedCall, InvalidCall, UnavailableCall } from '../../call/steps/state.ts';
import type { Caller } from '../../caller.ts';
import { SentryError } from '../../errors.ts';
import type { InputProblem } from '../../input-problem.ts';
import { isJsonObject, type JsonObject, memberOf } from '../../json-value.ts';
import type { Model, Policy } from '../../policy/policy.ts';
import { namedUser } from '../../policy/user-name.ts';
import { priceNamed } from '../../pricing/named-price.ts';
import { formatChoices, quoted } from '../../safe-text.ts';
import type { EpochMs } from '../../time.ts';
import type { ModelOperation } from '../fields/operations.ts';
import type { PriceOf } from '../metering/token-counts.ts';
import {
  toWireCandidate,
  type WireCandidate,
  type WireRequest,
} from '../request-bound/wire-candidate.ts';
import { toWireCandidates } from '../request-bound/wire-parts.ts';
import type { Dialect, DialectRequest } from './dialect.ts';
import { applicationOf, disagreement, type NamedContext, namedBy, profileNames } from './names.ts';
import type { RelayPorts } from './ports.ts';

/** For one operation as it is, or to be translated for each model that may run it. */
export type RelayRequest = RelayedRequest &
  (
    | { readonly operation: ModelOperation; readonly dialect?: undefined }
    | { readonly dialect: Dialect; readonly operation?: undefined }
  );

/** A request of any API, before its model is known. */
export interface RelayedRequest extends Pick<WireRequest, 'body' | 'headers'> {
  readonly requestId: string;
  readonly receivedAt: EpochMs;
  /** When the caller, or this function, stops waiting. */
  readonly deadline: EpochMs;
  /** When the front gives up a request whose answer has not begun. Absent where it waits. */
  readonly answerBy?: EpochMs;
  /** As the path has it: an alias, an id, a cost center or the ARN of a profile. */
  readonly modelName: string;
  readonly caller?: Caller;
  readonly sessionId?: string;
  readonly key: NamedContext;
  readonly path: NamedContext;
  readonly header: NamedContext;
  /** Aliases that the key is limited to. */
  readonly models?: readonly string[];
  /** Names in the body, where its API has another place for them. */
  readonly metadata?: JsonObject;
}

interface PreparedCall extends BoundedCall<WireCandidate> {
  readonly user?: string;
  readonly priceOf: (modelId: string) => PriceOf;
  readonly logPrompts: boolean;
}

type Prepared = PreparedCall | InvalidCall | UnavailableCall;

export async function prepareCall(
  ports: Pick<RelayPorts, 'policies' | 'clock' | 'ids' | 'warn' | 'digest'>,
  request: RelayRequest,
): Promise<Prepared> {
  const start = startedCall(request);
  const policy = await loadPolicy(ports, 'validate');
  if (policy instanceof SentryError) return unavailableCall(start, policy);
  const found = findContext(policy, start, request);
  if ('status' in found) return found;
  const { context, user } = found;
  const session = sessionOf(request);
  const problem = session === undefined ? undefined : sessionProblem(session);
  if (problem !== undefined) {
    const problems = [{ path: 'session', message: problem }];
    return invalidCall(start, 'invalid_request', problems, namesOf(context));
  }
  const sender = { caller: request.caller, session, user };
  const who = callIdentity(ports.digest, policy, context.costCenter, sender);
  if (who.user !== undefined && user !== undefined && user !== who.user) {
    const [lower, higher] = [
      { place: 'metadata', name: user },
      { place: 'token', name: who.user },
    ];
    const { problems } = disagreement('user', lower, higher);
    return invalidCall(start, 'forbidden_user', problems, namesOf(context));
  }
  const candidates = candidatesOf(policy, context, request, ports.clock.now());
  if ('problems' in candidates) {
    return invalidCall(start, 'invalid_request', candidates.problems, namesOf(context));
  }
  const { cacheTtl } = candidates.candidates[0];
  const named = who.user ?? user;
  return {
    ...boundedCall(start, context, candidates.candidates, cacheTtl),
    attemptId: ports.ids.uuid(),
    who,
    ...(named !== undefined && { user: named }),
    priceOf: (modelId) => (name) => {
      const { region, models } = policy;
      return priceNamed(name, [...models.values()], { modelId, region, at: request.receivedAt });
    },
    logPrompts: policy.logPrompts,
  };
}

interface FoundContext {
  readonly context: CallContext;
  readonly user: string | undefined;
}

/** Names in the request, without its body: also for requests without cost. */
export function findContext(
  policy: Policy,
  start: StartedCall,
  request: RelayedRequest,
): FoundContext | InvalidCall {
  const profile = profileNames(policy, request.modelName);
  const metadata = metadataNames(request);
  const named = namedBy({
    key: request.key,
    path: request.path,
    profile,
    header: request.header,
    metadata,
  });
  if (named.outcome === 'refused') {
    return invalidCall(start, named.code, named.problems, named.known);
  }
  const { names } = named;
  const modelName = profile?.model ?? request.modelName;
  const application = applicationOf(policy, names, modelName, request.caller);
  if (typeof application !== 'string') {
    return invalidCall(start, 'invalid_request', [application]);
  }
  const { costCenter, environment } = names;
  const tags = {
    applicationId: application,
    ...(costCenter !== undefined && { costCenter }),
    ...(environment !== undefined && { environment }),
  };
  const found = resolveContext(policy, { model: modelName, tags }, request.caller);
  if (found.outcome === 'not_valid') {
    const [{ code }] = found.problems;
    return invalidCall(start, code, found.problems.map(withHeader), found.known);
  }
  const { context } = found;
  if (request.models && !request.models.includes(context.model.alias)) {
    const choices = formatChoices(request.models);
    const message = `the key cannot use ${quoted(modelName)}: use one of ${choices}`;
    const problem = { path: 'modelId', message };
    return invalidCall(start, 'model_not_allowed', [problem], namesOf(context));
  }
  return { context, user: names.user };
}

const METADATA_HEADER = 'x-amzn-bedrock-request-metadata';

/** Of Converse in the body, of InvokeModel in a header. */
export function requestMetadata({
  body,
  headers,
}: Pick<WireRequest, 'body' | 'headers'>): JsonObject {
  const inBody = memberOf(body, 'requestMetadata');
  if (isJsonObject(inBody)) return inBody;
  try {
    const inHeader: unknown = JSON.parse(headers[METADATA_HEADER] ?? '{}');
    return isJsonObject(inHeader) ? inHeader : {};
  } catch {
    return {};
  }
}

function metadataNames(request: RelayedRequest): NamedContext {
  const metadata = request.metadata ?? requestMetadata(request);
  const text = (name: string): string | undefined => {
    const value = memberOf(metadata, name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    costCenter: text('costCenter'),
    application: text('application'),
    environment: text('environment'),
    user: personOf(text('user')),
  };
}

/** Another way to write the same name is no other name. */
const personOf = (name: string | undefined): string | undefined =>
  name === undefined ? undefined : (namedUser(name) ?? name);

/** A header comes before the metadata of the request. */
function sessionOf(request: RelayedRequest): string | undefined {
  const named = memberOf(request.metadata ?? requestMetadata(request), 'sessionId');
  return request.sessionId ?? (typeof named === 'string' ? named : undefined);
}

type Candidates =
  | { readonly candidates: readonly [WireCandidate, ...WireCandidate[]] }
  | { readonly problems: readonly InputProblem[] };

/** Problems are those of the model asked for; a fallback that would refuse the call is left out. */
function candidatesOf(
  policy: Policy,
  context: CallContext,
  request: RelayRequest,
  now: EpochMs,
): Candidates {
  const { costCenter, application, environment } = context;
  const allowed = new Set(policy.proxy.allowFields);
  const prepare = (model: Model) => {
    const key = `${application}/${environment}/${model.alias}`;
    const profileArn = costCenter.inferenceProfiles.get(key);
    const target = { model, profileArn, allowed, now };
    if (!request.dialect) return toWireCandidate(request, target);
    const translated = request.dialect.toWire(model, allowed);
    return 'problems' in translated
      ? { outcome: 'not_valid' as const, problems: translated.problems }
      : asTranslated(candidateOf(translated, target), translated);
  };
  const first = prepare(context.model);
  if (first.outcome === 'not_valid') return first;
  const fallbacks = fallbackModels(policy, context)
    .filter((model) => sharesBody(request, context.model, model, request.models))
    .map(prepare)
    .flatMap((each) => (each.outcome === 'valid' ? [each.candidate] : []));
  return { candidates: [first.candidate, ...fallbacks] };
}

const candidateOf = (
  { wire, more = [] }: Extract<DialectRequest, { wire: unknown }>,
  target: Parameters<typeof toWireCandidate>[1],
) => toWireCandidates([wire, ...more], target);

/** Problems at the places where the caller wrote what is sent, and what was not sent. */
function asTranslated(
  result: ReturnType<typeof toWireCandidate>,
  { paths = {}, ignored = [], droppedBetas = [] }: Exclude<DialectRequest, { problems: unknown }>,
): ReturnType<typeof toWireCandidate> {
  if (result.outcome === 'valid') {
    const { candidate } = result;
    const dropped = [...candidate.droppedBetas, ...droppedBetas];
    const notSent = { ignoredFields: ignored, droppedBetas: dropped };
    return { ...result, candidate: { ...candidate, ...notSent } };
  }
  const problems = result.problems.map((problem) => {
    const path = Object.hasOwn(paths, problem.path) ? paths[problem.path] : undefined;
    return { ...problem, path: path ?? problem.path };
  });
  return { ...result, problems };
}

/** The requests of clients have no tags: what one is missing goes into a header. */
const HEADERS: Readonly<Record<string, string>> = {
  '$.tags.costCenter': 'headers.x-sentry-cost-center',
  '$.tags.applicationId': 'headers.x-sentry-application',
  '$.tags.environment': 'headers.x-sentry-environment',
};

const withHeader = <P extends InputProblem>(problem: P): P => ({
  ...problem,
  path: HEADERS[problem.path] ?? problem.path,
});

/** Converse has one body for all models, InvokeModel one for each maker. */
function sharesBody(
  { operation }: RelayRequest,
  asked: Model,
  fallback: Model,
  allowed: readonly string[] | undefined,
): boolean {
  if (allowed && !allowed.includes(fallback.alias)) return false;
  if (operation === undefined) return true;
  const maker = ({ baseModelId }: Model) => baseModelId.split('.')[0];
  return operation.startsWith('converse') || maker(asked) === maker(fallback);
}
