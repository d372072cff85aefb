/**
 * Limits how many calls wait for calls in flight: at most 10 % of the calls that a function runs,
 * as a call that waits takes the place of one that could run.
 */
import type { Random } from '../../ids.ts';

const CALLS_PER_WAITING = 10;

export class WaitingCalls {
  /** Of processes that run fewer calls, such as Lambda's with one each, 10 % let their call wait. */
  readonly #isDrawn: boolean;
  #running = 0;
  #waiting = 0;

  constructor(random: Random) {
    this.#isDrawn = random.next() * CALLS_PER_WAITING < 1;
  }

  /** Counts a call while it runs. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await call();
    } finally {
      this.#running -= 1;
    }
  }

  /** Runs `wait` if there is a place; undefined if there is none. */
  async enter<T>(wait: () => Promise<T>): Promise<T | undefined> {
    const places = Math.floor(this.#running / CALLS_PER_WAITING);
    const hasPlace = places > 0 ? this.#waiting < places : this.#isDrawn && this.#waiting === 0;
    if (!hasPlace) return undefined;
    this.#waiting += 1;
    try {
      return await wait();
    } finally {
      this.#waiting -= 1;
    }
  }
}
