/** Step 1: who pays, which model id, is it allowed? Nothing is written and no model is called. */
import { type ProblemBody, problem } from '../answers.ts';
import { parseRequest } from '../bedrock/parse-request.ts';
import { type Prompt, toPrompt } from '../bedrock/prompt.ts';
import type { InvokeRequest } from '../bedrock/request.schema.ts';
import { printable } from '../describe.ts';
import { LedgerUnavailableError, SentryError } from '../errors.ts';
import { claimFor } from '../idempotency/key.ts';
import type { Digest } from '../idempotency/ports.ts';
import type { Policy, Problem } from '../policy/policy.ts';
import type { PolicySource } from '../policy/ports.ts';
import type {
  Dimensions,
  Envelope,
  NotValid,
  Tags,
  Unavailable,
  Valid,
  Validated,
} from '../state.ts';
import { OTHER } from '../telemetry/metric-record.ts';
import { isoTimestamp } from '../time.ts';
import { type CandidatePorts, candidatesFor } from './candidates.ts';
import { type EnvelopePorts, openEnvelope } from './envelope.ts';
import { type Context, type KnownNames, setContext } from './set-context.ts';

export interface ValidatePorts extends CandidatePorts, EnvelopePorts {
  readonly policies: PolicySource;
  readonly digest: Digest;
  /** Told the cause of what a caller is answered with 503. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** What is known of a call before its request is understood. */
interface Start {
  readonly envelope: Envelope;
  readonly tags: Tags;
}

/** @param input whatever `openEnvelope` takes. Never throws for its content. */
export async function validateAndSetContext(
  ports: ValidatePorts,
  input: unknown,
): Promise<Validated> {
  const { envelope, problems } = openEnvelope(input, ports);
  const { requestId, receivedAt } = envelope;
  const start = { envelope, tags: { requestId, timestamp: isoTimestamp(receivedAt) } };
  const parsed = parseRequest(envelope.request);
  if (parsed.outcome === 'not_valid') return invalid(start, [...problems, ...parsed.problems]);
  if (problems.length > 0) return invalid(start, problems);
  let policy: Policy;
  try {
    policy = await ports.policies.load();
  } catch (error) {
    if (!(error instanceof SentryError)) throw error;
    ports.warn('the policy could not be loaded to validate', error);
    return unavailable(start, error);
  }
  return validate(policy, start, parsed.request, ports);
}

async function validate(
  policy: Policy,
  start: Start,
  request: InvokeRequest,
  ports: ValidatePorts,
): Promise<Validated> {
  const found = setContext(policy, request, start.envelope.caller);
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
  const { parameters = {} } = request.prompt;
  const { deadline } = start.envelope;
  const call = { policy, context, prompt: prompt.prompt, parameters, deadline };
  const result = await candidatesFor(ports, call);
  if (result.outcome === 'not_valid') {
    return notValid(start, known, (tags) => refusal('invalid_request', tags, result.problems));
  }
  const attemptId = ports.ids.uuid();
  const { idempotencyKey: key, caller } = start.envelope;
  const keyed = { caller, costCenter: context.costCenter.name, request, attemptId };
  return {
    ...valid(policy, start, context, prompt.prompt, result.candidates),
    attemptId,
    ...(key !== undefined && { claim: claimFor(ports.digest, { ...keyed, key }) }),
  };
}

function valid(
  policy: Policy,
  start: Start,
  context: Context,
  prompt: Prompt,
  candidates: Valid['candidates'],
): Omit<Valid, 'attemptId'> {
  const [{ modelMetric }] = candidates;
  const tags: Tags = {
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
    prompt,
    logPrompts: policy.logPrompts,
    answer: problem('ledger_unavailable', tags, 'The reserving step did not answer.'),
  };
}

const common = ({ receivedAt, deadline, caller }: Envelope) => ({
  receivedAt,
  ...(deadline !== undefined && { deadline }),
  ...(caller && { caller }),
});

const namesOf = ({ costCenter, model, application, environment }: Context): KnownNames => ({
  costCenter: costCenter.name,
  model,
  application,
  environment,
});

const dimensionsOf = (names: KnownNames & { modelMetric?: string }): Dimensions => ({
  Model: names.model?.alias ?? OTHER,
  ModelId: names.modelMetric ?? names.model?.modelId ?? OTHER,
  CostCenter: names.costCenter ?? OTHER,
  Application: names.application ?? OTHER,
  Environment: names.environment ?? OTHER,
});

const invalid = (start: Start, problems: readonly Problem[]): NotValid =>
  notValid(start, {}, (tags) => refusal('invalid_request', tags, problems));

function refusal(code: ProblemBody['code'], tags: Tags, problems: readonly Problem[]): ProblemBody {
  const errors = problems.map(({ path, message }) => ({ path, message }));
  const [first] = errors;
  const detail = first ? `${first.path}: ${first.message}` : 'The request is not valid.';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return problem(code, tags, detail + more, { errors });
}

function notValid(
  { envelope, tags: started }: Start,
  names: KnownNames,
  answer: (tags: Tags) => ProblemBody,
): NotValid {
  const tags: Tags = {
    ...started,
    ...(names.application !== undefined && { applicationId: names.application }),
    ...(names.costCenter !== undefined && { costCenter: names.costCenter }),
    ...(names.environment !== undefined && { environment: names.environment }),
  };
  const dimensions = dimensionsOf(names);
  return { status: 'not_valid', ...common(envelope), tags, dimensions, answer: answer(tags) };
}

function unavailable({ envelope, tags }: Start, error: SentryError): Unavailable {
  const code = error instanceof LedgerUnavailableError ? error.code : 'policy_unavailable';
  return {
    status: 'unavailable',
    ...common(envelope),
    tags,
    dimensions: dimensionsOf({}),
    answer: problem(code, tags, `${printable(error.message)}; no model was called.`),
  };
}
