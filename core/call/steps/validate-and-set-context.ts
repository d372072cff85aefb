/** Step 1: who pays, which model id, is it allowed? Nothing is written and no model is called. */

import { LedgerUnavailableError, SentryError } from '../../errors.ts';
import { firstProblems, type InputProblem } from '../../input-problem.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PolicySource } from '../../policy/ports.ts';
import type { RequestTags } from '../../request-tags.ts';
import { printable } from '../../safe-text.ts';
import type { MetricDimensions } from '../../telemetry/dimensions.ts';
import { OTHER_DIMENSION } from '../../telemetry/dimensions.ts';
import { isoTimestamp } from '../../time.ts';
import { type ProblemDetails, problemDetails } from '../answers/answers.ts';
import { type CandidatePorts, selectCandidates } from '../candidate/select-candidates.ts';
import { type CallContext, type KnownContext, resolveContext } from '../context/resolve-context.ts';
import { toClaim } from '../idempotency/key.ts';
import type { Digest } from '../idempotency/ports.ts';
import { parseRequest } from '../request/parse-request.ts';
import { type Prompt, requiredCapabilities, toPrompt } from '../request/prompt.ts';
import type { InvokeRequest } from '../request/request.schema.ts';
import { SealKeyError, type Seals } from '../seal/seals.ts';
import { GATEWAY_MEMBERS, parseWorkflowInput, type WorkflowInputPorts } from './parse-envelope.ts';
import type {
  InvalidCall,
  UnavailableCall,
  ValidationOutcome,
  ValidCall,
  WorkflowInput,
} from './state.ts';

/** How the identity of callers is treated. */
interface IdentityRules {
  /** Whether `callers` decides who may spend. Otherwise a caller is only recorded. */
  readonly isOn: boolean;
  /** Whether a start without a caller is accepted while identity is on: its starters are named. */
  readonly acceptsDirectStarts: boolean;
}

export interface ValidatePorts extends CandidatePorts, WorkflowInputPorts {
  readonly identity: IdentityRules;
  /** Absent where all steps run in one process: then nothing comes from outside. */
  readonly seals?: Seals;
  readonly policies: PolicySource;
  readonly digest: Digest;
  /** Told the cause of what a caller is answered with 503. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** What is known of a call before its request is understood. */
interface Start {
  readonly envelope: WorkflowInput;
  readonly tags: RequestTags;
}

/** @param input whatever `openEnvelope` takes. Never throws for its content. */
export async function validateAndSetContext(
  ports: ValidatePorts,
  input: unknown,
): Promise<ValidationOutcome> {
  const { envelope, problems } = parseWorkflowInput(input, ports);
  const { requestId, receivedAt } = envelope;
  const start = { envelope, tags: { requestId, timestamp: isoTimestamp(receivedAt) } };
  const parsed = parseRequest(envelope.request);
  if (parsed.outcome === 'not_valid') return invalid(start, [...problems, ...parsed.problems]);
  if (problems.length > 0) return invalid(start, problems);
  try {
    const refused = await startRefusal(ports, start, input);
    if (refused) return refused;
    const policy = await ports.policies.load();
    const outcome = await validate(policy, start, parsed.request, ports);
    return outcome.status === 'valid' && ports.seals ? await ports.seals.seal(outcome) : outcome;
  } catch (error) {
    if (!(error instanceof SentryError)) throw error;
    const what = error instanceof SealKeyError ? 'key for seals' : 'policy';
    ports.warn(`the ${what} could not be loaded to validate`, error);
    return unavailable(start, error);
  }
}

/** Whether the start itself is to be believed: who called is what the gateway says, and no one else. */
async function startRefusal(
  { identity, seals }: ValidatePorts,
  start: Start,
  input: unknown,
): Promise<InvalidCall | undefined> {
  const { envelope } = start;
  const given = typeof input === 'object' && input !== null ? input : {};
  if (seals && envelope.seal === undefined) {
    const message = 'is set by the gateway only: start the workflow with requestId and request';
    const own = 'request' in given ? GATEWAY_MEMBERS.filter((name) => name in given) : [];
    if (own.length > 0) {
      return invalid(
        start,
        own.map((name) => ({ path: `$.${name}`, message })),
      );
    }
  }
  const isForged = seals && envelope.seal !== undefined && !(await seals.isIntact(given));
  if (!isForged && (!identity.isOn || envelope.caller || identity.acceptsDirectStarts)) {
    return undefined;
  }
  const detail = isForged
    ? 'The seal of the envelope is not valid: only the gateway can state the caller.'
    : 'The caller is not known. Send the request to the API, or name the starter in workflow.starters.';
  return notValid(start, {}, (tags) => problemDetails('unauthenticated', tags, detail));
}

async function validate(
  policy: Policy,
  start: Start,
  request: InvokeRequest,
  ports: ValidatePorts,
): Promise<ValidationOutcome> {
  const caller = ports.identity.isOn ? start.envelope.caller : undefined;
  const found = resolveContext(policy, request, caller);
  const prompt = toPrompt(request.prompt);
  if (found.outcome === 'not_valid') {
    const [{ code }] = found.problems;
    const more = prompt.outcome === 'not_valid' ? prompt.problems : [];
    const problems = [...found.problems, ...(code === 'forbidden_cost_center' ? [] : more)];
    return notValid(start, found.known, (tags) => refusal(code, tags, problems));
  }
  const { context } = found;
  const known = namesOf(context);
  if (prompt.outcome === 'not_valid') {
    return notValid(start, known, (tags) => refusal('invalid_request', tags, prompt.problems));
  }
  const { parameters = {}, additionalModelRequestFields: fields } = request.prompt;
  const { deadline } = start.envelope;
  const call = { policy, context, prompt: prompt.prompt, parameters, fields, deadline };
  const result = await selectCandidates(ports, call);
  if (result.outcome === 'not_valid') {
    return notValid(start, known, (tags) => refusal('invalid_request', tags, result.problems));
  }
  const attemptId = ports.ids.uuid();
  const { idempotencyKey: key } = start.envelope;
  const keyed = { caller, costCenter: context.costCenter.name, request, attemptId };
  return {
    ...valid(policy, start, context, prompt.prompt, result.candidates),
    attemptId,
    ...(key !== undefined && { claim: toClaim(ports.digest, { ...keyed, key }) }),
  };
}

function valid(
  policy: Policy,
  start: Start,
  context: CallContext,
  prompt: Prompt,
  candidates: ValidCall['candidates'],
): Omit<ValidCall, 'attemptId'> {
  const [{ modelMetric }] = candidates;
  const tags: RequestTags = {
    ...start.tags,
    applicationId: context.application,
    costCenter: context.costCenter.name,
    environment: context.environment,
    modelMetric,
  };
  return {
    status: 'valid',
    ...common(start.envelope),
    tags,
    dimensions: dimensionsOf({ ...namesOf(context), modelMetric }),
    candidates,
    cacheTtl: requiredCapabilities(prompt).cacheTtl,
    prompt,
    logPrompts: policy.logPrompts,
    answer: problemDetails('ledger_unavailable', tags, 'The reserving step did not answer.'),
  };
}

const common = ({ receivedAt, deadline, caller }: WorkflowInput) => ({
  receivedAt,
  ...(deadline !== undefined && { deadline }),
  ...(caller && { caller }),
});

const namesOf = ({ costCenter, model, application, environment }: CallContext): KnownContext => ({
  costCenter: costCenter.name,
  model,
  application,
  environment,
});

const dimensionsOf = (names: KnownContext & { modelMetric?: string }): MetricDimensions => ({
  Model: names.model?.alias ?? OTHER_DIMENSION,
  ModelId: names.modelMetric ?? names.model?.modelId ?? OTHER_DIMENSION,
  CostCenter: names.costCenter ?? OTHER_DIMENSION,
  Application: names.application ?? OTHER_DIMENSION,
  Environment: names.environment ?? OTHER_DIMENSION,
});

const invalid = (start: Start, problems: readonly InputProblem[]): InvalidCall =>
  notValid(start, {}, (tags) => refusal('invalid_request', tags, problems));

function refusal(
  code: ProblemDetails['code'],
  tags: RequestTags,
  problems: readonly InputProblem[],
): ProblemDetails {
  const [first] = firstProblems(problems);
  const detail = first ? `${first.path}: ${first.message}` : 'The request is not valid.';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const errors = problems.map(({ path, message }) => ({ path, message }));
  return problemDetails(code, tags, detail + more, { errors });
}

function notValid(
  { envelope, tags: started }: Start,
  names: KnownContext,
  answer: (tags: RequestTags) => ProblemDetails,
): InvalidCall {
  const tags: RequestTags = {
    ...started,
    ...(names.application !== undefined && { applicationId: names.application }),
    ...(names.costCenter !== undefined && { costCenter: names.costCenter }),
    ...(names.environment !== undefined && { environment: names.environment }),
  };
  const dimensions = dimensionsOf(names);
  return { status: 'not_valid', ...common(envelope), tags, dimensions, answer: answer(tags) };
}

function unavailable({ envelope, tags }: Start, error: SentryError): UnavailableCall {
  const code = error instanceof LedgerUnavailableError ? error.code : 'policy_unavailable';
  return {
    status: 'unavailable',
    ...common(envelope),
    tags,
    dimensions: dimensionsOf({}),
    answer: problemDetails(code, tags, `${printable(error.message)}; no model was called.`),
  };
}
