/** Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html, 2026-11). */

const encoder = new TextEncoder();

/** @param data JSON in one line: a line break would end it. */
export const sseText = (data: string, event?: string): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`;

export const sseBytes = (events: readonly string[]): Uint8Array | undefined =>
  events.length === 0 ? undefined : encoder.encode(events.join(''));

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
};
