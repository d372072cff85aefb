/** Parts of the process that reserving needs. */
import { systemClock, systemRandom, systemSleeper } from '../../../adapters/system.ts';
import type { ReservePorts } from '../../../core/call/steps/reserve-budget.ts';
import { WaitingCalls } from '../../../core/call/steps/waiting-calls.ts';
import { RecentCounters } from '../../../core/ledger/recent-counters.ts';

export const waitPorts = (): Pick<ReservePorts, 'recent' | 'waiting' | 'random' | 'sleeper'> => ({
  recent: new RecentCounters(systemClock),
  waiting: new WaitingCalls(systemRandom),
  random: systemRandom,
  sleeper: systemSleeper,
});
