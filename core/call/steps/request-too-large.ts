/** A sound request that the workflow's state cannot carry. */
import { problemDetails } from '../answers/answers.ts';
import type { InvalidCall, ValidCall } from './state.ts';

export function requestTooLarge(call: ValidCall, bytes: number, bytesMax: number): InvalidCall {
  const { tags, dimensions, receivedAt, deadline, caller } = call;
  const detail =
    `The request takes ${bytes} bytes in the workflow, which carries ${bytesMax}: ` +
    'shorten the prompt, or use direct execution.';
  return {
    status: 'not_valid',
    tags,
    dimensions,
    receivedAt,
    ...(deadline !== undefined && { deadline }),
    ...(caller && { caller }),
    answer: problemDetails('payload_too_large', tags, detail),
  };
}
