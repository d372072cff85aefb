/** Whether an answer, or an event of a stream, holds anything that the model wrote. */
import { memberOf } from '../../json-value.ts';

/** Of a whole answer; one of another form than Converse's or Claude's may hold something. */
export function hasWritten(json: unknown): boolean {
  const content = memberOf(json, 'output', 'message', 'content') ?? memberOf(json, 'content');
  return !Array.isArray(content) || content.some((block) => memberOf(block, 'text') !== '');
}

/** Of the model's own JSON in an event of InvokeModel's stream. */
export function writesContent(json: unknown): boolean {
  const type = memberOf(json, 'type');
  return typeof type !== 'string' || /^(?:content_block|error)/.test(type);
}
