/** Step 1: who pays, which model id, is it allowed? Nothing is written and no model is called. */

import { SentryError } from '../../errors.ts';
import type { Policy } from '../../policy/policy.ts';
import type { PolicySource } from '../../policy/ports.ts';
import { problemDetails } from '../answers/answers.ts';
import { type CandidatePorts, selectCandidates } from '../candidate/select-candidates.ts';
import { type CallContext, resolveContext } from '../context/resolve-context.ts';
import { toClaim } from '../idempotency/idempotency-key.ts';
import type { Digest } from '../idempotency/ports.ts';
import { callIdentity } from '../identity/call-identity.ts';
import { parseRequest } from '../request/parse-request.ts';
import { type Prompt, requiredCapabilities, toPrompt } from '../request/prompt.ts';
import type { InvokeRequest } from '../request/request.schema.ts';
import { SealKeyError, type Seals } from '../state-seal/seals.ts';
import {
  boundedCall,
  invalidCall,
  namesOf,
  refusedCall,
  type StartedCall,
  startedCall,
  unavailableCall,
} from './begin-call.ts';
import { GATEWAY_MEMBERS, parseWorkflowInput, type WorkflowInputPorts } from './parse-envelope.ts';
import type { InvalidCall, ValidationOutcome, ValidCall } from './state.ts';

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
  /** Gets the cause of a 503. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** @param input whatever `openEnvelope` takes. Never throws for its content. */
export async function validateAndSetContext(
  ports: ValidatePorts,
  input: unknown,
): Promise<ValidationOutcome> {
  const { envelope, problems } = parseWorkflowInput(input, ports);
  const start = startedCall(envelope);
  const parsed = parseRequest(envelope.request);
  if (parsed.outcome === 'not_valid') {
    return invalidCall(start, 'invalid_request', [...problems, ...parsed.problems]);
  }
  if (problems.length > 0) return invalidCall(start, 'invalid_request', problems);
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
    return unavailableCall(start, error);
  }
}

/** Whether the start itself is to be believed: who called is what the gateway says, and no one else. */
async function startRefusal(
  { identity, seals }: ValidatePorts,
  start: StartedCall,
  input: unknown,
): Promise<InvalidCall | undefined> {
  const { envelope } = start;
  const given = typeof input === 'object' && input !== null ? input : {};
  if (seals && envelope.seal === undefined) {
    const message = 'is set by the gateway only: start the workflow with requestId and request';
    const own = 'request' in given ? GATEWAY_MEMBERS.filter((name) => name in given) : [];
    if (own.length > 0) {
      return invalidCall(
        start,
        'invalid_request',
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
  return refusedCall(start, (tags) => problemDetails('unauthenticated', tags, detail));
}

async function validate(
  policy: Policy,
  start: StartedCall,
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
    return invalidCall(start, code, problems, found.known);
  }
  const { context } = found;
  const known = namesOf(context);
  if (prompt.outcome === 'not_valid') {
    return invalidCall(start, 'invalid_request', prompt.problems, known);
  }
  const { parameters = {}, additionalModelRequestFields: fields } = request.prompt;
  const { deadline } = start.envelope;
  const call = { policy, context, prompt: prompt.prompt, parameters, fields, deadline };
  const result = await selectCandidates(ports, call);
  if (result.outcome === 'not_valid') {
    return invalidCall(start, 'invalid_request', result.problems, known);
  }
  const attemptId = ports.ids.uuid();
  const { idempotencyKey: key, session, caller: sender } = start.envelope;
  // Needed also where callers are not bound to cost centers.
  const who = callIdentity(ports.digest, policy, context.costCenter, { caller: sender, session });
  const keyed = {
    ...{ caller, user: who.user, costCenter: context.costCenter.name },
    ...{ request, attemptId },
  };
  return {
    ...valid(policy, start, context, prompt.prompt, result.candidates),
    attemptId,
    who,
    ...(key !== undefined && { claim: toClaim(ports.digest, { ...keyed, key }) }),
  };
}

function valid(
  policy: Policy,
  start: StartedCall,
  context: CallContext,
  prompt: Prompt,
  candidates: ValidCall['candidates'],
): Omit<ValidCall, 'attemptId'> {
  return {
    ...boundedCall(start, context, candidates, requiredCapabilities(prompt).cacheTtl),
    prompt,
    logPrompts: policy.logPrompts,
  };
}
