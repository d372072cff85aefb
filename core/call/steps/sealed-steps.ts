/**
 * The reserving and the invoking step as separate functions. Their input can come from anyone with
 * the right to invoke them, so both accept only the state that the step before has sealed.
 */
import { LedgerUnavailableError } from '../../errors.ts';
import type { LedgerStore } from '../../ledger/ports.ts';
import type { Reservation } from '../../ledger/reservation.ts';
import type { EpochMs } from '../../time.ts';
import type { ConversePorts } from '../model/converse-with-retries.ts';
import type { ConverseFailure } from '../model/failure-rules.ts';
import type { Seals } from '../state-seal/seals.ts';
import { invokeModel, notInvoked } from './invoke-model.ts';
import { type ReservePorts, type ReserveRun, reserveBudget } from './reserve-budget.ts';
import type {
  ApprovedCall,
  FailedCall,
  ReserveOutcome,
  SucceededCall,
  ValidCall,
} from './state.ts';

interface SealedPorts {
  readonly seals: Seals;
}

/** The state was not made by the step before, or was altered since. Nothing was done. */
class StateRefusedError extends Error {
  override readonly name = 'StateRefusedError';
}

/** @throws StateRefusedError */
async function requireIntact({ seals }: SealedPorts, state: unknown): Promise<void> {
  if (typeof state === 'object' && state !== null && (await seals.isIntact(state))) return;
  throw new StateRefusedError(
    'the state was not made by the previous step of this workflow, or was altered: ' +
      'send requests to the API, or start the state machine',
  );
}

/** @throws StateRefusedError */
export async function reserveSealed(
  ports: ReservePorts & SealedPorts,
  call: ValidCall,
  run: ReserveRun,
): Promise<ReserveOutcome> {
  await requireIntact(ports, call);
  const outcome = await reserveBudget(ports, call, run);
  return outcome.status === 'approved' ? ports.seals.seal(outcome) : outcome;
}

/** @throws StateRefusedError */
export async function invokeSealed(
  ports: ConversePorts & SealedPorts & { readonly ledger: Pick<LedgerStore, 'find'> },
  call: ApprovedCall,
  stopBy: EpochMs,
): Promise<SucceededCall | FailedCall> {
  await requireIntact(ports, call);
  const failure = await reservationFailure(ports.ledger, call.reservation);
  return failure ? notInvoked(call, failure) : invokeModel(ports, call, stopBy);
}

/** One consistent read: the state may be intact although its reservation has ended. */
async function reservationFailure(
  ledger: Pick<LedgerStore, 'find'>,
  { id, attemptId, basis, accounts }: Reservation,
): Promise<ConverseFailure | undefined> {
  if (basis === 'unreserved' || accounts.length === 0) return undefined;
  try {
    const found = await ledger.find(
      accounts.map(({ account }) => account),
      [id],
    );
    const isHeld = accounts.every(({ account }) => found.get(account)?.leaseHolder === attemptId);
    if (isHeld) return undefined;
    return { name: 'ReservationEnded', message: 'the ledger does not know this reservation' };
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    return { name: 'ReservationUnknown', message: 'the ledger did not answer' };
  }
}
