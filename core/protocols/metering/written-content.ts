/** Whether an answer, or an event of a stream, holds anything that the model wrote. */
import { memberOf } from '../../json-value.ts';

/** Of a whole answer; one of another form than Converse's or Claude's may hold something. */
export function hasWritten(json: unknown): boolean {
  const content = memberOf(json, 'output', 'message', 'content') ?? memberOf(json, 'content');
  return !Array.isArray(content) || content.some((block) => memberOf(block, 'text') !== '');
}

const EMPTY_EVENTS: ReadonlySet<unknown> = new Set([
  'message_start',
  'message_delta',
  'message_stop',
  'ping',
]);

/** Of the model's own JSON in an event of InvokeModel's stream. */
export function writesContent(json: unknown): boolean {
  return !EMPTY_EVENTS.has(memberOf(json, 'type'));
}
