/** Queue of later events of a replay, by time; events of the same time keep their order. */
import type { EpochMs } from '../../time.ts';

interface Entry {
  readonly at: EpochMs;
  readonly order: number;
  readonly run: () => Promise<void>;
}

/** A binary heap. */
export class EventQueue {
  readonly #heap: Entry[] = [];
  #orders = 0;

  add(at: EpochMs, run: () => Promise<void>): void {
    this.#heap.push({ at, order: this.#orders++, run });
    for (let i = this.#heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#swapIfBefore(i, parent)) break;
      i = parent;
    }
  }

  /** Removes the first entry that is not after `until`. */
  take(until: EpochMs): Pick<Entry, 'at' | 'run'> | undefined {
    const [first] = this.#heap;
    if (!first || first.at > until) return undefined;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(child, i)) return;
      i = child;
    }
  }

  #swapIfBefore(i: number, j: number): boolean {
    const [one, other] = [this.#heap[i], this.#heap[j]];
    if (!one || !other || !this.#isBefore(i, j)) return false;
    [this.#heap[i], this.#heap[j]] = [other, one];
    return true;
  }

  #isBefore(i: number, j: number): boolean {
    const [one, other] = [this.#heap[i], this.#heap[j]];
    if (!one || !other) return one !== undefined;
    return one.at === other.at ? one.order < other.order : one.at < other.at;
  }
}
