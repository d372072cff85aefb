/** The first states of a call: what every one of them carries, whichever protocol it came by. */

import { LedgerUnavailableError, type SentryError } from '../../errors.ts';
import { firstProblems, type InputProblem } from '../../input-problem.ts';
import type { CacheTtl } from '../../pricing/worst-case.ts';
import type { ProblemCode } from '../../problem-http-status.ts';
import type { RequestTags } from '../../request-tags.ts';
import { printable } from '../../safe-text.ts';
import { type MetricDimensions, OTHER_DIMENSION } from '../../telemetry/dimensions.ts';
import { isoTimestamp } from '../../time.ts';
import { type ProblemDetails, problemDetails } from '../answers/answers.ts';
import type { PricedCandidate } from '../candidate/priced-bound.ts';
import type { CallContext, KnownContext } from '../context/resolve-context.ts';
import type { BoundedCall, InvalidCall, UnavailableCall, WorkflowInput } from './state.ts';

interface Envelope extends Omit<WorkflowInput, 'request'> {
  /** Of the client, as it names it. */
  readonly sessionId?: string;
}

/** Facts of a call before its request is parsed. */
export interface StartedCall {
  readonly envelope: Envelope;
  readonly tags: RequestTags;
}

export function startedCall(envelope: Envelope): StartedCall {
  const { requestId, receivedAt } = envelope;
  return { envelope, tags: { requestId, timestamp: isoTimestamp(receivedAt) } };
}

/** Its request is sound, and its candidates are bounded and priced. */
export function boundedCall<C extends PricedCandidate>(
  { envelope, tags: started }: StartedCall,
  context: CallContext,
  candidates: readonly [C, ...C[]],
  cacheTtl: CacheTtl,
): Omit<BoundedCall<C>, 'attemptId'> {
  const [{ modelMetric }] = candidates;
  const tags = { ...withNames(started, namesOf(context)), modelMetric };
  return {
    status: 'valid',
    ...common(envelope),
    tags,
    dimensions: dimensionsOf({ ...namesOf(context), modelMetric }),
    candidates,
    cacheTtl,
    answer: problemDetails('ledger_unavailable', tags, 'The reserving step did not answer.'),
  };
}

/** @param names what could still be found, for the metrics. */
export const invalidCall = (
  start: StartedCall,
  code: ProblemCode,
  problems: readonly InputProblem[],
  names: KnownContext = {},
): InvalidCall => refusedCall(start, (tags) => refusal(code, tags, problems), names);

export function refusedCall(
  { envelope, tags: started }: StartedCall,
  answer: (tags: RequestTags) => ProblemDetails,
  names: KnownContext = {},
): InvalidCall {
  const tags = withNames(started, names);
  const dimensions = dimensionsOf(names);
  return { status: 'not_valid', ...common(envelope), tags, dimensions, answer: answer(tags) };
}

export function unavailableCall(
  { envelope, tags }: StartedCall,
  error: SentryError,
): UnavailableCall {
  const code = error instanceof LedgerUnavailableError ? error.code : 'policy_unavailable';
  return {
    status: 'unavailable',
    ...common(envelope),
    tags,
    dimensions: dimensionsOf({}),
    answer: problemDetails(code, tags, `${printable(error.message)}; no model was called.`),
  };
}

export const namesOf = ({
  costCenter,
  model,
  application,
  environment,
}: CallContext): KnownContext => ({
  costCenter: costCenter.name,
  model,
  application,
  environment,
});

const common = ({ receivedAt, deadline, caller, sessionId }: Envelope) => ({
  receivedAt,
  ...(deadline !== undefined && { deadline }),
  ...(caller && { caller }),
  ...(sessionId !== undefined && { sessionId }),
});

const withNames = (tags: RequestTags, names: KnownContext): RequestTags => ({
  ...tags,
  ...(names.application !== undefined && { applicationId: names.application }),
  ...(names.costCenter !== undefined && { costCenter: names.costCenter }),
  ...(names.environment !== undefined && { environment: names.environment }),
});

const dimensionsOf = (names: KnownContext & { modelMetric?: string }): MetricDimensions => ({
  Model: names.model?.alias ?? OTHER_DIMENSION,
  ModelId: names.modelMetric ?? names.model?.modelId ?? OTHER_DIMENSION,
  CostCenter: names.costCenter ?? OTHER_DIMENSION,
  Application: names.application ?? OTHER_DIMENSION,
  Environment: names.environment ?? OTHER_DIMENSION,
});

function refusal(
  code: ProblemCode,
  tags: RequestTags,
  problems: readonly InputProblem[],
): ProblemDetails {
  const [first] = firstProblems(problems);
  const detail = first ? `${first.path}: ${first.message}` : 'The request is not valid.';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const errors = problems.map(({ path, message }) => ({ path, message }));
  return problemDetails(code, tags, detail + more, { errors });
}
