/**
 * Limits how many calls work in parallel; the others wait in order. On AWS every call has its own
 * machine; here hundreds in parallel would exceed the functions' time limits for the ledger. A call
 * that only waits for the model is not counted.
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

  /** Runs it at its turn; what it returns or throws is passed on. */
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

  /** To be called when more calls only wait than before. */
  admit(): void {
    while (this.#admitted - this.#idle() < this.#max) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#admitted += 1;
      next();
    }
  }
}
