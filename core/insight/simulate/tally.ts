/**
 * Counts and amounts of a replay, by cost center and day, for the recorded calls and for each
 * policy.
 */
import type { EpochMs } from '../../time.ts';
import type { ReplayedCall } from './replay.ts';

/** Amounts in nano-USD. */
export interface Tally {
  calls: number;
  answered: number;
  /** Of the answered calls: those that a ceiling sent to a cheaper model. */
  downgraded: number;
  /** Allowed, but the model failed. */
  failed: number;
  denied: number;
  /** Rejected before any limit was checked. */
  notValid: number;
  spent: bigint;
  /** The part of `spent` with estimated tokens, because the call did not run. */
  estimated: bigint;
  /** The most that the denied calls could have cost. */
  deniedWorstCase: bigint;
  /** The most that calls without a response could have cost; not in `spent`. */
  unanswered: bigint;
}

export const newTally = (): Tally => ({
  calls: 0,
  answered: 0,
  downgraded: 0,
  failed: 0,
  denied: 0,
  notValid: 0,
  spent: 0n,
  estimated: 0n,
  deniedWorstCase: 0n,
  unanswered: 0n,
});

/** Adds a call when it is decided; its cost is added when known. */
export function addDecision(tally: Tally, call: ReplayedCall): void {
  tally.calls += 1;
  switch (call.outcome) {
    case 'answered':
      tally.answered += 1;
      if (call.isDowngraded) tally.downgraded += 1;
      break;
    case 'failed':
      tally.failed += 1;
      break;
    case 'denied':
      tally.denied += 1;
      break;
    case 'not_valid':
      tally.notValid += 1;
      break;
  }
  tally.spent += call.spent;
  if (call.isEstimated) tally.estimated += call.spent;
  tally.deniedWorstCase += call.deniedWorstCase;
  tally.unanswered += call.unanswered;
}

/** How often a limit denied, and when first. */
export interface LimitDenials {
  denied: number;
  readonly firstAt: EpochMs;
}

/** Compared with the recorded decisions. */
export interface Changes {
  newlyDenied: number;
  /** Recorded cost of those calls, in nano-USD. */
  newlyDeniedSpent: bigint;
  noLongerDenied: number;
  newlyDowngraded: number;
  noLongerDowngraded: number;
  newlyNotValid: number;
}

export const newChanges = (): Changes => ({
  newlyDenied: 0,
  newlyDeniedSpent: 0n,
  noLongerDenied: 0,
  newlyDowngraded: 0,
  noLongerDowngraded: 0,
  newlyNotValid: 0,
});

/** Counts decisions of a policy that differ from the recorded ones. */
export function addChange(changes: Changes, recorded: ReplayedCall, now: ReplayedCall): void {
  const wasDenied = recorded.outcome === 'denied';
  if (now.outcome === 'denied' && !wasDenied) {
    changes.newlyDenied += 1;
    changes.newlyDeniedSpent += recorded.spent;
  }
  if (now.outcome === 'not_valid') changes.newlyNotValid += 1;
  else if (wasDenied && now.outcome !== 'denied') changes.noLongerDenied += 1;
  if (now.isDowngraded && !recorded.isDowngraded) changes.newlyDowngraded += 1;
  if (recorded.isDowngraded && now.outcome === 'answered' && !now.isDowngraded) {
    changes.noLongerDowngraded += 1;
  }
}
