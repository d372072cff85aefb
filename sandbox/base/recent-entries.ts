/** Recent events for the `/_sandbox/` routes, bounded to limit memory. */

export class RecentEntries<T> {
  readonly #entries: T[] = [];
  readonly #max: number;

  constructor(max = 10_000) {
    this.#max = max;
  }

  /** Keeps the newest entries and drops the oldest. */
  add(entry: T): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#max) this.#entries.shift();
  }

  list(): readonly T[] {
    return this.#entries;
  }
}
