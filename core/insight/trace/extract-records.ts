/**
 * Finds audit lines in the formats in which logs are stored: the line itself, an event of
 * CloudWatch Logs as `aws logs filter-log-events` prints it (whole, or one object a line), a line
 * of an export to S3 (a time before it), a result of Logs Insights, or the response of the
 * sandbox's `/_sandbox/audit`.
 */
import { parseJson } from '../../parse-json.ts';
import { asList, toUnvalidated } from '../../unvalidated.ts';

/** Objects found in one line of text; `unreadable` when it is neither JSON nor around it. */
type FoundObjects = { readonly objects: readonly unknown[] } | { readonly unreadable: string };

const NOTHING: FoundObjects = { objects: [] };
/**
 * `"message": "{…}",` of JSON that was printed over several lines; so Logs Insights' value. Trimmed
 * lines: the pattern must be unambiguous, because lines can be long and hostile.
 */
const PRINTED_MEMBER = /^"(?:message|@message|value)":\s*(".*"),?$/s;
/** Any other line of such JSON: a bracket, or a member. */
const PRINTED_REST = /^(?:[[\]{}]+,?|"[^"]*":.*|(?:"[^"]*"|[-\d.]+|true|false|null),?)$/s;
/** A time, as in exports to S3, and any other text before the JSON. */
const EXPORTED = /^\d{4}-\d\d-\d\dT[\d:.]+Z\s+(.*)$/s;
/** No log nests events deeper; the limit bounds hostile input. */
const DEPTH_MAX = 10;

/** Every object in one line of text. */
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

/** The JSON in an event's text, which can have a prefix of the runtime. */
function inMessage(message: unknown): FoundObjects {
  if (typeof message !== 'string') return NOTHING;
  const start = message.indexOf('{');
  if (start < 0) return NOTHING;
  const value = parseJson(message.slice(start).trim());
  return value === undefined ? { unreadable: 'is cut off' } : { objects: unwrap(value) };
}

/** Unwraps lists of events and messages down to the logged object. */
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
