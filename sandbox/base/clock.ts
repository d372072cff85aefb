/** The sandbox's own time: the host's, moved by an offset that a tester sets. */
import type { Clock, EpochMs } from '../../core/time.ts';

export class SandboxClock implements Clock {
  #offsetMs = 0;

  now(): EpochMs {
    return Date.now() + this.#offsetMs;
  }

  /** How far this clock is ahead of the host's. */
  get offsetMs(): number {
    return this.#offsetMs;
  }

  /** Makes it `at` now; time goes on from there. `null` goes back to the host's time. */
  set(at: EpochMs | null): void {
    this.#offsetMs = at === null ? 0 : at - Date.now();
  }
}
