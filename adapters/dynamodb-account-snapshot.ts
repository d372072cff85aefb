/** An account item as the sweep, and a call of the account's user, need it. */
import type { AccountSnapshot } from '../core/ledger/ports.ts';
import type { EpochSeconds } from '../core/time.ts';
import { itemBytes } from './dynamodb-item-size.ts';
import { parseAlertStates, parseCounters } from './dynamodb-ledger-expressions.ts';
import {
  type AttributeMap,
  parseInFlight,
  parseMarkers,
  parseReservations,
} from './dynamodb-reservation-encoding.ts';

export function snapshotOf(item: AttributeMap, now: EpochSeconds): AccountSnapshot {
  const account = item.pk?.S ?? '';
  const reservations = parseReservations(item);
  const expired = reservations
    .filter(({ expiresAt }) => expiresAt <= now)
    .map(({ leaseHolder, expiresAt, reservationId, amounts, costCenter, linked }) => ({
      account,
      reservationId,
      attemptId: leaseHolder,
      leaseExpiresAt: expiresAt,
      amounts,
      ...(costCenter !== undefined && { costCenter }),
      ...(linked && { linked }),
    }))
    .sort((a, b) => a.leaseExpiresAt - b.leaseExpiresAt);
  const staleMarkers = parseMarkers(item)
    .filter(({ expiresAt }) => expiresAt <= now)
    .map(({ reservationId }) => reservationId);
  const referred = new Set(reservations.flatMap(({ amounts }) => [...amounts.keys()]));
  const counters = parseCounters(item);
  const alertStates = parseAlertStates(item);
  const known = new Set([...counters.keys(), ...alertStates.keys()]);
  const idleCounters = [...known].filter((counter) => !referred.has(counter));
  return {
    account,
    counters,
    alertStates,
    inFlight: parseInFlight(item),
    expired,
    staleMarkers,
    idleCounters,
    bytes: itemBytes(item),
  };
}
