/**
 * Lets so many calls work at once and keeps the others waiting in order. On AWS every call has a
 * machine of its own; here hundreds at once would starve each other past the functions' time limits
 * for the ledger. A call that only waits for the model takes no place.
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
