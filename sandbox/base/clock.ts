/** The sandbox clock: host time plus an offset that a test can set. */
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

  /** Sets the time to `at`; it continues from there. `null` restores host time. */
  set(at: EpochMs | null): void {
    this.#offsetMs = at === null ? 0 : at - Date.now();
  }
}
