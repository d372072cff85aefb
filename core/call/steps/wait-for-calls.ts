/**
 * A call that only calls in flight deny may wait for some of them to end (`ledger.wait_seconds`):
 * it looks at the counters with cheap reads, and writes only when they seem to leave enough.
 */
import type { Random } from '../../ids.ts';
import { accountKeys } from '../../ledger/account-keys.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import { limitsFor, type ReserveRequest } from '../../ledger/reserve-request.ts';
import { maxShards, shardNumbers } from '../../ledger/shard-layout.ts';
import type { Clock, EpochMs } from '../../time.ts';
import type { Sleeper } from '../model/ports.ts';

export interface WaitPorts {
  readonly ledger: Pick<LedgerStore, 'read'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleeper: Sleeper;
}

const FIRST_LOOK_MS = 200;
const LATEST_LOOK_MS = 1_000;

/**
 * Yields the time of each look that finds enough left, until `until`. The pauses grow with all
 * looks, also of a call that another one was faster than.
 * @throws LedgerUnavailableError
 */
export async function* looksThatFit(
  { ledger, clock, random, sleeper }: WaitPorts,
  request: ReserveRequest,
  until: EpochMs,
): AsyncGenerator<EpochMs> {
  for (let look = 0; ; look++) {
    const most = Math.min(LATEST_LOOK_MS, FIRST_LOOK_MS * 2 ** look);
    const pause = Math.ceil(most * (0.5 + random.next() / 2));
    if (clock.now() + pause > until) return;
    await sleeper.sleep(pause);
    const now = clock.now();
    // Its window may have ended since it was denied.
    if (await seemsToFit(ledger, { ...request, now })) yield now;
  }
}

async function seemsToFit(
  ledger: Pick<LedgerStore, 'read'>,
  request: ReserveRequest,
): Promise<boolean> {
  const [asked] = request.candidates;
  const shards = shardNumbers(maxShards(request.policy.shardLayout));
  const owners = limitsFor(request, asked).map(({ owner, limits }) => ({
    accounts: accountKeys(owner, shards),
    limits,
  }));
  const found = await ledger.read(owners.flatMap(({ accounts }) => accounts));
  return owners.every(({ accounts, limits }) =>
    limits.every(({ key, ceiling, requested }) => {
      const committed = accounts.reduce(
        (sum, account) => sum + (found.get(account)?.get(key)?.committed ?? 0),
        0,
      );
      return ceiling === undefined || committed + requested <= ceiling;
    }),
  );
}
