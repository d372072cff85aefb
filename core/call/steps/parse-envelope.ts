/** What the workflow is started with: the gateway's envelope, a named request, or a request alone. */

import type { Ids } from '../../ids.ts';
import { joinPath } from '../../input-path.ts';
import type { InputProblem } from '../../input-problem.ts';
import { unknownValueMessage } from '../../schema-errors.ts';
import type { Clock } from '../../time.ts';
import { idempotencyKeyProblem } from '../idempotency/key.ts';
import type { WorkflowInput } from './state.ts';

interface Opened {
  readonly envelope: WorkflowInput;
  /** What is wrong with the envelope itself. */
  readonly problems: readonly InputProblem[];
}

export interface WorkflowInputPorts {
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * `{requestId, request}` is how whoever starts the workflow directly names a request: the name is
 * its id and its key. The gateway's envelope also says when the request came.
 */
export function parseWorkflowInput(input: unknown, { clock, ids }: WorkflowInputPorts): Opened {
  if (isEnvelope(input)) return { envelope: input, problems: keyProblems(input) };
  if (!isNamed(input)) {
    const envelope = { request: input, requestId: ids.uuid(), receivedAt: clock.now() };
    return { envelope, problems: [] };
  }
  const { request, requestId, ...others } = input;
  const message = idempotencyKeyProblem(requestId);
  const problems = [
    ...(message === undefined ? [] : [{ path: '$.requestId', message }]),
    ...Object.keys(others).map((name) => ({
      path: joinPath('$', name),
      message: unknownValueMessage('property', name, ['requestId', 'request']),
    })),
  ];
  const isNameable = typeof requestId === 'string' && message === undefined;
  const envelope: WorkflowInput = {
    request,
    requestId: isNameable ? requestId : ids.uuid(),
    receivedAt: clock.now(),
    ...(isNameable && { idempotencyKey: requestId }),
  };
  return { envelope, problems };
}

function keyProblems({ idempotencyKey }: WorkflowInput): readonly InputProblem[] {
  const message = idempotencyKey === undefined ? undefined : idempotencyKeyProblem(idempotencyKey);
  return message === undefined ? [] : [{ path: '$.idempotencyKey', message }];
}

function isNamed(input: unknown): input is { request: unknown; requestId: unknown } {
  return typeof input === 'object' && input !== null && 'request' in input && 'requestId' in input;
}

function isEnvelope(input: unknown): input is WorkflowInput {
  return (
    isNamed(input) &&
    typeof input.requestId === 'string' &&
    'receivedAt' in input &&
    typeof input.receivedAt === 'number'
  );
}
