/** Writes a stream to the end, whether or not a reader is left. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/**
 * Waits for a slow reader. After a reader has left, the rest is read without being written, so that
 * the model's stream ends and its call is settled before the function does.
 */
export async function writeAll(body: AsyncIterable<Uint8Array>, target: Writable): Promise<void> {
  // Without a listener an error would end the process; `destroyed` shows it.
  target.on('error', () => undefined);
  for await (const bytes of body) {
    if (target.destroyed || target.write(bytes)) continue;
    await drained(target);
  }
}

async function drained(target: Writable): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  const events = ['drain', 'close'].map((name) => once(target, name, { signal }));
  await Promise.race(events).catch(() => undefined);
  done.abort();
  await Promise.allSettled(events);
}
