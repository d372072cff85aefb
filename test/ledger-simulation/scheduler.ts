/**
 * Virtual time. Whatever waits, waits here, and the seed decides in which order things that could
 * happen at once do happen. Between two steps every promise that can go on has gone on.
 */
import type { Random } from './random.ts';

interface Step {
  readonly at: number;
  /** Breaks ties between steps of the same moment. */
  readonly tie: number;
  readonly run: () => void;
}

export class Scheduler {
  /** Milliseconds since 1970; true time, which no host knows exactly. */
  now: number;
  steps = 0;
  readonly #random: Random;
  readonly #afterStep: () => void;
  #waiting: Step[] = [];

  constructor(start: number, random: Random, afterStep: () => void) {
    this.now = start;
    this.#random = random;
    this.#afterStep = afterStep;
  }

  after(milliseconds: number, run: () => void): void {
    this.#waiting.push({ at: this.now + milliseconds, tie: this.#random.next(), run });
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Runs until nothing waits any more. @throws what a step or `afterStep` throws */
  async run(): Promise<void> {
    for (;;) {
      await quiet();
      this.#afterStep();
      const next = this.#takeEarliest();
      if (!next) return;
      this.now = Math.max(this.now, next.at);
      this.steps += 1;
      next.run();
    }
  }

  #takeEarliest(): Step | undefined {
    let best = 0;
    for (let i = 1; i < this.#waiting.length; i++) {
      if (isBefore(this.#waiting[i], this.#waiting[best])) best = i;
    }
    const [step] = this.#waiting.splice(best, 1);
    return step;
  }
}

const isBefore = (left: Step | undefined, right: Step | undefined): boolean =>
  left !== undefined &&
  right !== undefined &&
  (left.at < right.at || (left.at === right.at && left.tie < right.tie));

/** Node runs an immediate only when no promise has anything left to do. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve));
