/** A call's answer as the body of a response, with signs of life while its model is silent. */

/** A front cuts a connection that is silent for 30 to 60 s. */
const SILENT_MS = 15_000;

/** A copy, as a body must own its memory. */
export const toBody = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/**
 * Asks for one event at a time, so that a slow reader slows the model's stream down.
 * @param ping sent while no event comes; absent where the format has none.
 */
export function toStream(
  events: AsyncIterable<Uint8Array>,
  ping?: Uint8Array,
): ReadableStream<Uint8Array> {
  const iterator = events[Symbol.asyncIterator]();
  let pending: Promise<IteratorResult<Uint8Array>> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        pending ??= iterator.next();
        const result = ping ? await withinSilence(pending) : await pending;
        if (result === undefined) {
          controller.enqueue(toBody(ping ?? new Uint8Array()));
          return;
        }
        pending = undefined;
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      },
      cancel: async () => void (await iterator.return?.()),
    },
    { highWaterMark: 0 },
  );
}

/** Undefined when nothing came in time. */
async function withinSilence<T>(next: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SILENT_MS);
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
  }
}
