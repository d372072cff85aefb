/** Parses the workflow's input: the gateway's envelope, a named request, or a request alone. */

import type { Caller } from '../../caller.ts';
import type { Ids } from '../../ids.ts';
import type { InputProblem } from '../../input-problem.ts';
import { schemaErrorProblems } from '../../schema-errors.ts';
import type { Clock } from '../../time.ts';
import { idempotencyKeyProblem } from '../idempotency/idempotency-key.ts';
import type { EnvelopeConfig } from './envelope.schema.ts';
import { validate } from './envelope.validator.ts';
import type { WorkflowInput } from './state.ts';

interface Opened {
  readonly envelope: WorkflowInput;
  /** Problems of the envelope itself. */
  readonly problems: readonly InputProblem[];
}

export interface WorkflowInputPorts {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Members that only the gateway sets. */
export const GATEWAY_MEMBERS = [
  ...(['receivedAt', 'deadline', 'caller', 'idempotencyKey', 'session'] as const),
] as const;

/**
 * `{requestId, request}` is how a direct start of the workflow names a request: the name is its id
 * and its key. The gateway's envelope also says when the request came, and from whom.
 */
export function parseWorkflowInput(input: unknown, { clock, ids }: WorkflowInputPorts): Opened {
  if (!isEnvelope(input)) {
    const envelope = { request: input, requestId: ids.uuid(), receivedAt: clock.now() };
    return { envelope, problems: [] };
  }
  const isFormed = validate(input);
  const problems = [
    ...idProblems(input),
    ...(isFormed ? callerProblems(input) : schemaErrorProblems(validate.errors ?? [], input, '$')),
  ];
  if (problems.length > 0 || !isFormed) {
    const envelope = { request: input.request, requestId: ids.uuid(), receivedAt: clock.now() };
    return { envelope, problems };
  }
  return { envelope: toEnvelope(input, clock), problems };
}

interface MaybeEnvelope {
  readonly request?: unknown;
  readonly requestId?: unknown;
  readonly idempotencyKey?: unknown;
}

/** A request alone has neither member. */
function isEnvelope(input: unknown): input is MaybeEnvelope {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  return Object.hasOwn(input, 'request') || Object.hasOwn(input, 'requestId');
}

/** A missing id is for the schema to report. */
function idProblems({ requestId, idempotencyKey }: MaybeEnvelope): InputProblem[] {
  return Object.entries({ requestId, idempotencyKey }).flatMap(([name, id]) => {
    const message = id === undefined ? undefined : idempotencyKeyProblem(id);
    return message === undefined ? [] : [{ path: `$.${name}`, message }];
  });
}

function callerProblems({ caller }: EnvelopeConfig): InputProblem[] {
  if (caller === undefined || toCaller(caller)) return [];
  const [path, message] =
    caller.kind === 'iam'
      ? ['$.caller.arn', 'is required for a caller of the kind iam']
      : ['$.caller.claims', 'is required for a caller of the kind jwt'];
  return [{ path, message }];
}

function toEnvelope(input: EnvelopeConfig, clock: Clock): WorkflowInput {
  const { request, receivedAt, deadline, session, seal } = input;
  const requestId = String(input.requestId);
  const caller = input.caller && toCaller(input.caller);
  const isNamed = GATEWAY_MEMBERS.every((name) => input[name] === undefined);
  const idempotencyKey = isNamed ? requestId : input.idempotencyKey;
  return {
    request,
    requestId,
    receivedAt: receivedAt ?? clock.now(),
    ...(deadline !== undefined && { deadline }),
    ...(caller && { caller }),
    ...(session !== undefined && { session }),
    ...(idempotencyKey !== undefined && { idempotencyKey: String(idempotencyKey) }),
    ...(seal !== undefined && { seal }),
  };
}

function toCaller({
  kind,
  arn,
  claims,
}: NonNullable<EnvelopeConfig['caller']>): Caller | undefined {
  if (kind === 'iam') return arn === undefined ? undefined : { kind, arn };
  return claims === undefined ? undefined : { kind, claims };
}
