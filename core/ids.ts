/** Ids and randomness enter the core through these ports. */

export interface Ids {
  /** A new UUID. */
  uuid(): string;
}

export interface Random {
  /** A number in [0, 1). */
  next(): number;
}
