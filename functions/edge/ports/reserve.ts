/** Parts of the process that reserving needs. */
import { systemClock, systemRandom, systemSleeper } from '../../../adapters/system.ts';
import type { ReservePorts } from '../../../core/call/steps/reserve-budget.ts';
import { WaitingRoom } from '../../../core/call/steps/waiting-room.ts';
import { RecentRoom } from '../../../core/ledger/recent-room.ts';

export const waitPorts = (): Pick<ReservePorts, 'room' | 'waiting' | 'random' | 'sleeper'> => ({
  room: new RecentRoom(systemClock),
  waiting: new WaitingRoom(systemRandom),
  random: systemRandom,
  sleeper: systemSleeper,
});
