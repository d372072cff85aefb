/** Counts and amounts of a replay, by cost center and day, for what happened and for each policy. */
import type { EpochMs } from '../../time.ts';
import type { ReplayedCall } from './replay.ts';

/** Amounts in nano-USD. */
export interface Tally {
  calls: number;
  answered: number;
  /** Of the answered: a ceiling put a cheaper model in the place of the one asked for. */
  downgraded: number;
  /** Let through, and then the model failed. */
  failed: number;
  denied: number;
  /** Refused before any limit was asked. */
  notValid: number;
  spent: bigint;
  /** The part of `spent` whose tokens are not known, because such a call did not run. */
  estimated: bigint;
  /** The most that the denied calls could have cost. */
  deniedWorstCase: bigint;
  /** The most that calls could have cost whose answer never came; not in `spent`. */
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

/** Adds a call as it was decided; what it costs is added when that is known. */
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

/** How often a limit refused, and when first. */
export interface LimitDenials {
  denied: number;
  readonly firstAt: EpochMs;
}

/** Against what happened. */
export interface Changes {
  newlyDenied: number;
  /** What those calls had cost, in nano-USD. */
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

/** Notes where a policy decided otherwise than was decided at the time. */
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
