/** Alerts about calls that did not complete, so that a sweep ended their reservations. */
import { holderOwnerOf } from '../../ledger/account-keys.ts';
import type { ExpiryResult } from '../../ledger/expire-lease.ts';
import { fullOwnerKey } from '../../policy/limit-owners.ts';
import { formatOwner } from '../../policy/limit-text.ts';
import type { Owner, OwnerKind, Policy } from '../../policy/policy.ts';
import type { Alert } from './alert-types.ts';

interface ExpiredCalls {
  readonly owner: Owner;
  readonly reservations: readonly string[];
}

const KINDS: readonly OwnerKind[] = ['costCenter', 'model', 'organization'];
const NAMED_MAX = 10;

/**
 * By owner. A call that reserved in several accounts counts once, for its cost center if that is
 * among them.
 */
export function expiredCallsByOwner({
  expired,
}: Pick<ExpiryResult, 'expired'>): readonly ExpiredCalls[] {
  const owners = new Map<string, Owner>();
  for (const { account, reservationId } of expired) {
    const owner = ownerIn(account);
    const known = owners.get(reservationId);
    if (!known || KINDS.indexOf(owner.kind) < KINDS.indexOf(known.kind)) {
      owners.set(reservationId, owner);
    }
  }
  const calls = new Map<string, { owner: Owner; reservations: string[] }>();
  for (const [id, owner] of owners) {
    const key = fullOwnerKey(owner);
    const same = calls.get(key) ?? { owner, reservations: [] };
    same.reservations.push(id);
    calls.set(key, same);
  }
  return [...calls.values()];
}

function ownerIn(account: string): Owner {
  const holder = holderOwnerOf(account);
  if (holder) return { kind: holder.kind, name: holder.name };
  const [, kindName, name = ''] = account.split('#');
  const kind = KINDS.find((each) => each === kindName) ?? 'organization';
  return { kind, name: kind === 'organization' ? kind : name };
}

/** One alert per owner. Its id is that of the first call: a sweep ends each only once. */
export function expiredReservationAlerts(
  policy: Policy,
  swept: Pick<ExpiryResult, 'expired'>,
): readonly Alert[] {
  const charged = policy.ledger.unknownOutcome === 'charge';
  return expiredCallsByOwner(swept).map(({ owner, reservations }) => {
    const count = reservations.length;
    const [calls, their] =
      count === 1 ? ['1 call', 'its lease'] : [`${count} calls`, 'their lease'];
    const outcome = charged ? 'charged at the worst case' : 'released';
    return {
      id: `${fullOwnerKey(owner)}/expired/${reservations[0]}`,
      type: 'ReservationsExpired',
      detail: {
        owner,
        notify: true,
        summary:
          `${calls} of ${formatOwner(owner)} did not complete before ${their} ended: ${outcome}. ` +
          'Check for function timeouts and Bedrock errors at that time; the audit log has the ' +
          `requests: ${reservations.slice(0, NAMED_MAX).join(', ')}.`,
        count,
        charged,
        reservations: reservations.slice(0, NAMED_MAX),
      },
    };
  });
}
