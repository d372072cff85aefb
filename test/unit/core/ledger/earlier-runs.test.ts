/** Goal: what an earlier run of the reserving step left does not hide what its call costs. */
import { describe, expect, test } from '@jest/globals';
import { LedgerUnavailableError } from '../../../../core/errors.ts';
import { release, settle } from '../../../../core/ledger/settle.ts';
import { changed } from '../../../ledger-simulation/changed-store.ts';
import { sharedLedger } from '../../../support/ledger.ts';
import { amounts, CenterCalls } from '../../../support/ledger-calls.ts';

const shared = sharedLedger();

const RESERVED = 7_000;
const USED = 3_000;
const limit = { name: 'l', window: 'month', unit: 'usd', amount: 1 };

/** The first run reserved and crashed; the second could not reach the ledger and was allowed. */
async function allowedAfterCrash() {
  const calls = new CenterCalls(shared.table);
  const policy = calls.withLimits([limit], { ledger: { on_ledger_error: 'allow' } });
  const call = { id: `${calls.center}-call`, worstCase: amounts(RESERVED) };
  const first = await calls.reserved(policy, call);
  const unavailable = async () => {
    throw new LedgerUnavailableError('away');
  };
  const store = changed(shared.table.ledger, { find: unavailable, reserve: unavailable });
  const second = await calls.reserved(policy, { ...call, run: 'second', store });
  expect(second.basis).toBe('unreserved');
  return { calls, first, second };
}

describe('a call that is allowed without a reservation, after a run that reserved', () => {
  test('is settled on that reservation, once', async () => {
    const { calls, second } = await allowedAfterCrash();
    await settle(shared.table.ledger, second, amounts(USED));
    await settle(shared.table.ledger, second, amounts(USED));
    expect(await calls.counter('l_2026-11')).toEqual({ committed: USED, settled: USED });
  });

  test('releases that reservation where no model ran', async () => {
    const { calls, second } = await allowedAfterCrash();
    await release(shared.table.ledger, second);
    expect(await calls.counter('l_2026-11')).toEqual({ committed: 0, settled: 0 });
  });

  test('is not settled by the first run, which may only end what it reserved', async () => {
    const { calls, first, second } = await allowedAfterCrash();
    await settle(shared.table.ledger, second, amounts(USED));
    await release(shared.table.ledger, first);
    expect(await calls.counter('l_2026-11')).toEqual({ committed: USED, settled: USED });
  });
});
