/** A sound request that the workflow's state cannot carry. */
import { problem } from '../answers.ts';
import type { NotValid, Valid } from '../state.ts';

export function requestTooLarge(call: Valid, bytes: number, bytesMax: number): NotValid {
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
    answer: problem('payload_too_large', tags, detail),
  };
}
