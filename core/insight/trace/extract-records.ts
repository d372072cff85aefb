/**
 * Finds audit lines in the forms that logs are kept in: the line itself, an event of CloudWatch
 * Logs as `aws logs filter-log-events` prints it (whole, or one object a line), a line of an export
 * to S3 (a time before it), a result of Logs Insights, or what the sandbox's `/_sandbox/audit`
 * answers.
 */
import { parseJson } from '../../parse-json.ts';
import { asList, toUnvalidated } from '../../unvalidated.ts';

/** Objects found in one line of text; `unreadable` when it is neither JSON nor around it. */
type FoundObjects = { readonly objects: readonly unknown[] } | { readonly unreadable: string };

const NOTHING: FoundObjects = { objects: [] };
/**
 * `"message": "{…}",` of JSON that was printed over several lines; so Logs Insights' value. Trimmed
 * lines: nothing may be matched in two ways, as a line can be long and its author hostile.
 */
const PRINTED_MEMBER = /^"(?:message|@message|value)":\s*(".*"),?$/s;
/** Any other line of such JSON: a bracket, or a member. */
const PRINTED_REST = /^(?:[[\]{}]+,?|"[^"]*":.*|(?:"[^"]*"|[-\d.]+|true|false|null),?)$/s;
/** A time, as exports to S3 put it before every event, and whatever else stands before the JSON. */
const EXPORTED = /^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(.*)$/s;
/** Deeper no log wraps an event, and what nests without end must end. */
const DEPTH_MAX = 10;

/** Every object that one line of text holds. */
export function extractJsonObjects(text: string): FoundObjects {
  const line = text.trim();
  if (line === '') return NOTHING;
  const whole = parseJson(line);
  if (whole !== undefined && typeof whole === 'object') return { objects: unwrap(whole) };
  const member = PRINTED_MEMBER.exec(line)?.[1];
  if (member !== undefined) return inMessage(parseJson(member));
  const exported = EXPORTED.exec(line)?.[1];
  if (exported !== undefined) return inMessage(exported);
  return PRINTED_REST.test(line) ? NOTHING : { unreadable: 'is not JSON' };
}

/** The JSON in an event's text, which may have words of the runtime before it. */
function inMessage(message: unknown): FoundObjects {
  if (typeof message !== 'string') return NOTHING;
  const start = message.indexOf('{');
  if (start < 0) return NOTHING;
  const value = parseJson(message.slice(start).trim());
  return value === undefined ? { unreadable: 'is cut off' } : { objects: unwrap(value) };
}

/** Lists of events, and events around a message, down to what was logged. */
function unwrap(value: unknown, depth = 0): readonly unknown[] {
  if (depth > DEPTH_MAX) return [value];
  const inside = (each: unknown) => unwrap(each, depth + 1);
  if (Array.isArray(value)) return value.flatMap(inside);
  const record = toUnvalidated(value);
  const list = record.get('events') ?? record.get('results');
  if (Array.isArray(list)) return asList(list).flatMap(inside);
  const message = record.get('message') ?? record.get('@message') ?? record.get('value');
  if (record.has('kind') || typeof message !== 'string') return [value];
  const found = inMessage(message);
  return 'objects' in found ? found.objects : [value];
}
