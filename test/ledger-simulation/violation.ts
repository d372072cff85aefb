/** The failure of a simulated run: an invariant that did not hold. */

export class Violation extends Error {
  /** `I1` to `I9`, or another short name of what is wrong. */
  readonly invariant: string;
  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.invariant = invariant;
  }
}
