/** Time enters the core through a Clock only; nothing here reads the host's clock. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export interface Clock {
  now(): EpochMs;
}

export const isoTimestamp = (at: EpochMs): string => new Date(at).toISOString();
