/** The true amounts spent and in flight, which no contender gets to see. */
import type { Call } from './traffic.ts';

/** Every denial is counted under exactly one of the first four. */
export interface Denials {
  /** The call would have passed the limit, also at what everything really costs. */
  readonly founded: number;
  /** It fitted even if it and every call in flight cost their worst: nothing speaks for refusing. */
  readonly unfounded: number;
  /** It fitted next to the real cost of the calls in flight, not next to what they may yet cost. */
  readonly transient: number;
  /** Its real cost fitted, its worst case did not: no one could have known. */
  readonly ownWorstCase: number;
  /** Of the unfounded ones, those with no call in flight. */
  readonly unfoundedAtRest: number;
}

export class Spending {
  readonly limit: number;
  settled = 0;
  approved = 0;
  inFlight = 0;
  mostInFlight = 0;
  /** Of the calls in flight. */
  #worst = 0;
  #actual = 0;
  #denials = { founded: 0, unfounded: 0, transient: 0, ownWorstCase: 0, unfoundedAtRest: 0 };

  constructor(limit: number) {
    this.limit = limit;
  }

  get denials(): Denials {
    return { ...this.#denials };
  }

  approve({ worstCase, actual }: Call): void {
    this.approved += 1;
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    this.#worst += worstCase.usd;
    this.#actual += actual.usd;
  }

  settle({ worstCase, actual }: Call): void {
    this.inFlight -= 1;
    this.#worst -= worstCase.usd;
    this.#actual -= actual.usd;
    this.settled += actual.usd;
  }

  deny({ worstCase, actual }: Call): void {
    const left = this.limit - this.settled;
    if (this.#worst + worstCase.usd <= left) {
      this.#denials.unfounded += 1;
      if (this.inFlight === 0) this.#denials.unfoundedAtRest += 1;
    } else if (this.#actual + worstCase.usd <= left) this.#denials.transient += 1;
    else if (this.#actual + actual.usd <= left) this.#denials.ownWorstCase += 1;
    else this.#denials.founded += 1;
  }
}
