/** Makes the mock of Bedrock wait and fail on purpose, as its behavior is set. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BedrockBehavior } from './behavior.ts';

const FOREVER_MS = 2 ** 31 - 1;

export class FaultInjection {
  /** Requests that currently wait. */
  waiting = 0;
  readonly #onWait: () => void;
  #behavior: BedrockBehavior = {};
  #failuresLeft = 0;
  #changed = new AbortController();

  /** @param onWait called when one more request waits. */
  constructor(onWait: () => void) {
    this.#onWait = onWait;
  }

  get behavior(): BedrockBehavior {
    return this.#behavior;
  }

  /** Replaces the whole behavior; hanging requests continue with the new one. */
  behave(behavior: BedrockBehavior): void {
    this.#behavior = behavior;
    this.#failuresLeft = behavior.fail?.times ?? 0;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** The failure of this request, if it is to fail. */
  nextFailure(): BedrockBehavior['fail'] {
    if (this.#failuresLeft === 0) return undefined;
    this.#failuresLeft -= 1;
    return this.#behavior.fail;
  }

  /** Waits as set by the behavior; a hanging request waits until the behavior changes. */
  async pause(gone: AbortSignal): Promise<void> {
    const { hang, latencyMs } = this.#behavior;
    const ms = hang ? FOREVER_MS : latencyMs;
    if (!ms) return;
    const signal = hang ? AbortSignal.any([gone, this.#changed.signal]) : gone;
    await this.wait(ms, signal);
  }

  async wait(ms: number, signal?: AbortSignal): Promise<void> {
    this.waiting += 1;
    this.#onWait();
    await sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
    this.waiting -= 1;
  }
}
