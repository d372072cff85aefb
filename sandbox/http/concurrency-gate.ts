/**
 * Limits how many calls are processed in parallel; the others wait in order. On AWS every call has
 * its own environment; here, hundreds in parallel would exceed the functions' time limits. Calls
 * that wait for the model do not count.
 */

export class ConcurrencyGate {
  readonly #max: number;
  readonly #idle: () => number;
  readonly #queue: (() => void)[] = [];
  #admitted = 0;

  /** @param idle how many admitted calls only wait at the moment. */
  constructor(max: number, idle: () => number) {
    this.#max = max;
    this.#idle = idle;
  }

  /** Runs the call when it is its turn, and passes on its result or error. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    await new Promise<void>((resolve) => {
      this.#queue.push(resolve);
      this.admit();
    });
    try {
      return await call();
    } finally {
      this.#admitted -= 1;
      this.admit();
    }
  }

  /** Called when more calls wait for the model. */
  admit(): void {
    while (this.#admitted - this.#idle() < this.#max) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#admitted += 1;
      next();
    }
  }
}
