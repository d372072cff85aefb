/** What the workflow is started with: the gateway's envelope, a named request, or a request alone. */
import { keyProblem } from '../idempotency/key.ts';
import type { Ids } from '../ids.ts';
import { join } from '../policy/path.ts';
import type { Problem } from '../policy/policy.ts';
import { unknownValue } from '../schema-words.ts';
import type { Envelope } from '../state.ts';
import type { Clock } from '../time.ts';

interface Opened {
  readonly envelope: Envelope;
  /** What is wrong with the envelope itself. */
  readonly problems: readonly Problem[];
}

export interface EnvelopePorts {
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * `{requestId, request}` is how whoever starts the workflow directly names a request: the name is
 * its id and its key. The gateway's envelope also says when the request came.
 */
export function openEnvelope(input: unknown, { clock, ids }: EnvelopePorts): Opened {
  if (isEnvelope(input)) return { envelope: input, problems: keyProblems(input) };
  if (!isNamed(input)) {
    const envelope = { request: input, requestId: ids.uuid(), receivedAt: clock.now() };
    return { envelope, problems: [] };
  }
  const { request, requestId, ...others } = input;
  const message = keyProblem(requestId);
  const problems = [
    ...(message === undefined ? [] : [{ path: '$.requestId', message }]),
    ...Object.keys(others).map((name) => ({
      path: join('$', name),
      message: unknownValue('property', name, ['requestId', 'request']),
    })),
  ];
  const isNameable = typeof requestId === 'string' && message === undefined;
  const envelope: Envelope = {
    request,
    requestId: isNameable ? requestId : ids.uuid(),
    receivedAt: clock.now(),
    ...(isNameable && { idempotencyKey: requestId }),
  };
  return { envelope, problems };
}

function keyProblems({ idempotencyKey }: Envelope): readonly Problem[] {
  const message = idempotencyKey === undefined ? undefined : keyProblem(idempotencyKey);
  return message === undefined ? [] : [{ path: '$.idempotencyKey', message }];
}

function isNamed(input: unknown): input is { request: unknown; requestId: unknown } {
  return typeof input === 'object' && input !== null && 'request' in input && 'requestId' in input;
}

function isEnvelope(input: unknown): input is Envelope {
  return (
    isNamed(input) &&
    typeof input.requestId === 'string' &&
    'receivedAt' in input &&
    typeof input.receivedAt === 'number'
  );
}
